"""How a sink spreads its rows over files: by partitions, by keys, or by a column that names each row's file or folder.

What decides is projected behind the columns that are written, so that whoever writes the files needs no expression.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from headwater.data.types import LONG, STRING
from headwater.errors import Fault
from headwater.language.dataflow.ast import Call, Clause, ColumnRef, Expr, Literal, Node, Positional
from headwater.transformations.arguments import text
from headwater.transformations.constant import constant
from headwater.transformations.expression import resolve_value
from headwater.transformations.options import SinkOptions, Spread
from headwater.transformations.protocol import Given, OutputColumn
from headwater.transformations.relation import made
from headwater.transformations.scope import StreamScope

NUMBER = "partition number"
FILE = "path of the written file"
FOLDER = "path of the written folder"
KEY = "partition key "
_KINDS = ("hash", "key", "range", "roundRobin")
MOST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Spreading:
    """`columns` are projected behind those that are written; `spread` names them as they are called here."""

    spread: Spread
    columns: tuple[OutputColumn, ...] = ()


def spreading(given: Given, scope: StreamScope, columns: Sequence[OutputColumn], options: SinkOptions) -> Spreading:
    """Return how the rows of a sink on files are spread; `columns` are those that it writes.

    Several names and no partitions share the rows evenly. Raises LanguageError.
    """
    names, is_named = len(options.file_names), bool(options.file_names or options.file_pattern)
    file, folder = text(given, "rowUrlColumn"), text(given, "rowFolderUrlColumn")
    if file and folder:
        option = given.statement.option("rowFolderUrlColumn")
        message = f"Sink '{given.statement.name}' names rows by file and by folder"
        raise given.refuse("LNG-079", message, option, "Set rowUrlColumn or rowFolderUrlColumn.")
    if file or folder:
        mark, name = (FILE, "rowUrlColumn") if file else (FOLDER, "rowFolderUrlColumn")
        value = _value_of(given, columns, file or folder or "", name)
        if value is None:
            return Spreading(Spread())
        spread = Spread(file=FILE) if file else Spread(folder=FOLDER)
        return Spreading(spread, (made(mark, STRING, (), _text(value)),))
    clause = given.statement.clause("partitionBy")
    if names == 1:
        return Spreading(Spread())
    if clause is not None:
        return _partitions(given, scope, clause, columns, is_named)
    return _numbered("roundRobin", names, ()) if names > 1 else Spreading(Spread())


def _partitions(
    given: Given, scope: StreamScope, clause: Clause, columns: Sequence[OutputColumn], names: bool
) -> Spreading:
    arguments = [argument.value for argument in clause.args if isinstance(argument, Positional)]
    kind = constant(given.names, arguments[0], given.source) if arguments else None
    if kind not in _KINDS:
        return Spreading(Spread(unknown=str(kind)))
    if kind == "key":
        return _keys(given, clause, arguments[1:], columns, names)
    order = [exp.Ordered(this=resolve_value(given, scope, value).sql) for value in arguments[2:]]
    for nested in (argument for argument in clause.args if isinstance(argument, Clause)):
        values = [argument.value for argument in nested.args if isinstance(argument, Positional)]
        by = resolve_value(given, scope, values[0]).sql if values else None
        if nested.name not in ("asc", "desc") or by is None:
            raise given.refuse("LNG-079", f"'{nested.name}(…)' is no order of partitions", nested, "Write asc(column).")
        order.append(exp.Ordered(this=by, desc=nested.name == "desc"))
    count = _count(given, scope, clause, arguments[1] if len(arguments) > 1 else None)
    if count == 1:
        return Spreading(Spread())
    return _numbered(str(kind), count, order or [exp.Ordered(this=column.value.copy()) for column in columns])


def _count(given: Given, scope: StreamScope, clause: Clause, expr: Expr | None) -> int | exp.Expr:
    """Return the number of partitions, or the query for it where a cache sink tells."""
    if expr is None:
        return 1
    resolved = resolve_value(given, scope, expr)
    if resolved.sql.find(exp.Select):
        return exp.Greatest(
            this=exp.Coalesce(this=resolved.sql, expressions=[exp.Literal.number(1)]),
            expressions=[exp.Literal.number(1)],
        )
    count = constant(given.names, expr, given.source)
    if not isinstance(count, int) or isinstance(count, bool) or not 0 < count <= MOST_FILES:
        cure = f"Write a number from 1 to {MOST_FILES}."
        raise given.refuse("LNG-079", f"'partitionBy' makes {count!r} partitions", clause, cure)
    return count


def _numbered(kind: str, count: int | exp.Expr, order: Sequence[exp.Ordered]) -> Spreading:
    number = _number(kind, exp.Literal.number(count) if isinstance(count, int) else count, order)
    known = count if isinstance(count, int) else None
    return Spreading(Spread(count=known, number=NUMBER), (made(NUMBER, LONG, (), number),))


def _number(kind: str, count: exp.Expr, order: Sequence[exp.Ordered]) -> exp.Expr:
    """Return a row's partition from 0: equal values are in one, ranges in their order."""
    if kind == "roundRobin" or not order:
        place = exp.paren(exp.Sub(this=exp.Window(this=exp.RowNumber()), expression=exp.Literal.number(1)))
        return exp.Mod(this=place, expression=count)
    if kind == "hash":
        hashed = exp.Anonymous(this="hash", expressions=[key.this.copy() for key in order])
        # A hash may be negative where an engine's integers have a sign.
        shifted = exp.Add(this=exp.Mod(this=hashed, expression=count), expression=count.copy())
        return exp.Mod(this=exp.paren(shifted), expression=count.copy())
    rank = exp.Window(this=exp.PercentRank(), order=exp.Order(expressions=list(order)))
    part = exp.cast(exp.Floor(this=exp.Mul(this=rank, expression=count)), exp.DType.BIGINT)
    # The last value's rank is 1, which would begin a partition of its own.
    last = exp.Sub(this=count.copy(), expression=exp.Literal.number(1))
    return exp.Least(this=part, expressions=[last], ignore_nulls=True)


