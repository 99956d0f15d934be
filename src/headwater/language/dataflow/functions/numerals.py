"""Java's number patterns, such as `$#,##0.00`: a prefix, digits and a suffix. Others are refused.

`0` is a digit that is always shown, `#` one that is shown if it counts. Rounding is half to even, as in Java.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from headwater.data import types
from headwater.language.dataflow.functions import kinds, sql
from headwater.language.dataflow.functions.function import Refused
from headwater.language.dataflow.functions.string import concatenated
from headwater.language.dataflow.functions.vectorized.numbers import LANGUAGES, format_of, symbols_of
from headwater.language.dataflow.scope import Resolved

_PATTERN = re.compile(r"([^#0,.E'%‰¤;]*)([#,]*[0,]*)(?:\.(0*)(#*))?([^#0,.E'%‰¤;]*)")
_GROUP = 3


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """What stands around the digits, and how many of them there are."""

    prefix: str
    suffix: str
    whole: int
    """Least digits before the point."""
    fraction: tuple[int, int]
    """Least and most digits behind the point."""
    grouped: bool


def locale(value: Resolved, argument: int) -> str:
    """Return a constant locale such as `de` or `en-US`. Raises Refused for one whose separators are not known."""
    text = sql.constant(value)
    if isinstance(text, str) and symbols_of(text) is not None:
        return text
    cure = f"Write a constant: one of {', '.join(LANGUAGES)}, with a country or without."
    raise Refused("LNG-031", f"The separators of the locale '{text}' are not known", cure, argument)


def number_pattern(value: Resolved, argument: int, locale_: str = "en") -> NumberPattern | None:
    """Return the parts of a constant pattern; None for one that is not just English prefix, digits, suffix.

    Raises Refused for what is no pattern of Java's.
    """
    text = sql.constant(value)
    if not isinstance(text, str):
        raise Refused("LNG-031", "The number pattern must be a constant", "Write it as a string.", argument)
    match = _PATTERN.fullmatch(text)
    digits = match.group(2) if match else ""
    grouped = "," in digits
    if match is None or not re.search("[#0]", text) or (grouped and len(digits) - digits.rfind(",") - 1 != _GROUP):
        _check_vectorized(text, argument)
        return None
    if symbols_of(locale_) != symbols_of("en") or re.search("[%‰;']", text):
        _check_vectorized(text, argument)
        return None
    zeros, optional = match.group(3), match.group(4)
    whole = digits.count("0")
    if zeros is not None and not whole and not zeros:
        # Java shows one digit before the point where a pattern such as `#.##` has no 0 at all.
        whole = 1
    least = len(zeros or "")
    return NumberPattern(match.group(1), match.group(5), whole, (least, least + len(optional or "")), grouped)


def _check_vectorized(text: str, argument: int) -> None:
    """Refuse a pattern that the vectorized functions do not read either."""
    try:
        format_of(text)
    except ValueError as error:
        cure = "Use digits 0 and #, one point, groups, an exponent E0, and text before and behind."
        raise Refused("LNG-032", f"The number pattern '{text}' is not valid", cure, argument) from error


def read_digits(value: exp.Expr, pattern: NumberPattern) -> exp.Expr:
    """Return the plain digits of a text that the pattern reads, or '' where it does not."""
    digits = r"(\d[\d,]*(?:\.\d*)?|\.\d+)" if pattern.grouped else r"(\d+(?:\.\d*)?|\.\d+)"
    whole = exp.Literal.string(f"^(-?){re.escape(pattern.prefix)}{digits}{re.escape(pattern.suffix)}$")
    sign = exp.RegexpExtract(this=value, expression=whole, group=sql.number(1))
    number: exp.Expr = exp.RegexpExtract(this=value.copy(), expression=whole.copy(), group=sql.number(2))
    if pattern.grouped:
        number = exp.Replace(this=number, expression=sql.text(","), replacement=sql.text(""))
    return concatenated([sign, number])


def is_plain(value: Resolved, pattern: NumberPattern) -> bool:
    """Return whether the engine writes the number: it would round a decimal as a double, and groups no zeros."""
    whole = kinds.is_integral(value.type) or value.type == types.DOUBLE
    return whole and not (pattern.grouped and pattern.whole > 1)


def write_number(value: Resolved, pattern: NumberPattern) -> exp.Expr:
    """Return a whole number or double as text, by a pattern that is plain for it."""
    least, most = pattern.fraction
    size = exp.Abs(this=sql.converted(value, types.DOUBLE))
    width = pattern.whole + (most + 1 if most else 0)
    zeros = "0" if width and not pattern.grouped else ""
    comma = "," if pattern.grouped else ""
    shown: exp.Expr = sql.call("format", sql.text(f"{{:{zeros}{width if zeros else ''}{comma}.{most}f}}"), size)
    if most > least:
        shown = _without(_without(shown, f"0{{0,{most - least}}}$"), r"\.$")
    if not pattern.whole and most:
        shown = _without(shown, r"^0(?:\b)")
    negative = exp.LT(this=sql.paren(value.sql.copy()), expression=sql.number(0))
    sign = sql.case([(negative, sql.text("-"))], sql.text(""))
    return concatenated([sign, sql.text(pattern.prefix), shown, sql.text(pattern.suffix)])


def _without(value: exp.Expr, pattern: str) -> exp.Expr:
    return exp.RegexpReplace(this=value, expression=sql.text(pattern), replacement=sql.text(""))
