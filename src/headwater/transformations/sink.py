"""Sink: the columns that are written, and how the target takes them.

With `mapColumn(…)` those that it maps. Without, every column that comes in; where the sink does not allow drift, only
those that its own `input(…)` declares, or that no source drifted in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlglot import exp

from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.transformations.arguments import flag, number, text, texts
from headwater.transformations.expression import scope_of
from headwater.transformations.file_commands import FileCommand, UnknownCommand, parse_command
from headwater.transformations.format_options import FORMAT_OPTIONS
from headwater.transformations.mapping import all_columns, is_open_mapping, mapped_columns
from headwater.transformations.not_run import SINK_OPTIONS, not_run
from headwater.transformations.options import AssertFailures, ErrorRows, SinkOptions, Spread, Tolerance
from headwater.transformations.protocol import Given, Outcome, Output, OutputColumn, Transformation
from headwater.transformations.relation import output
from headwater.transformations.row_actions import action_faults, failure_marks, taken_rows
from headwater.transformations.scope import Found, StreamScope
from headwater.transformations.source import declared_columns, inline_options
from headwater.transformations.spread import Spreading, spread_faults, spreading


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    options = _options(given)
    clause = given.statement.clause("mapColumn")
    scope = scope_of(given)
    columns = _automatic(given, scope, options) if clause is None else mapped_columns(given, scope, clause)
    if flag(given, "skipDuplicateMapOutputs"):
        columns = _first_of_each_name(columns)
    target = _error_rows(given, "outputAssertFailedRows", "assertFailure")
    taken = taken_rows(given, stream, leaves_failures=target is not None)
    failures = failure_marks(stream) if target is not None else ()
    spread = Spreading(Spread()) if options.is_cache else spreading(given, scope, columns, options)
    frame = exp.Select().from_(stream.table(), copy=False)
    for test in taken.tests:
        frame = frame.where(test, copy=False)
    result = output(
        given.statement.name,
        columns,
        frame,
        effects=taken.effects,
        is_open=stream.is_open and (clause is None or is_open_mapping(clause)),
        marks=(*taken.action, *failures, *spread.columns),
    )
    options = _marked(options, result, spread.spread, len(taken.action), target if failures else None, given)
    raise_if_any(LanguageError, _faults(given, options, result.columns, result.stream.is_open))
    drops_rows = bool(taken.tests) or flag(given, "ignoreAssertFailedRows") or options.tolerance is not None
    return Outcome(outputs=(result,), options=options, drops_rows=drops_rows)


def _marked(
    options: SinkOptions, result: Output, spread: Spread, actions: int, target: ErrorRows | None, given: Given
) -> SinkOptions:
    """Return the options with what stands behind the columns that are written, by the ids that it has now."""
    marks = [mark.column for mark in result.marks]
    failures = None
    if target is not None:
        ids, messages = marks[actions : actions + 2]
        failures = AssertFailures(
            ids=ids.id, messages=messages.id, target=target, is_written=not flag(given, "ignoreAssertFailedRows")
        )
    called = {mark.name: mark.id for mark in marks}
    return replace(
        options,
        action=marks[0].id if actions else None,
        failures=failures,
        spread=Spread(
            count=spread.count,
            number=called.get(spread.number or ""),
            keys=tuple((name, called[mark]) for name, mark in spread.keys),
            file=called.get(spread.file or ""),
            folder=called.get(spread.folder or ""),
            unknown=spread.unknown,
        ),
    )


def _automatic(given: Given, scope: StreamScope, options: SinkOptions) -> list[OutputColumn]:
    found: Iterable[Found] = scope.by_label.values()
    declared = options.declared.names
    if not flag(given, "allowSchemaDrift"):
        found = [f for f in found if (f.column.name in declared if declared else not f.column.drifted)]
    return all_columns(given, found)


def _first_of_each_name(columns: Sequence[OutputColumn]) -> list[OutputColumn]:
    """Return the columns without those whose names differ from an earlier one in case only."""
    first: dict[str, OutputColumn] = {}
    for column in columns:
        first.setdefault(column.column.name.lower(), column)
    return list(first.values())


def _options(given: Given) -> SinkOptions:
    return SinkOptions(
        declared=declared_columns(given, given.statement.clause("input")),
        save_order=number(given, "saveOrder"),
        truncate=flag(given, "truncate"),
        recreate=flag(given, "recreate"),
        keys=texts(given, "keys"),
        pre_sqls=_statements(given, "preSQLs"),
        post_sqls=_statements(given, "postSQLs"),
        file_names=texts(given, "partitionFileNames"),
        file_pattern=text(given, "filePattern") or None,
        pre_commands=_commands(given, "preCommands"),
        post_commands=_commands(given, "postCommands"),
        tolerance=_tolerance(given),
        inline=inline_options(given),
        not_run=not_run(given, SINK_OPTIONS),
        is_cache=(text(given, "store") or "").lower() == "cache",
        to_output=flag(given, "output"),
    )


def _commands(given: Given, name: str) -> tuple[FileCommand, ...]:
    faults: list[Fault] = []
    commands = []
    for command in _statements(given, name):
        try:
            commands.append(parse_command(command))
        except UnknownCommand as error:
            message = f"Command '{command}' in {name} of '{given.statement.name}': {error}"
            cure = "Write cp, mv, rm or mkdir with paths inside the container."
            faults.append(given.fault("LNG-079", message, given.statement.option(name), cure))
    raise_if_any(LanguageError, faults)
    return tuple(commands)


def _error_rows(given: Given, wanted: str, prefix: str) -> ErrorRows | None:
    """Return where rows with errors go, if the option `wanted` sets them apart."""
    if not flag(given, wanted):
        return None
    container = text(given, f"{prefix}_fileSystem") or text(given, f"{prefix}_container")
    if not container:
        cure = f"Set {prefix}_container."
        message = f"Sink '{given.statement.name}' sets {wanted}, and names no container"
        raise given.refuse("LNG-079", message, given.statement.option(wanted), cure)
    return ErrorRows(container.strip("/"), (text(given, f"{prefix}_folderPath") or "").strip("/"))


def _tolerance(given: Given) -> Tolerance | None:
    if (text(given, "errorHandlingOption") or "").lower() != "allerrors":
        return None
    return Tolerance(
        target=_error_rows(given, "outputRejectedData", "rejectedData"), succeeds=flag(given, "reportSuccessOnError")
    )


def _statements(given: Given, name: str) -> tuple[str, ...]:
    return tuple(statement for statement in texts(given, name) if statement.strip())


def _faults(given: Given, options: SinkOptions, columns: Sequence[OutputColumn], is_open: bool) -> Iterator[Fault]:
    sink = given.statement.name
    names = [column.column.name for column in columns]
    if not columns and not is_open:
        cure = "Map its columns with mapColumn(…), or set allowSchemaDrift: true."
        yield given.fault("LNG-079", f"Sink '{sink}' would write no column", cure=cure)
    for column in (column.column for column in columns if column.column.id != column.column.name):
        cure = "Rename one of them in the mapping; files and tables do not tell them apart."
        yield given.fault("LNG-079", f"Sink '{sink}' would write '{column.name}' twice but for its case", cure=cure)
    if flag(given, "validateSchema") and options.declared.columns:
        for name in (name for name in names if name not in options.declared.names):
            cure = "Add it to input(…), leave it out of the mapping, or set validateSchema: false."
            yield given.fault("LNG-079", f"Sink '{sink}' validates its schema, which has no column '{name}'", cure=cure)
    yield from action_faults(given, options.keys, columns, is_open)
    written = [column.column.name for column in columns] if not is_open else [*names, ""]
    yield from spread_faults(given, options.spread, options.file_names, options.file_pattern, written)


# What only moves work about, or repeats what the dataset says, has no bearing on the result here.
_WITHOUT_BEARING = (
    "allowCopyCommand",
    "batchSize",
    "columnDelimiter",
    "columnNamesAsHeader",
    "compressionLevel",
    "compressionType",
    "container",
    "escapeChar",
    "fileSystem",
    "folderPath",
    "isolationLevel",
    "quoteChar",
    "schemaName",
    "staged",
    "tableName",
    "transactionCommit",
    "umask",
)
SINK = Transformation(
    verb="sink",
    compile=_compile,
    options=dict.fromkeys((*_WITHOUT_BEARING, *FORMAT_OPTIONS, *SINK_OPTIONS))
    | {
        "allowSchemaDrift": None,
        "assertFailure_container": None,
        "assertFailure_fileSystem": None,
        "assertFailure_folderPath": None,
        "deletable": None,
        "errorHandlingOption": frozenset({"allerrors", "stoponfirsterror"}),
        "encoding": None,
        "filePattern": None,
        "format": None,
        "ignoreAssertFailedRows": None,
        "insertable": None,
        "keys": None,
        "output": None,
        "outputAssertFailedRows": None,
        "outputRejectedData": None,
        "partitionFileNames": None,
        "postCommands": None,
        "postSQLs": None,
        "preCommands": None,
        "preSQLs": None,
        "recreate": None,
        "rejectedData_container": None,
        "rejectedData_fileSystem": None,
        "rejectedData_folderPath": None,
        "reportSuccessOnError": None,
        "rowFolderUrlColumn": None,
        "rowUrlColumn": None,
        "saveOrder": None,
        "skipDuplicateMapInputs": None,
        "skipDuplicateMapOutputs": None,
        "store": None,
        "truncate": None,
        "updateable": None,
        "upsertable": None,
        "validateSchema": None,
    },
    clauses=frozenset({"input", "mapColumn", "partitionBy"}),
    keeps_rows=True,
)
