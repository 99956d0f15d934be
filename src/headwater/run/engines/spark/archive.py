"""The code of the vectorized functions as an archive, which a cluster's Python imports them from."""

from __future__ import annotations

import zipfile
from pathlib import Path

import headwater

_PARTS = ("codes.py", "data", "errors.py", "language")


def archive(folder: Path) -> Path:
    """Write the archive into a folder and return it. It has the language and what that stands on, nothing else."""
    root = Path(headwater.__file__).parent
    target = folder / "headwater.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(root / "__init__.py", "headwater/__init__.py")
        for part in _PARTS:
            files = [root / part] if part.endswith(".py") else sorted((root / part).rglob("*"))
            for file in files:
                if file.is_file() and "__pycache__" not in file.parts:
                    packed.write(file, f"headwater/{file.relative_to(root).as_posix()}")
    return target
