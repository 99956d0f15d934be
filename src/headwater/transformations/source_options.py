"""What a source says beside its columns: which of its files, which of its rows, and what becomes of the files."""

from __future__ import annotations

import datetime

from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import MapLiteral
from headwater.language.expression.ast import Json
from headwater.transformations.arguments import flag, text, texts, value_of
from headwater.transformations.constant import constant
from headwater.transformations.options import ChangeCapture, Procedure, SourceFiles
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


def procedure(given: Given) -> Procedure | None:
    """Return the stored procedure that a source calls. Raises LanguageError."""
    name = text(given, "procedureName")
    if (text(given, "format") or "").lower() != "procedure" and not name:
        return None
    if not name:
        raise given.refuse("LNG-064", f"Source '{given.statement.name}' names no procedure", cure="Set procedureName.")
    if not flag(given, "resultSet", default=True):
        option = given.statement.option("resultSet")
        message = f"Source '{given.statement.name}' reads what a procedure puts out, which is no rows"
        raise given.refuse("LNG-060", message, option, "Read its result set: resultSet: true.")
    schema, _, bare = name.rpartition(".")
    return Procedure(bare.strip("[]"), text(given, "schemaName") or schema.strip("[]") or None, _arguments(given))


def _arguments(given: Given) -> tuple[Json, ...]:
    option = given.statement.option("inputs")
    if option is None or option.value == ():
        return ()
    if not isinstance(option.value, MapLiteral):
        cure = "Write inputs: ['@name' -> value]."
        raise given.refuse("LNG-063", "'inputs' are no names with values", option, cure)
    values: dict[Json, Json] = {}
    for key, value in option.value.entries:
        # The same name may be there twice, as the original's editor leaves it: the last one counts.
        values[str(constant(given.names, key, given.source))] = constant(given.names, value, given.source)
    return tuple(values.values())


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
