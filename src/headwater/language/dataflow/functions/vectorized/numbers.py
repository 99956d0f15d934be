"""Numbers by the patterns of Java's DecimalFormat: exponents, percents and the separators of other languages.

Plain patterns in English are worked by the engine itself; these are the rest.
"""

from __future__ import annotations

import decimal
import functools
import re
from dataclasses import dataclass

from headwater.language.dataflow.functions.vectorized.function import Vectorized

_SPACES = "\u00a0\u202f "
# Decimal point and group separator by language, or by language and country where that differs.
_SYMBOLS: dict[str, tuple[str, str]] = {
    "cs": (",", "\u00a0"),
    "da": (",", "."),
    "de": (",", "."),
    "de-ch": (".", "'"),
    "el": (",", "."),
    "en": (".", ","),
    "es": (",", "."),
    "es-mx": (".", ","),
    "fi": (",", "\u00a0"),
    "fr": (",", "\u00a0"),
    "hu": (",", "\u00a0"),
    "id": (",", "."),
    "it": (",", "."),
    "ja": (".", ","),
    "ko": (".", ","),
    "nb": (",", "\u00a0"),
    "nl": (",", "."),
    "pl": (",", "\u00a0"),
    "pt": (",", "."),
    "ru": (",", "\u00a0"),
    "sv": (",", "\u00a0"),
    "tr": (",", "."),
    "uk": (",", "\u00a0"),
    "zh": (".", ","),
}
LANGUAGES: tuple[str, ...] = tuple(_SYMBOLS)
_FACTORS = {"%": 2, "‰": 3}
# Room for every digit of the greatest double, and for those behind its point.
_CONTEXT = decimal.Context(prec=800, rounding=decimal.ROUND_HALF_EVEN)
# More digits than the greatest double has before its point.
_GREATEST = 400
_WIDE = decimal.Context(prec=800)
# Java's options by number; the last one, which forbids rounding, has a method of its own here.
ROUNDINGS: dict[object, str] = {
    1: decimal.ROUND_UP,
    2: decimal.ROUND_DOWN,
    3: decimal.ROUND_CEILING,
    4: decimal.ROUND_FLOOR,
    5: decimal.ROUND_HALF_UP,
    6: decimal.ROUND_HALF_DOWN,
    7: decimal.ROUND_HALF_EVEN,
    8: decimal.ROUND_05UP,
}
_BODY = re.compile(r"([#,]*)([0,]*)(?:\.(0*)(#*))?(?:E(0+))?")


@dataclass(frozen=True, slots=True)
class Format:
    """A pattern: the texts around the digits of positive and negative numbers, and the counts of digits."""

    prefix: str
    suffix: str
    negative: tuple[str, str]
    whole: tuple[int, int]
    fraction: tuple[int, int]
    group: int
    exponent: int
    """Least digits of the exponent; 0: none is written."""
    shift: int
    """Powers of ten: 2 for percents, 3 for per mille."""


def symbols_of(locale: str) -> tuple[str, str] | None:
    """Return the decimal point and the group separator of a locale such as `de` or `de-CH`, None if not known."""
    name = locale.lower().replace("_", "-")
    return _SYMBOLS.get(name) or _SYMBOLS.get(name.partition("-")[0])


@functools.lru_cache(maxsize=256)
def format_of(pattern: str) -> Format:
    """Return the parts of a pattern. Raises ValueError for one that Java does not read."""
    positive, _, negative = _split(pattern, ";")
    prefix, body, suffix = _parts(positive)
    match = _BODY.fullmatch(body)
    if match is None or not (match.group(1) or match.group(2) or match.group(3) or match.group(4)):
        raise ValueError(f"the number pattern '{pattern}' cannot be read")
    optional, required, zeros, more, exponent = match.groups()
    whole = optional + required
    group = len(whole) - whole.rfind(",") - 1 if "," in whole else 0
    digits = len(whole.replace(",", ""))
    least = required.count("0")
    if not least and not zeros and not exponent and zeros is not None:
        least = 1
    around = _parts(negative) if negative else ("-" + prefix, "", suffix)
    fraction = (len(zeros or ""), len(zeros or "") + len(more or ""))
    shift = next((power for mark, power in _FACTORS.items() if mark in prefix + suffix), 0)
    return Format(prefix, suffix, (around[0], around[2]), (least, digits), fraction, group, len(exponent or ""), shift)


def _split(pattern: str, mark: str) -> tuple[str, str, str]:
    """Return what stands before and behind the first mark outside quotes."""
    quoted = False
    for place, character in enumerate(pattern):
        quoted ^= character == "'"
        if character == mark and not quoted:
            return pattern[:place], mark, pattern[place + 1 :]
    return pattern, "", ""


def _parts(pattern: str) -> tuple[str, str, str]:
    """Return prefix, digits and suffix, the texts without their quotes."""
    body = ""
    texts = ["", ""]
    quoted, place = False, 0
    while place < len(pattern):
        character = pattern[place]
        if character == "'":
            if pattern[place + 1 : place + 2] == "'":
                texts[bool(body)] += "'"
                place += 1
            else:
                quoted = not quoted
        elif not quoted and not texts[1] and (character in "#0,." or (character == "E" and body)):
            body += character
        else:
            texts[bool(body)] += character
        place += 1
    return texts[0], body, texts[1]


