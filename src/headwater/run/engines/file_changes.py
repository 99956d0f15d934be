"""Changes to stores of files that can be taken back: what is replaced or deleted is kept until all is well.

Separate from the stores, because it needs no more of them than to read, to stage and to delete a file. What is kept
lies in the attempt's scratch folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from headwater.connectors.protocol import FileStore, Staged
from headwater.errors import HeadwaterError


class FileChanges:
    """What has been changed so far, and how it is undone, latest first."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._undo: list[tuple[str, Callable[[], None]]] = []

    def commit(self, store: FileStore, container: str, path: str, staged: Staged, *, is_last: bool = False) -> None:
        """Make a staged file visible; the last change of all needs no way back. Raises ConnectorError, OSError."""
        kept = None if is_last else self._keep(store, container, path)
        staged.commit()
        if not is_last:
            self._undo.append((f"'{path}' in '{container}'", lambda: _restore(store, container, path, kept)))

    def copy(self, store: FileStore, container: str, path: str, target: str) -> None:
        """Copy a file inside its container, over what is there. Raises ConnectorError, OSError."""
        kept = self._keep(store, container, target)
        self._undo.append((f"'{target}' in '{container}'", lambda: _restore(store, container, target, kept)))
        copy_file(store, container, path, target)

    def delete(self, store: FileStore, container: str, path: str) -> None:
        """Delete a file. Raises ConnectorError, OSError."""
        kept = self._keep(store, container, path)
        self._undo.append((f"'{path}' in '{container}'", lambda: _restore(store, container, path, kept)))
        store.delete(container, path)

    def undo(self) -> list[str]:
        """Take everything back and return what could not be, as `'path' in 'container'`."""
        left = []
        while self._undo:
            what, restore = self._undo.pop()
            try:
                restore()
            except (HeadwaterError, OSError):
                # The store has just failed at something else; what matters now is to say what it is left with.
                left.append(what)
        return left

    def _keep(self, store: FileStore, container: str, path: str) -> Path | None:
        if store.stat(container, path) is None:
            return None
        kept = self._scratch / f"{uuid4().hex}.kept"
        with store.open(container, path) as source, kept.open("wb") as target:
            shutil.copyfileobj(source, target)
        return kept


def copy_file(store: FileStore, container: str, path: str, target: str) -> None:
    """Copy a file inside its container; nobody sees half of it. Raises ConnectorError, OSError."""
    with store.open(container, path) as source:
        staged = store.stage(container, target)
        try:
            with staged.open() as file:
                shutil.copyfileobj(source, file)
        except BaseException:
            staged.discard()
            raise
    staged.commit()


def _restore(store: FileStore, container: str, path: str, kept: Path | None) -> None:
    if kept is None:
        store.delete(container, path)
        return
    staged = store.stage(container, path)
    with kept.open("rb") as source, staged.open() as target:
        shutil.copyfileobj(source, target)
    staged.commit()
