"""Small SQL trees that the builders share. Everything is a sqlglot node; nothing is text.

`call` names a built-in function of DuckDB for which sqlglot has no node of its own; another engine's dialect has to
translate these, so they are few and stand in `ENGINE_FUNCTIONS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Decimal, Map, Struct
from headwater.language.dataflow.functions.vectorized.registry import VECTORIZED
from headwater.language.dataflow.scope import Resolved

_SQL_TYPES: dict[DataType, exp.DType] = {
    types.ANY: exp.DType.VARCHAR,
    types.BINARY: exp.DType.VARBINARY,
    types.BOOLEAN: exp.DType.BOOLEAN,
    types.BYTE: exp.DType.TINYINT,
    types.DATE: exp.DType.DATE,
    types.DOUBLE: exp.DType.DOUBLE,
    types.FLOAT: exp.DType.FLOAT,
    types.INTEGER: exp.DType.INT,
    types.LONG: exp.DType.BIGINT,
    types.SHORT: exp.DType.SMALLINT,
    types.STRING: exp.DType.VARCHAR,
    types.TIME: exp.DType.TIME,
    types.TIMESTAMP: exp.DType.TIMESTAMP,
}

# Functions of the engine that `call` may name, sorted.
ENGINE_FUNCTIONS: frozenset[str] = frozenset(
    {
        "approx_count_distinct",
        "arg_max",
        "array_to_string",
        "ascii",
        "covar_pop",
        "covar_samp",
        "encode",
        "epoch_ms",
        "epoch_us",
        "factorial",
        "flatten",
        "format",
        "from_base64",
        "hex",
        "isfinite",
        "isnan",
        "jaro_winkler_similarity",
        "json_merge_patch",
        "json_object",
        "kurtosis_pop",
        "list_concat",
        "list_contains",
        "list_extract",
        "list_position",
        "list_select",
        "list_slice",
        "list_sort",
        "make_timestamp",
        "map_entries",
        "map_extract_value",
        "map_keys",
        "map_values",
        "md5",
        "nextval",
        "range",
        "reverse",
        "row",
        "sha1",
        "sha256",
        "skewness",
        "to_json",
        "translate",
        "try",
        "try_strptime",
        "unhex",
        "xor",
    }
)


def call(name: str, *args: exp.Expr) -> exp.Anonymous:
    """Return a call of a function of the engine."""
    if name not in ENGINE_FUNCTIONS:
        raise KeyError(f"list the function '{name}' in ENGINE_FUNCTIONS")
    return exp.Anonymous(this=name, expressions=list(args))


def vectorized(name: str, *args: exp.Expr) -> exp.Anonymous:
    """Return a call of a vectorized function, which `vectorized.install` gives to the engine."""
    return exp.Anonymous(this=VECTORIZED[name].sql_name, expressions=list(args))


def text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def data_type(type_: DataType) -> exp.DataType:
    """Return the SQL type that carries a type of the language; `any` is carried as text."""
    match type_:
        case Decimal(precision, scale):
            parameters = [exp.DataTypeParam(this=number(size)) for size in (precision, scale)]
            return exp.DataType(this=exp.DType.DECIMAL, expressions=parameters)
        case Array(item):
            return exp.DataType(this=exp.DType.ARRAY, expressions=[data_type(item)], nested=True)
        case Map(key, value):
            return exp.DataType(this=exp.DType.MAP, expressions=[data_type(key), data_type(value)], nested=True)
        case Struct(fields):
            members = [exp.ColumnDef(this=exp.to_identifier(n, quoted=True), kind=data_type(t)) for n, t in fields]
            return exp.DataType(this=exp.DType.STRUCT, expressions=members, nested=True)
        case _:
            return exp.DataType(this=_SQL_TYPES[type_])


def cast(value: exp.Expr, type_: DataType) -> exp.Expr:
    return exp.Cast(this=value, to=data_type(type_))


def try_cast(value: exp.Expr, type_: DataType) -> exp.Expr:
    """Return a cast that yields NULL for what does not convert."""
    return exp.TryCast(this=value, to=data_type(type_))


def typed_null(type_: DataType) -> exp.Expr:
    return cast(exp.Null(), type_)


def converted(value: Resolved, type_: DataType) -> exp.Expr:
    """Return the SQL of a value, cast if it is of another type; a null takes the type on."""
    return value.sql if value.type == type_ else cast(value.sql, type_)


def case(branches: Iterable[tuple[exp.Expr, exp.Expr]], default: exp.Expr | None = None) -> exp.Case:
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=default)


def paren(value: exp.Expr) -> exp.Expr:
    """Return the value in parentheses where it is an operation; sqlglot prints trees without adding any."""
    loose = (
        exp.AtTimeZone,
        exp.Between,
        exp.Binary,
        exp.Case,
        exp.Concat,
        exp.DateAdd,
        exp.In,
        exp.TimestampAdd,
        exp.Unary,
    )
    return exp.Paren(this=value) if isinstance(value, loose) and not isinstance(value, exp.Paren | exp.Dot) else value


def binary(node: type[exp.Binary], left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return node(this=paren(left), expression=paren(right))


def chain(node: type[exp.Binary], parts: Sequence[exp.Expr]) -> exp.Expr:
    """Return one or more operands joined by an operator that may be regrouped, without nested parentheses."""
    result = paren(parts[0]) if len(parts) > 1 else parts[0]
    for part in parts[1:]:
        result = node(this=result, expression=paren(part))
    return result


def not_zero(value: exp.Expr) -> exp.Expr:
    """Return a divisor that is NULL in place of zero, so that dividing by zero yields NULL."""
    if isinstance(value, exp.Literal) and value.is_number and float(value.this) != 0:
        return value
    return exp.Nullif(this=value, expression=number(0))


def is_null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=paren(value), expression=exp.Null())


def is_not_null(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=is_null(value))


def function(parameters: Iterable[str], body: exp.Expr) -> exp.Lambda:
    """Return a lambda over these parameters; inside the body they are `variable(name)`."""
    return exp.Lambda(this=body, expressions=[variable(name) for name in parameters])


def variable(name: str) -> exp.Identifier:
    return exp.to_identifier(name)


def constant(value: Resolved) -> str | int | float | bool | None:
    """Return the value of a literal; None if it is not known before the run."""
    node = value.sql
    sign = 1
    while isinstance(node, exp.Paren | exp.Cast | exp.Neg) and not isinstance(node, exp.TryCast):
        sign = -sign if isinstance(node, exp.Neg) else sign
        node = node.this
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if not isinstance(node, exp.Literal):
        return None
    if node.is_string:
        return str(node.this) if value.type == types.STRING else None
    if value.type == types.STRING:
        return None
    return sign * (int(node.this) if str(node.this).isdecimal() else float(node.this))