def write(digits: str, pattern: str, locale: str) -> str | None:
    """Return a number, given by its plain digits, as text by a pattern; None for what is no number."""
    try:
        value = decimal.Decimal(digits)
    except decimal.InvalidOperation:
        return None
    symbols = symbols_of(locale)
    if symbols is None:
        return None
    if value.is_nan():
        return "NaN"
    format_ = format_of(pattern)
    if value.is_infinite():
        before, behind = format_.negative if value < 0 else (format_.prefix, format_.suffix)
        return f"{before}∞{behind}"
    scaled = abs(value).scaleb(format_.shift, _CONTEXT)
    text = _exponential(scaled, format_, symbols) if format_.exponent else _plain(scaled, format_, symbols)
    around = format_.negative if value < 0 and re.search("[1-9]", text) else (format_.prefix, format_.suffix)
    return around[0] + text + around[1]


def _plain(value: decimal.Decimal, format_: Format, symbols: tuple[str, str]) -> str:
    least, most = format_.fraction
    rounded = value.quantize(decimal.Decimal(1).scaleb(-most), context=_CONTEXT)
    whole, _, fraction = f"{rounded:f}".partition(".")
    fraction = fraction[:least] + fraction[least:].rstrip("0")
    whole = whole.lstrip("0").rjust(format_.whole[0], "0")
    if format_.group:
        whole = _grouped(whole, format_.group, symbols[1])
    return whole + (symbols[0] + fraction if fraction else "")


def _grouped(whole: str, size: int, separator: str) -> str:
    head = len(whole) % size
    parts = [whole[:head]] if head else []
    parts += [whole[place : place + size] for place in range(head, len(whole), size)]
    return separator.join(parts)


def _exponential(value: decimal.Decimal, format_: Format, symbols: tuple[str, str]) -> str:
    least, most = format_.whole
    size = value.adjusted() if value else 0
    engineering = most > least and most > 1
    significant = (least if engineering else most) + format_.fraction[1]
    if value and significant > 0:
        value = decimal.Context(prec=max(significant, 1), rounding=decimal.ROUND_HALF_EVEN).plus(value)
        size = value.adjusted()
    # An exponent that is a multiple of the whole digits, or one that leaves as many of them as are required.
    exponent = size // most * most if engineering else size - (least - 1 if least else -1)
    shifted = value.scaleb(-exponent, _CONTEXT)
    text = f"{shifted:f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(format_.fraction[0], "0")
    whole = whole.lstrip("0").rjust(max(least, 0), "0") if engineering or least else whole.lstrip("0")
    sign = "-" if exponent < 0 else ""
    power = str(abs(exponent) if value else 0).rjust(format_.exponent, "0")
    return f"{whole}{symbols[0] + fraction if fraction else ''}E{sign}{power}"


def read(text: str, pattern: str, locale: str) -> str | None:
    """Return the plain digits of a text that a pattern reads, or None."""
    symbols = symbols_of(locale)
    if symbols is None:
        return None
    format_ = format_of(pattern)
    for (prefix, suffix), sign in (((format_.prefix, format_.suffix), ""), (format_.negative, "-")):
        if text.startswith(prefix) and text.endswith(suffix) and len(text) > len(prefix) + len(suffix):
            found = _read(text[len(prefix) : len(text) - len(suffix)], format_, symbols)
            if found is not None:
                return sign + found
    return None


def _read(text: str, format_: Format, symbols: tuple[str, str]) -> str | None:
    point, group = symbols
    groups = _SPACES if group in _SPACES else group
    digits = "".join(character for character in text if not (format_.group and character in groups))
    match = re.fullmatch(rf"(\d*)(?:{re.escape(point)}(\d*))?(?:E(-?\d+))?", digits, re.ASCII)
    if match is None or not (match.group(1) or match.group(2)):
        return None
    whole, fraction, exponent = match.groups()
    if digits != text and text[:1] in groups:
        return None
    value = decimal.Decimal(f"{whole or 0}.{fraction or 0}").scaleb(int(exponent or 0) - format_.shift, _CONTEXT)
    return f"{value.normalize(_CONTEXT):f}"


def round_digits(digits: str, scale: int, option: int) -> float | None:
    """Return a number, given by its plain digits, rounded by one of Java's options; NaN and infinities stay."""
    rounding = ROUNDINGS.get(option)
    if rounding is None:
        return None
    value = decimal.Decimal(digits)
    if not value.is_finite():
        return float(value)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -scale:
        return float(value)
    rounded = value.quantize(decimal.Decimal(1).scaleb(min(-scale, _GREATEST)), rounding, _WIDE)
    if rounding == decimal.ROUND_05UP and rounded != value:
        raise ValueError(f"Rounding is needed for {digits}, which option 8 forbids")
    return float(rounded)


FUNCTIONS: tuple[Vectorized, ...] = (
    Vectorized("read_number", ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR", read),
    Vectorized("round_digits", ("VARCHAR", "BIGINT", "BIGINT"), "DOUBLE", round_digits),
    Vectorized("write_number", ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR", write),
)
