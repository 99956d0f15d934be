"""Functions of texts. Positions count from 1; a null argument gives null unless the function says otherwise."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array
from headwater.language.dataflow.functions import regex, sql
from headwater.language.dataflow.functions.function import Arguments, Builder, Function, Refused
from headwater.language.dataflow.functions.similarity import edits, jaro_winkler
from headwater.language.dataflow.functions.vectorized.escaping import FORMATS

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Code of each letter from A; h and w are gone by then, and what is no letter counts as a vowel.
_SOUNDEX = "01230127022455012623017202"


def _unary(node: type[exp.Func]) -> Builder:
    return lambda args: node(this=args[0].sql)


def _count(value: exp.Expr) -> exp.Expr:
    """Return a length that is not negative."""
    if isinstance(value, exp.Literal):
        return value
    return exp.Greatest(this=value, expressions=[sql.number(0)])


def _concat(args: Arguments) -> exp.Expr:
    return concatenated([arg.sql for arg in args])


def concatenated(parts: list[exp.Expr]) -> exp.Expr:
    """Return the texts joined, NULL if one is; neighbouring literals become one, so that names can be computed."""
    merged: list[exp.Expr] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, exp.Literal) and isinstance(last, exp.Literal) and part.is_string and last.is_string:
            merged[-1] = sql.text(last.this + part.this)
        else:
            merged.append(part)
    return sql.chain(exp.DPipe, merged)


def _concat_ws(args: Arguments) -> exp.Expr:
    return exp.ConcatWs(expressions=[arg.sql for arg in args], coalesce=True)


def _drop_left(args: Arguments) -> exp.Expr:
    start = exp.Add(this=sql.paren(_count(args[1].sql)), expression=sql.number(1))
    return exp.Substring(this=args[0].sql, start=start)


def _drop_right(args: Arguments) -> exp.Expr:
    length = sql.binary(exp.Sub, exp.Length(this=args[0].sql.copy()), _count(args[1].sql))
    return exp.Left(this=args[0].sql, expression=_count(length))


def _ends_with(args: Arguments) -> exp.Expr:
    return exp.EndsWith(this=args[0].sql, expression=args[1].sql)


def _init_cap(args: Arguments) -> exp.Expr:
    word = sql.variable("word")
    rest = exp.Lower(this=exp.Substring(this=word.copy(), start=sql.number(2)))
    capital = exp.Upper(this=exp.Left(this=word, expression=sql.number(1)))
    words = exp.Split(this=args[0].sql, expression=sql.text(" "))
    each = exp.Transform(this=words, expression=sql.function(["word"], sql.binary(exp.DPipe, capital, rest)))
    return sql.call("array_to_string", each, sql.text(" "))


def _instr(args: Arguments) -> exp.Expr:
    return sql.cast(exp.StrPosition(this=args[0].sql, substr=args[1].sql), types.INTEGER)


def _locate(args: Arguments) -> exp.Expr:
    if len(args) == 2:
        return sql.cast(exp.StrPosition(this=args[1].sql, substr=args[0].sql), types.INTEGER)
    start = args[2].sql
    rest = exp.Substring(this=args[1].sql, start=start)
    found = exp.StrPosition(this=rest, substr=args[0].sql)
    shifted = exp.Sub(this=exp.Add(this=found.copy(), expression=sql.paren(start.copy())), expression=sql.number(1))
    before = exp.LT(this=sql.paren(start.copy()), expression=sql.number(1))
    absent = exp.EQ(this=found, expression=sql.number(0))
    return sql.cast(sql.case([(before, sql.number(0)), (absent, sql.number(0))], shifted), types.INTEGER)


def _left(args: Arguments) -> exp.Expr:
    return exp.Left(this=args[0].sql, expression=_count(args[1].sql))


def _right(args: Arguments) -> exp.Expr:
    return exp.Right(this=args[0].sql, expression=_count(args[1].sql))


def _length(args: Arguments) -> exp.Expr:
    return sql.cast(exp.Length(this=args[0].sql), types.INTEGER)


def _like(args: Arguments) -> exp.Expr:
    pattern = args[1].sql
    matches = exp.Like(this=sql.paren(args[0].sql), expression=sql.paren(pattern))
    if isinstance(pattern, exp.Literal) and "\\" not in pattern.this:
        return matches
    return exp.Escape(this=matches, expression=sql.text("\\"))


def _pad(left: bool) -> Builder:
    def build(args: Arguments) -> exp.Expr:
        size, fill = _count(sql.converted(args[1], types.INTEGER)), args[2].sql
        padded = exp.Pad(this=args[0].sql, expression=size, fill_pattern=fill, is_left=left)
        if isinstance(fill, exp.Literal) and fill.this:
            return padded
        # With nothing to pad with, a text is cut but does not grow.
        is_empty = exp.EQ(this=sql.paren(fill.copy()), expression=sql.text(""))
        return sql.case([(is_empty, exp.Left(this=args[0].sql.copy(), expression=size.copy()))], padded)

    return build


def _trim(position: str | None) -> Builder:
    def build(args: Arguments) -> exp.Expr:
        characters = args[1].sql if len(args) > 1 else None
        return exp.Trim(this=args[0].sql, expression=characters, position=position)

    return build


def _regex_extract(args: Arguments) -> exp.Expr:
    return regex.extract(args[0].sql, args[1], args[2] if len(args) > 2 else None)


def _regex_matches(args: Arguments) -> exp.Expr:
    return regex.search(args[0].sql, args[1], 1)


def _regex_replace(args: Arguments) -> exp.Expr:
    return regex.replace(args[0].sql, args[1], args[2])


def _regex_split(args: Arguments) -> exp.Expr:
    return regex.split(args[0].sql, args[1])


def _replace(args: Arguments) -> exp.Expr:
    replacement = args[2].sql if len(args) > 2 else sql.text("")
    return exp.Replace(this=args[0].sql, expression=args[1].sql, replacement=replacement)


def _soundex(args: Arguments) -> exp.Expr:
    """The code of Spark: runs of one digit count once, h and w do not end a run, what is no letter stays as it is."""
    upper = sql.call("translate", args[0].sql, sql.text(_LETTERS[:26]), sql.text(_LETTERS[26:]))
    first = exp.Left(this=upper, expression=sql.number(1))
    rest = _replaced(_replaced(exp.Substring(this=upper.copy(), start=sql.number(2)), "[HW]", ""), "[^A-Z]", "A")
    letters = sql.binary(exp.DPipe, first, rest)
    codes: exp.Expr = sql.call("translate", letters, sql.text(_LETTERS[26:]), sql.text(_SOUNDEX))
    for digit in "0123456":
        codes = _replaced(codes, f"{digit}+", digit)
    digits = exp.Replace(
        this=exp.Substring(this=codes, start=sql.number(2)), expression=sql.text("0"), replacement=sql.text("")
    )
    code = exp.Pad(
        this=sql.binary(exp.DPipe, first.copy(), digits),
        expression=sql.number(4),
        fill_pattern=sql.text("0"),
        is_left=False,
    )
    is_word = exp.RegexpLike(this=args[0].sql.copy(), expression=sql.text("^[A-Za-z]"))
    return sql.case([(is_word, code)], args[0].sql.copy())


def _replaced(value: exp.Expr, pattern: str, replacement: str) -> exp.Expr:
    return exp.RegexpReplace(
        this=value, expression=sql.text(pattern), replacement=sql.text(replacement), modifiers=sql.text("g")
    )


def _upper(args: Arguments) -> exp.Expr:
    """The engine works letter by letter, and the capital of ß is two."""
    return exp.Upper(this=exp.Replace(this=args[0].sql, expression=sql.text("ß"), replacement=sql.text("ss")))


def _split(args: Arguments) -> exp.Expr:
    parts = exp.Split(this=args[0].sql, expression=args[1].sql)
    if sql.constant(args[1]) is not None:
        return parts
    return sql.case([(sql.is_not_null(args[1].sql.copy()), parts)])


def _starts_with(args: Arguments) -> exp.Expr:
    return exp.StartsWith(this=args[0].sql, expression=args[1].sql)


def _substring(args: Arguments) -> exp.Expr:
    start = args[1].sql
    known = sql.constant(args[1])
    if known == 0:
        start = sql.number(1)
    elif known is None:
        zero = exp.EQ(this=sql.paren(start), expression=sql.number(0))
        start = sql.case([(zero, sql.number(1))], start.copy())
    length = _count(args[2].sql) if len(args) > 2 else None
    return exp.Substring(this=args[0].sql, start=start, length=length)


def _substring_index(args: Arguments) -> exp.Expr:
    parts = exp.Split(this=args[0].sql, expression=args[1].sql)
    count = args[2].sql
    size = exp.ArraySize(this=parts.copy())
    first = sql.call("list_slice", parts, sql.number(1), count)
    start = sql.binary(exp.Add, exp.Add(this=sql.paren(size), expression=sql.paren(count.copy())), sql.number(1))
    from_end = exp.Greatest(this=start, expressions=[sql.number(1)])
    last = sql.call("list_slice", parts.copy(), from_end, size.copy())
    positive = exp.GT(this=sql.paren(count.copy()), expression=sql.number(0))
    zero = exp.EQ(this=sql.paren(count.copy()), expression=sql.number(0))
    chosen = [
        (sql.is_null(args[1].sql.copy()), sql.typed_null(types.STRING)),
        (positive, _joined(first, args[1].sql)),
        (zero, sql.text("")),
    ]
    return sql.case(chosen, _joined(last, args[1].sql))


def _joined(parts: exp.Expr, separator: exp.Expr) -> exp.Expr:
    """Return parts with a separator between them; the engine's own function takes none that differs from row to row."""
    if isinstance(separator, exp.Literal):
        return sql.call("array_to_string", parts, separator.copy())
    together = sql.chain(exp.DPipe, [sql.variable("so_far"), separator.copy(), sql.variable("part")])
    with_part = sql.function(("so_far", "part"), together)
    whole = exp.Reduce(this=parts, initial=sql.text(""), merge=with_part)
    first = sql.binary(exp.Add, exp.Length(this=separator.copy()), sql.number(1))
    return exp.Substring(this=whole, start=first)


