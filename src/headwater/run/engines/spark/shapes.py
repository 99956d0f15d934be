"""Arrangements of nodes by which DuckDB is brought to Java's behaviour, which Spark has of itself.

Each is recognized by the outermost node and what must stand inside it, and replaced by the plain operation.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from headwater.language.dataflow.functions.arithmetic import WIDENED
from headwater.run.engines.spark.trees import call, cast, exact, number, text, wrap

# Type of a fraction → Java's class, its method that gives the bits, and the type of these.
_FRACTIONS: dict[exp.DType, tuple[str, str, exp.DType]] = {
    exp.DType.DOUBLE: ("Double", "doubleToLongBits", exp.DType.BIGINT),
    exp.DType.FLOAT: ("Float", "floatToIntBits", exp.DType.INT),
}
Shape = Callable[[exp.Expr], exp.Expr | None]


def _low_bits(node: exp.Expr) -> exp.Expr | None:
    """Return a whole number that wraps around: Spark's own does when it is cast to fewer bits."""
    if not (isinstance(node, exp.Cast) and isinstance(node.this, exp.Sub)):
        return None
    flipped = node.this.this
    if not _is_call(flipped, "xor") or not isinstance(flipped.expressions[0], exp.BitwiseAnd):
        return None
    wide = flipped.expressions[0].this
    if not isinstance(wide, exp.Expr):
        return None
    for inner in tuple(wide.find_all(exp.DataType)):
        if inner.this == exp.DType.INT128:
            inner.set("this", exp.DType.BIGINT)
    return exp.Cast(this=wide, to=node.to.copy())


def _quotient(node: exp.Expr) -> exp.Expr | None:
    """Return an exact quotient of decimals, which Spark's division is."""
    if not (isinstance(node, exp.Cast) and isinstance(node.this, exp.Mul) and isinstance(node.this.this, exp.Cast)):
        return None
    whole = node.this.this.this
    if not (isinstance(whole, exp.Mul) and isinstance(whole.expression.unnest(), exp.Mul)):
        return None
    signs = whole.expression.unnest()
    if not (isinstance(signs.this, exp.Sign) and isinstance(signs.expression, exp.Sign)):
        return None
    top, bottom = signs.this.this, signs.expression.this
    divisor = bottom.this if isinstance(bottom, exp.Nullif) else bottom
    division = exp.Div(this=exact(top.this.this), expression=exact(divisor.this.this), typed=False, safe=False)
    return exp.Cast(this=division, to=node.to.copy())


def _digits(node: exp.Expr) -> exp.Expr | None:
    """Return the digits of a double, which Java writes."""
    if isinstance(node, exp.Case) and len(node.args["ifs"]) > 1 and _is_call(node.args["ifs"][1].this, "isnan"):
        value = node.args["ifs"][0].args["true"]
        return value if isinstance(value, exp.Cast) else None
    return None


def _narrow(node: exp.Expr) -> exp.Expr | None:
    """Return a decimal that has more digits only for DuckDB to work widely; Spark would round for lack of room."""
    is_operand = isinstance(node.parent, exp.Add | exp.Mul | exp.Sub) and isinstance(node.parent.parent, exp.Cast)
    if not (is_operand and isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast)):
        return None
    sizes = node.to.expressions
    if node.to.this != exp.DType.DECIMAL or not sizes or sizes[0].name != str(WIDENED):
        return None
    return wrap(node.this)


def _skewness(node: exp.Expr) -> exp.Expr | None:
    """Return the skewness of a population, which Spark's is."""
    if not isinstance(node, exp.Mul):
        return None
    sample: exp.Expr = node.this
    return sample if any(_is_call(head, "skewness") for head in _heads(sample)) else None


def _heads(node: exp.Expr) -> list[exp.Expr]:
    """Return an aggregate with what may stand around it: a filter, a window."""
    heads = [node]
    while isinstance(heads[-1], exp.Filter | exp.Window):
        heads.append(heads[-1].this)
    return heads


def _bits(node: exp.Expr) -> exp.Expr | None:
    """Return the bytes of a number, highest first; of a fraction by way of the whole number of the same bits."""
    if not (isinstance(node, exp.Cast) and isinstance(node.this, exp.Cast) and node.this.to.this == exp.DType.BIT):
        return None
    value = node.this.this
    fraction = _FRACTIONS.get(value.to.this) if isinstance(value, exp.Cast) else None
    if fraction is not None:
        java, method, kind = fraction
        # Java has a NaN of one pattern only, as the language has.
        value = cast(call("reflect", text(f"java.lang.{java}"), text(method), value), kind)
    return cast(value, exp.DType.VARBINARY)


def _hexadecimal(node: exp.Expr) -> exp.Expr | None:
    """Return the number of two digits in hexadecimal."""
    if not (isinstance(node, exp.Cast) and isinstance(node.this.unnest(), exp.DPipe)):
        return None
    pieces = node.this.unnest()
    if not (isinstance(pieces.this, exp.Literal) and pieces.this.name == "0x"):
        return None
    return exp.Cast(this=call("conv", pieces.expression, number(16), number(10)), to=node.to.copy())


def _side_by_side(node: exp.Expr) -> exp.Expr | None:
    """Return lists that are unrolled side by side, as rows of one list of structures."""
    if not isinstance(node, exp.Select) or len(node.expressions) < 2:
        return None
    if not all(isinstance(alias.unalias(), exp.Explode) for alias in node.expressions):
        return None
    lists = [exp.Coalesce(this=alias.unalias().this, expressions=[call("array")]) for alias in node.expressions]
    names = [exp.to_identifier(alias.alias, quoted=True) for alias in node.expressions]
    rows = exp.Aliases(this=call("inline", call("arrays_zip", *lists)), expressions=names)
    return exp.Select(expressions=[rows])


def _written(node: exp.Expr) -> exp.Expr | None:
    """Return a double by a number pattern, which is Java's own."""
    if not (isinstance(node, exp.Case) and _is_call(node.args.get("default"), "hw_write_number")):
        return None
    digits, pattern, _ = node.args["default"].expressions
    return call("format_number", digits.this, pattern)


def _is_call(node: object, name: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == name


SHAPES: tuple[Shape, ...] = (
    _bits,
    _digits,
    _hexadecimal,
    _low_bits,
    _narrow,
    _quotient,
    _side_by_side,
    _skewness,
    _written,
)
