"""Source: the columns that `output(…)` declares, and with drift all others that the data has.

A declared column takes its declared type: text that does not fit becomes null. A drifted column arrives as string
unless `inferDriftedColumnTypes` is set. What stands in FROM is `scan_name`, which whoever runs the query puts there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from headwater.data.schema import Column, Schema
from headwater.data.types import ANY, BINARY, DATE, STRING, TIME, TIMESTAMP, Array, Map, Struct
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import Call, Clause, ColumnDeclaration, ColumnRef, Literal
from headwater.language.dataflow.scope import Resolved
from headwater.language.expression.ast import Json
from headwater.transformations.arguments import flag, number, text, texts, value_of
from headwater.transformations.change_marks import change_marks
from headwater.transformations.conversion import conversion, quickly
from headwater.transformations.expression import resolve_value
from headwater.transformations.format_options import FORMAT_OPTIONS
from headwater.transformations.not_run import SOURCE_OPTIONS, not_run
from headwater.transformations.options import SourceOptions
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import output
from headwater.transformations.scope import Names, StreamScope, scope_over
from headwater.transformations.source_options import change_capture, procedure, source_files
from headwater.transformations.stream import Stream, StreamColumn

# Types of which no text is made: those that are text, and those that have no text of their own.
_NO_TEXT = (ANY, BINARY, STRING, TIME)


# The column of a scan that holds the path of each row's file, where a source asks for it.
ROW_URL = "path of the file"


def scan_name(stream: str) -> str:
    """Return the name under which a source's data stands in FROM."""
    return f"scan of {stream}"


@dataclass(frozen=True, slots=True)
class _Data:
    """The data as it lies there, as a stream that only this source sees."""

    stream: Stream
    columns: Mapping[str, StreamColumn]
    scope: StreamScope


def _compile(given: Given) -> Outcome:
    options = _options(given)
    raise_if_any(LanguageError, _missing(given, options.declared, given.schema))
    data = _data(given, options.declared if given.schema is None else given.schema)
    columns = [_declared(given, data, column) for column in options.declared]
    if options.allow_drift:
        infer = flag(given, "inferDriftedColumnTypes")
        names = set(options.declared.names)
        columns.extend(_drifted(given, data, extra, infer) for extra in given.schema or () if extra.name not in names)
    if options.row_url_column is not None:
        columns.append(_row_url(given, data, options.row_url_column, columns))
    frame = exp.Select().from_(data.stream.table(), copy=False)
    if options.limit is not None:
        frame = frame.limit(options.limit, copy=False)
    result = output(
        given.statement.name,
        columns,
        frame,
        is_open=options.allow_drift and given.schema is None,
        is_repeatable=options.limit is None,
        marks=change_marks(given),
    )
    return Outcome(outputs=(result,), options=options)


def _options(given: Given) -> SourceOptions:
    return SourceOptions(
        declared=declared_columns(given, given.statement.clause("output")),
        allow_drift=flag(given, "allowSchemaDrift"),
        ignore_no_files_found=flag(given, "ignoreNoFilesFound"),
        wildcard_paths=texts(given, "wildcardPaths"),
        query=text(given, "query"),
        limit=number(given, "limit"),
        row_url_column=text(given, "rowUrlColumn") or None,
        procedure=procedure(given),
        files=source_files(given),
        changes=change_capture(given),
        inline=inline_options(given),
        not_run=not_run(given, SOURCE_OPTIONS),
    )


def inline_options(given: Given) -> dict[str, Json]:
    """Return the options that say where an inline dataset lies and how it is written, which repeat a dataset's."""
    options = (given.statement.option(name) for name in INLINE)
    return {option.name: value_of(given, option) for option in options if option is not None}


def _row_url(given: Given, data: _Data, name: str, columns: list[OutputColumn]) -> OutputColumn:
    """Return the column that holds the path of each row's file."""
    if any(column.column.name == name for column in columns):
        option = given.statement.option("rowUrlColumn")
        raise given.refuse("LNG-069", f"Column '{name}' is there already", option, "Give rowUrlColumn another name.")
    value = exp.column(ROW_URL, table=exp.to_identifier(data.stream.name, quoted=True), quoted=True)
    return OutputColumn(StreamColumn(name, name, STRING, (), ""), (), value)


def declared_columns(given: Given, clause: Clause | None) -> Schema:
    """Return the columns of `output(…)` or `input(…)`. Raises LanguageError for one declared twice."""
    columns: dict[str, Column] = {}
    faults: list[Fault] = []
    for argument in clause.args if clause else ():
        if not isinstance(argument, ColumnDeclaration):
            faults.append(given.fault("LNG-061", "Only columns are declared here", argument, "Write name as type."))
        elif not argument.name:
            faults.append(given.fault("LNG-061", "A column has no name", argument, "Write {name} as type."))
        elif argument.name in columns:
            message = f"Column '{argument.name}' is declared twice"
            faults.append(given.fault("LNG-069", message, argument, "Remove one."))
        else:
            columns[argument.name] = Column(argument.name, argument.type, native_type=argument.format)
    raise_if_any(LanguageError, faults)
    return Schema(tuple(columns.values()))