def _translate(args: Arguments) -> exp.Expr:
    return sql.call("translate", *(arg.sql for arg in args))


def _reverse(args: Arguments) -> exp.Expr:
    return sql.call("reverse", args[0].sql)


def _levenshtein(args: Arguments) -> exp.Expr:
    return sql.cast(edits(args[0].sql, args[1].sql), types.INTEGER)


def _jaro_winkler(args: Arguments) -> exp.Expr:
    return jaro_winkler(args[0].sql, args[1].sql)


def _normalize(args: Arguments) -> exp.Expr:
    return sql.vectorized("normalize", args[0].sql)


def _escaped(name: str) -> Builder:
    """Return the builder of `escape` or `unescape`; a text alone is JSON."""

    def build(args: Arguments) -> exp.Expr:
        format_ = sql.constant(args[1]) if len(args) > 1 else "json"
        if isinstance(format_, str) and format_.lower() not in FORMATS:
            raise Refused("LNG-031", f"There is no format '{format_}'", f"Write one of {', '.join(FORMATS)}.", 1)
        return sql.vectorized(name, args[0].sql, args[1].sql if len(args) > 1 else sql.text("json"))

    return build


_S = types.STRING

FUNCTIONS: tuple[Function, ...] = (
    Function("concat", "string...", _S, _concat, "Joins texts; null if one is null."),
    Function("concatWS", "string, string...", _S, _concat_ws, "Joins texts with a separator; skips nulls among them."),
    Function("dropLeft", "string, integral", _S, _drop_left, "Removes characters from the start."),
    Function("dropRight", "string, integral", _S, _drop_right, "Removes characters from the end."),
    Function("endsWith", "string, string", types.BOOLEAN, _ends_with, "Tells whether a text ends with another."),
    Function("escape", "string, [string]", _S, _escaped("escape"), "Escapes for json, xml, html, ecmascript or java."),
    Function("initCap", "string", _S, _init_cap, "Capitalizes each word between spaces and lowers its rest."),
    Function("instr", "string, string", types.INTEGER, _instr, "Position of the first occurrence, 0 if there is none."),
    Function("jaroWinkler", "string, string", types.DOUBLE, _jaro_winkler, "Jaro-Winkler similarity, from 0 to 1."),
    Function("left", "string, integral", _S, _left, "The first characters."),
    Function("length", "string", types.INTEGER, _length, "Number of characters."),
    Function("levenshtein", "string, string", types.INTEGER, _levenshtein, "Edit distance of two texts."),
    Function("like", "string, string", types.BOOLEAN, _like, "Matches a pattern in which % and _ are wild."),
    Function(
        "locate",
        "string, string, [integral]",
        types.INTEGER,
        _locate,
        "Position of a text in another, 0 if it is absent.",
    ),
    Function("lower", "string", _S, _unary(exp.Lower), "Lower case."),
    Function("lpad", "string, integral, string", _S, _pad(True), "Pads on the left, or cuts, to a length."),
    Function("ltrim", "string, [string]", _S, _trim("LEADING"), "Removes spaces or given characters from the start."),
    Function("regexExtract", "string, string, [integral]", _S, _regex_extract, "The group of a match; '' without one."),
    Function("normalize", "string", _S, _normalize, "Separates accents from their letters."),
    Function(
        "regexMatch", "string, string", types.BOOLEAN, _regex_matches, "Tells whether a pattern occurs in a text."
    ),
    Function("regexReplace", "string, string, string", _S, _regex_replace, "Replaces every match of a pattern."),
    Function("regexSplit", "string, string", Array(_S), _regex_split, "Splits at every match of a pattern."),
    Function("replace", "string, string, [string]", _S, _replace, "Replaces every occurrence of a text."),
    Function("reverse", "string", _S, _reverse, "The characters from last to first."),
    Function("right", "string, integral", _S, _right, "The last characters."),
    Function("rlike", "string, string", types.BOOLEAN, _regex_matches, "Tells whether a pattern occurs in a text."),
    Function("rpad", "string, integral, string", _S, _pad(False), "Pads on the right, or cuts, to a length."),
    Function("rtrim", "string, [string]", _S, _trim("TRAILING"), "Removes spaces or given characters from the end."),
    Function("soundex", "string", _S, _soundex, "Soundex code of a word."),
    Function("split", "string, string", Array(_S), _split, "Splits at every occurrence of a text."),
    Function("startsWith", "string, string", types.BOOLEAN, _starts_with, "Tells whether a text starts with another."),
    Function("substring", "string, integral, [integral]", _S, _substring, "Part of a text; '' behind its end."),
    Function(
        "substringIndex",
        "string, string, integral",
        _S,
        _substring_index,
        "The part before the n-th occurrence of a text.",
    ),
    Function("translate", "string, string, string", _S, _translate, "Replaces characters one by one."),
    Function("trim", "string, [string]", _S, _trim(None), "Removes spaces or given characters from both ends."),
    Function("unescape", "string, [string]", _S, _escaped("unescape"), "Reads what `escape` writes."),
    Function("upper", "string", _S, _upper, "Upper case."),
)
