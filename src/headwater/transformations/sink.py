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
from headwater.transformations.mapping import all_columns, is_open_mapping, mapped_columns
from headwater.transformations.not_run import SINK_OPTIONS, not_run
from headwater.transformations.options import SinkOptions
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import output
from headwater.transformations.row_actions import action_faults, taken_rows
from headwater.transformations.scope import Found, StreamScope
from headwater.transformations.source import declared_columns, inline_options


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    options = _options(given)
    clause = given.statement.clause("mapColumn")
    scope = scope_of(given)
    columns = _automatic(given, scope, options) if clause is None else mapped_columns(given, scope, clause)
    if flag(given, "skipDuplicateMapOutputs"):
        columns = _first_of_each_name(columns)
    taken = taken_rows(given, stream)
    frame = exp.Select().from_(stream.table(), copy=False)
    for test in taken.tests:
        frame = frame.where(test, copy=False)
    result = output(
        given.statement.name,
        columns,
        frame,
        effects=taken.effects,
        is_open=stream.is_open and (clause is None or is_open_mapping(clause)),
        marks=taken.action,
    )
    raise_if_any(LanguageError, _faults(given, options, result.columns, result.stream.is_open))
    if taken.action:
        options = replace(options, action=result.marks[0].column.id)
    return Outcome(outputs=(result,), options=options, drops_rows=bool(taken.tests))


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
        file_names=_file_names(given),
        inline=inline_options(given),
        not_run=not_run(given, SINK_OPTIONS),
        is_cache=(text(given, "store") or "").lower() == "cache",
        to_output=flag(given, "output"),
    )


def _file_names(given: Given) -> tuple[str, ...]:
    """Return the file's name; of a pattern that of the first part, since a sink is written as one part."""
    pattern = text(given, "filePattern")
    return texts(given, "partitionFileNames") if pattern is None else (pattern.replace("[n]", "1"),)


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
    if len(options.file_names) > 1:
        option = given.statement.option("partitionFileNames")
        yield given.fault("LNG-079", f"Sink '{sink}' names more than one file", option, "Name one file.")
    for name in ("preCommands", "postCommands"):
        if _statements(given, name):
            cure = "Do the file's commands in an activity before or after the data flow."
            yield given.fault("LNG-060", f"'{name}' of '{sink}' is not supported", given.statement.option(name), cure)


# A table takes all rows or none, so that there are no rejected rows to put elsewhere.
_WITHOUT_BEARING = (
    "allowCopyCommand",
    "autoCompact",
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
    "mergeSchema",
    "optimizedWrite",
    "outputRejectedData",
    "partitionBy",
    "quoteAll",
    "quoteChar",
    "rejectedData_container",
    "rejectedData_folderPath",
    "reportSuccessOnError",
    "schemaName",
    "staged",
    "tableName",
    "transactionCommit",
    "umask",
    "vacuum",
)
SINK = Transformation(
    verb="sink",
    compile=_compile,
    options=dict.fromkeys((*_WITHOUT_BEARING, *SINK_OPTIONS))
    | {
        "allowSchemaDrift": None,
        "deletable": None,
        "errorHandlingOption": frozenset({"allerrors", "stoponfirsterror"}),
        "encoding": None,
        "filePattern": None,
        "format": None,
        "ignoreAssertFailedRows": None,
        "insertable": None,
        "keys": None,
        "output": None,
        "partitionFileNames": None,
        "postCommands": None,
        "postSQLs": None,
        "preCommands": None,
        "preSQLs": None,
        "recreate": None,
        "saveOrder": None,
        "skipDuplicateMapInputs": None,
        "skipDuplicateMapOutputs": None,
        "store": None,
        "truncate": None,
        "updateable": None,
        "upsertable": None,
        "validateSchema": None,
    },
    clauses=frozenset({"input", "mapColumn"}),
    keeps_rows=True,
)
