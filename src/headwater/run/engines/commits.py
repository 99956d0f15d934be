"""Commits all sinks of a flow, or none: when one fails, those before it are taken back.

Files come first, since they can be taken back, then tables, which have told before whether they can be committed. Only
a second database that fails in the very moment of its commit leaves a first one visible, and then that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from headwater.connectors.faults import fault_from_os
from headwater.connectors.protocol import PreparedTable
from headwater.errors import Fault, HeadwaterError, RunError
from headwater.run.engines.file_changes import FileChanges
from headwater.run.engines.file_tasks import run_commands
from headwater.run.engines.staged_sink import StagedFiles, StagedSink


def commit_sinks(sinks: Sequence[StagedSink], scratch: Path) -> None:
    """Make all sinks visible. Raises ConnectorError, RunError, OSError, and then nothing is, unless it says so."""
    _refuse_shared_files(sinks)
    changes = FileChanges(scratch)
    tables = [sink for sink in sinks if not isinstance(sink.staged, StagedFiles)]
    done: list[StagedSink] = []
    try:
        for sink in tables:
            if isinstance(sink.staged, PreparedTable):
                sink.staged.prepare()
        alone = _is_single(sinks)
        for sink in sinks:
            _commit_files(sink, changes, alone=alone)
        for sink in tables:
            if not isinstance(sink.staged, StagedFiles):
                sink.staged.commit()
            done.append(sink)
    except BaseException as error:
        left = [f"Sink '{sink.name}'" for sink in done] + [f"File {what}" for what in changes.undo()]
        if left and isinstance(error, HeadwaterError | OSError):
            told = error.faults if isinstance(error, HeadwaterError) else (fault_from_os(error, "A file"),)
            cure = "Look at it by hand before the flow is run again."
            visible = Fault("RUN-049", f"{', '.join(left)} cannot be taken back", cure=cure)
            raise RunError(*told, visible) from error
        raise


def _is_single(sinks: Sequence[StagedSink]) -> bool:
    """Return whether one file is all that changes, which then needs no way back."""
    sink = sinks[0] if len(sinks) == 1 else None
    if sink is None or sink.errors or not isinstance(sink.staged, StagedFiles):
        return False
    return len(sink.staged.files) == 1 and not sink.staged.before and not sink.staged.after


def _commit_files(sink: StagedSink, changes: FileChanges, *, alone: bool) -> None:
    for error in sink.errors:
        changes.commit(error.store, error.location.container, error.location.path, error.staged)
    staged = sink.staged
    if isinstance(staged, StagedFiles):
        run_commands(staged.before, staged.store, staged.container, changes)
        for file in staged.files:
            changes.commit(file.store, file.location.container, file.location.path, file.staged, is_last=alone)
        run_commands(staged.after, staged.store, staged.container, changes)


def _refuse_shared_files(sinks: Sequence[StagedSink]) -> None:
    """Raise RunError if two sinks write the same file, of which one would be lost."""
    taken: dict[tuple[object, str, str], str] = {}
    for sink in sinks:
        for file in sink.staged.files if isinstance(sink.staged, StagedFiles) else ():
            place = file.location.store, file.location.container, file.location.path
            if taken.setdefault(place, sink.name) != sink.name:
                message = f"Sinks '{taken[place]}' and '{sink.name}' both write '{file.location.path}'"
                raise RunError(Fault("RUN-048", message, cure="Give one of them another file name."))