def _missing(given: Given, declared: Schema, data: Schema | None) -> list[Fault]:
    if data is None:
        return []
    there = ", ".join(f"'{name}'" for name in data.names) or "none"
    clause = given.statement.clause("output")
    declarations = {a.name: a for a in (clause.args if clause else ()) if isinstance(a, ColumnDeclaration)}
    return [
        given.fault(
            "LNG-073",
            f"Source '{given.statement.name}' declares column '{column.name}', which its data does not have",
            declarations.get(column.name),
            f"The data has {there}. Correct the name, or remove it from output(…).",
        )
        for column in declared
        if data.find(column.name) is None
    ]


def _data(given: Given, schema: Schema) -> _Data:
    name = scan_name(given.statement.name)
    stream = Stream(name, tuple(StreamColumn(c.name, c.name, c.type, (name,), name) for c in schema))
    return _Data(stream, {column.name: column for column in stream}, scope_over((stream,), Names()))


def _declared(given: Given, data: _Data, wanted: Column) -> OutputColumn:
    found = data.columns[wanted.name]
    value = data.stream.sql(found) if found.type == wanted.type else _converted(given, data, found, wanted)
    return OutputColumn(StreamColumn(wanted.name, wanted.name, wanted.type, (), ""), (), value)


def _drifted(given: Given, data: _Data, extra: Column, infer: bool) -> OutputColumn:
    found = data.columns[extra.name]
    kept = infer or extra.type in _NO_TEXT or isinstance(extra.type, Array | Map | Struct)
    type_ = extra.type if kept else STRING
    value = data.stream.sql(found) if kept else _converted(given, data, found, Column(extra.name, STRING))
    return OutputColumn(StreamColumn(extra.name, extra.name, type_, (), "", drifted=True), (), value)


def _converted(given: Given, data: _Data, found: StreamColumn, wanted: Column) -> exp.Expr:
    """Return the data's column as the declared type, by the language's own conversion: null for what does not fit."""
    if (dated := _by_formats(given, data, found, wanted)) is not None:
        return dated.sql
    value = conversion(given, data.scope, ColumnRef(found.name), wanted)
    if value is None:
        cure = f"Declare it as {found.type}, and convert it in a derive."
        message = (
            f"Column '{found.name}' is {found.type} in the data of '{given.statement.name}', declared as {wanted.type}"
        )
        raise given.refuse("LNG-077", message, cure=cure)
    return quickly(data.stream.sql(found), found.type, wanted, value.sql)


_FORMATS = {DATE: ("toDate", "dateFormats"), TIMESTAMP: ("toTimestamp", "timestampFormats")}


def _by_formats(given: Given, data: _Data, found: StreamColumn, wanted: Column) -> Resolved | None:
    """Return a text as a date by the first of the source's own formats that fits; None where it has none."""
    if wanted.native_type or found.type != STRING or wanted.type not in _FORMATS:
        return None
    function, option = _FORMATS[wanted.type]
    tries = [Call(function, (ColumnRef(found.name), Literal(f, STRING))) for f in texts(given, option)]
    if not tries:
        return None
    return resolve_value(given, data.scope, Call("coalesce", tuple(tries)) if len(tries) > 1 else tries[0])


# What only moves work about, or repeats what the dataset says, has no bearing on the result here.
_WITHOUT_BEARING = (
    "batchSize",
    "columnDelimiter",
    "columnNamesAsHeader",
    "container",
    "documentForm",
    "escapeChar",
    "fileName",
    "fileSystem",
    "folderPath",
    "isolationLevel",
    "multiLineRow",
    "nullValue",
    "partitionColumn",
    "partitionLevel",
    "partitionedFileSystem",
    "quoteChar",
    "schemaName",
    "staged",
    "tableName",
    "timeout",
    "useSchema",
)
# Of an inline dataset: where it lies, and how its text is written.
INLINE = (
    "columnDelimiter",
    "columnNamesAsHeader",
    "compressionLevel",
    "compressionType",
    "container",
    "documentForm",
    "encoding",
    "escapeChar",
    "fileName",
    "fileSystem",
    "folderPath",
    "format",
    "nullValue",
    "partitionFileNames",
    "quoteChar",
    "schemaName",
    "store",
    "tableName",
    *FORMAT_OPTIONS,
)
SOURCE = Transformation(
    verb="source",
    compile=_compile,
    inputs=(0, 0),
    options=dict.fromkeys((*_WITHOUT_BEARING, *FORMAT_OPTIONS, *SOURCE_OPTIONS))
    | {
        "allowSchemaDrift": None,
        "compressionLevel": None,
        "compressionType": None,
        "dateFormats": None,
        "enableCdc": None,
        "encoding": None,
        "fileList": None,
        "format": None,
        "ignoreNoFilesFound": None,
        "inferDriftedColumnTypes": None,
        "inputs": None,
        "limit": None,
        "mode": frozenset({"read"}),
        "modifiedAfter": None,
        "modifiedBefore": None,
        "moveFiles": None,
        "partitionRootPath": None,
        "procedureName": None,
        "purgeFiles": None,
        "query": None,
        "resultSet": None,
        "rowUrlColumn": None,
        "skipInitialLoad": None,
        "store": None,
        "timestampFormats": None,
        "validateSchema": None,
        "waterMarkColumn": None,
        "waterMarkColumnType": None,
        "wildcardPaths": None,
    },
    clauses=frozenset({"output"}),
)