def _keys(
    given: Given, clause: Clause, arguments: Sequence[Expr], columns: Sequence[OutputColumn], names: bool
) -> Spreading:
    """Return a folder a key; where the sink names its files, a partition a key instead."""
    refs = [name for argument in arguments if (name := _column_name(given, argument)) is not None]
    if not refs:
        cure = "Write partitionBy('key', 0, column)."
        raise given.refuse("LNG-079", "'partitionBy' by key names no column", clause, cure)
    values = [(name, _value_of(given, columns, name, "partitionBy", clause)) for name in refs]
    found = [(name, value) for name, value in values if value is not None]
    if names:
        order = exp.Order(expressions=[exp.Ordered(this=value) for _, value in found])
        rank = exp.Window(this=exp.Anonymous(this="dense_rank"), order=order if found else None)
        place = exp.Sub(this=rank, expression=exp.Literal.number(1))
        return Spreading(Spread(count=None, number=NUMBER), (made(NUMBER, LONG, (), place),))
    marks = tuple(made(KEY + name, STRING, (), _text(value)) for name, value in found)
    return Spreading(Spread(keys=tuple((name, KEY + name) for name, _ in found)), marks)


def _column_name(given: Given, argument: Expr) -> str | None:
    """Return the column that an argument names: by itself, by a parameter, or by `byName(…)`."""
    if isinstance(argument, ColumnRef):
        return argument.name
    if isinstance(argument, Call) and argument.name == "byName" and argument.args:
        argument = argument.args[0]
    if isinstance(argument, Literal) and not isinstance(argument.value, str):
        return None
    name = constant(given.names, argument, given.source)
    return name if isinstance(name, str) and name else None


def _value_of(
    given: Given, columns: Sequence[OutputColumn], name: str, option: str, node: Node | None = None
) -> exp.Expr | None:
    """Return a column that is written, else one that comes in; None where it may come to be known with the data."""
    written = next((column.value for column in columns if column.column.name == name), None)
    if written is not None:
        return written.copy()
    stream = given.inputs[0]
    found = next((column for column in stream if column.name == name), None)
    if found is not None:
        return stream.sql(found)
    if stream.is_open:
        return None
    place = node or given.statement.option(option)
    there = ", ".join(f"'{column.name}'" for column in stream) or "none"
    message = f"Sink '{given.statement.name}' has no column '{name}' for {option}"
    raise given.refuse("LNG-079", message, place, f"There are {there}.")


def _text(value: exp.Expr) -> exp.Expr:
    return exp.cast(value, exp.DType.VARCHAR)


def spread_faults(
    given: Given, spread: Spread, names: Sequence[str], pattern: str | None, written: Sequence[str]
) -> Iterator[Fault]:
    """Yield what does not fit together in how the files of a sink are named; `written` are its columns."""
    sink = given.statement.name
    named = given.statement.option("partitionFileNames") if names else given.statement.option("filePattern")
    if (names or pattern) and (spread.file or spread.folder):
        message = f"Sink '{sink}' names its files itself, and by a column"
        yield given.fault("LNG-079", message, named, "Do one of the two.")
    if len(names) > 1 and spread.count not in (None, len(names)):
        message = f"Sink '{sink}' names {len(names)} files for {spread.count} partitions"
        yield given.fault("LNG-079", message, named, "Name one file a partition, or one for all.")
    if len({name.lower() for name in names}) < len(names):
        yield given.fault("LNG-079", f"Sink '{sink}' names a file twice", named, "Name one file a partition.")
    if pattern is not None and "[n]" not in pattern and spread.number is not None:
        message = f"The pattern of sink '{sink}' gives all partitions the same name"
        yield given.fault("LNG-079", message, named, "Write [n] where the partition's number goes.")
    if spread.keys and set(written) <= {name for name, _ in spread.keys}:
        cure = "Write at least one column beside the keys, which only name folders."
        yield given.fault("LNG-079", f"Sink '{sink}' would write no column beside its keys", cure=cure)
