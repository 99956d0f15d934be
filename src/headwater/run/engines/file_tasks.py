"""What happens to files beside the rows: commands of sinks, and what is moved or deleted once a flow is committed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from headwater.connectors.protocol import FileEntry, FileStore
from headwater.errors import Fault, RunError
from headwater.run.activities.protocol import FileTask
from headwater.run.engines.file_changes import FileChanges, copy_file
from headwater.run.engines.found_files import wildcard_regex
from headwater.transformations.file_commands import FileCommand
from headwater.transformations.options import SourceFiles

_WILDCARD = re.compile(r"[*?\[{]")


def run_commands(commands: Iterable[FileCommand], store: FileStore, container: str, changes: FileChanges) -> None:
    """Run the commands of a sink in its container. Raises RunError for a path that is not there, ConnectorError.

    `mkdir` does nothing: folders come with their files.
    """
    for command in commands:
        if command.verb in ("cp", "mv"):
            _copy(command, store, container, changes)
        elif command.verb == "rm":
            _remove(command, store, container, changes)


def _copy(command: FileCommand, store: FileStore, container: str, changes: FileChanges) -> None:
    target = (command.target or "").rstrip("/")
    many = len(command.paths) > 1 or any(_WILDCARD.search(path) for path in command.paths)
    is_folder = many or command.target in ("", f"{target}/") or any(True for _ in store.list(container, target))
    for path in command.paths:
        found = _matches(path, store, container)
        if command.verb == "cp" and not command.recursive:
            # As the Hadoop shell does: a folder is copied only if that is asked for.
            found = {root: files for root, files in found.items() if files == [root]}
        if not found:
            raise _absent(command, path)
        for root, files in found.items():
            base = f"{target}/{root.rpartition('/')[2]}".lstrip("/") if is_folder else target
            for file in files:
                changes.copy(store, container, file, base + file[len(root) :])
                if command.verb == "mv":
                    changes.delete(store, container, file)


def _remove(command: FileCommand, store: FileStore, container: str, changes: FileChanges) -> None:
    for path in command.paths:
        found = _matches(path, store, container)
        folders = [root for root, files in found.items() if files != [root]]
        if folders and not command.recursive:
            message = f"'{command.text}' would remove the folder '{folders[0]}'"
            raise RunError(Fault("RUN-051", message, cure="Write rm -r to remove folders."))
        if not found and not command.force:
            raise _absent(command, path)
        for file in dict.fromkeys(file for files in found.values() for file in files):
            changes.delete(store, container, file)


def _matches(path: str, store: FileStore, container: str) -> dict[str, list[str]]:
    """Return the files and folders that a path stands for, each with its files."""
    wildcard = _WILDCARD.search(path)
    if wildcard is None:
        named = store.stat(container, path)
        files = [path] if named else [entry.path for entry in store.list(container, path)]
        return {path: files} if files else {}
    pattern = re.compile(f"({wildcard_regex(path)})(/.*)?")
    found: dict[str, list[str]] = {}
    for entry in store.list(container, path[: wildcard.start()].rpartition("/")[0]):
        if match := pattern.fullmatch(entry.path):
            found.setdefault(match[1], []).append(entry.path)
    return found


def _absent(command: FileCommand, path: str) -> RunError:
    cure = "Correct the path; it begins at the container."
    return RunError(Fault("RUN-051", f"'{command.text}' finds no file '{path}'", cure=cure))


def tasks_after(stream: str, container: str, files: Sequence[FileEntry], options: SourceFiles) -> tuple[FileTask, ...]:
    """Return what becomes of the files that a source has read. Raises RunError for one that cannot be moved."""
    if options.purged:
        return tuple(FileTask(stream, container, file.path) for file in files)
    if options.moved is None:
        return ()
    tasks = []
    for file in files:
        target = _moved(file.path, container, options.moved)
        if target is None:
            message = f"Source '{stream}' moves files from '{options.moved[0]}', where '{file.path}' does not lie"
            raise RunError(Fault("RUN-051", message, cure="Begin moveFiles with the folder that the files lie in."))
        tasks.append(FileTask(stream, container, file.path, target))
    return tuple(tasks)


def _moved(path: str, container: str, moved: tuple[str, str]) -> str | None:
    """Return where a file goes. The two folders begin at the container, or name it first."""
    for prefix in ("", f"{container}/"):
        start, end = (folder.removeprefix(prefix) for folder in moved)
        if not start or path.startswith(f"{start}/"):
            rest = path[len(start) :].lstrip("/")
            return f"{end}/{rest}".lstrip("/")
    return None


def do_tasks(tasks: Iterable[FileTask], store_of: Callable[[str], FileStore]) -> None:
    """Delete and move files; what is done already is left. Raises ConnectorError, OSError."""
    for task in tasks:
        store = store_of(task.stream)
        if task.target is not None and store.stat(task.container, task.path) is not None:
            copy_file(store, task.container, task.path, task.target)
        store.delete(task.container, task.path)
