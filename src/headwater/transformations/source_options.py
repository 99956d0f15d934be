"""What a source says beside its columns: which of its files, which of its rows, and what becomes of the files."""

from __future__ import annotations

import datetime

from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.expression.ast import Json
from headwater.transformations.arguments import flag, text, texts, value_of
from headwater.transformations.options import ChangeCapture, SourceFiles
from headwater.transformations.protocol import Given


def source_files(given: Given) -> SourceFiles:
    """Return which files are read and what becomes of them. Raises LanguageError with all faults."""
    faults: list[Fault] = []
    moments = [_moment(given, name, faults) for name in ("modifiedAfter", "modifiedBefore")]
    moved = tuple(path.replace("\\", "/").strip("/") for path in texts(given, "moveFiles"))
    option = given.statement.option("moveFiles")
    purged = flag(given, "purgeFiles")
    if len(moved) not in (0, 2):
        faults.append(given.fault("LNG-063", "'moveFiles' is not two folders", option, "Write ['from', 'to']."))
    elif moved and purged:
        message = f"Source '{given.statement.name}' moves and deletes its files"
        faults.append(given.fault("LNG-063", message, option, "Set moveFiles or purgeFiles."))
    elif moved and moved[0] == moved[1]:
        faults.append(given.fault("LNG-063", "'moveFiles' moves from a folder to itself", option, "Name another one."))
    raise_if_any(LanguageError, faults)
    return SourceFiles(
        is_list=flag(given, "fileList"),
        modified_after=moments[0],
        modified_before=moments[1],
        partition_root=(text(given, "partitionRootPath") or "").strip("/") or None,
        moved=(moved[0], moved[1]) if moved else None,
        purged=purged,
    )


def change_capture(given: Given) -> ChangeCapture | None:
    """Return how a source finds what is new; None if it reads everything."""
    if not flag(given, "enableCdc"):
        return None
    return ChangeCapture(text(given, "waterMarkColumn") or None, flag(given, "skipInitialLoad"))


def _moment(given: Given, name: str, faults: list[Fault]) -> datetime.datetime | None:
    option = given.statement.option(name)
    value: Json = None if option is None else value_of(given, option)
    if value is None or value == "":
        return None
    try:
        moment = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        cure = f"Write {name}: (toTimestamp('2026-01-31 12:00:00'))."
        faults.append(given.fault("LNG-063", f"'{name}' is not a time", option, cure))
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
