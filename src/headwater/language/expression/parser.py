"""Tokens to trees, and JSON values to values in which the expression strings have become trees.

What the grammar allows but the language does not (a function that nobody knows, a wrong number of arguments) is
gathered and parsing goes on; what breaks the grammar ends the string it stands in, never the value around it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from types import MappingProxyType

from headwater.errors import Fault, LanguageError, Place, raise_if_any
from headwater.language.expression.ast import Call, Expr, Expression, Index, Json, Literal, Member, Template, Value
from headwater.language.expression.functions.function import INT_MAX, INT_MIN
from headwater.language.expression.functions.registry import complain_about_call
from headwater.language.expression.lexer import Kind, Token, tokenize
from headwater.language.source import Source, Span

MAX_DEPTH = 100
_CONSTANTS: dict[str, bool | None] = {"false": False, "null": None, "true": True}
_WRAPPERS = (frozenset({"content", "type"}), frozenset({"type", "value"}))


def parse_expression(text: str, place: Place = Place()) -> Expr:
    """Return the tree of an expression without its `@`. Raises LanguageError with every fault."""
    parser = _Parser(Source(text, place), 0)
    tree = parser.whole()
    raise_if_any(LanguageError, parser.faults)
    return tree


def parse_value(json: Json, place: Place = Place(), *, secret: bool = False) -> tuple[Value, tuple[Fault, ...]]:
    """Return the value of a JSON value at any depth, and all faults; `place.path` is extended on the way down.

    `@…` becomes an Expression, `…@{…}…` a Template, and `{"value": …, "type": "Expression"}` what its `value` is.
    A string that does not parse stays the string it is; its faults say so. `secret` keeps the excerpt out of faults,
    also of those that evaluation finds.
    """
    reading = _Reading(secret)
    return reading.value(json, place, 0), tuple(reading.faults)


def path_to(path: str | None, key: str | int) -> str:
    """Return the JSON path of a member or an item of what is at `path`."""
    base = path or "$"
    if isinstance(key, int):
        return f"{base}[{key}]"
    return f"{base}.{key}" if key.replace("_", "a").isalnum() else f"{base}['{key}']"


class _Reading:
    """One walk through a JSON value."""

    def __init__(self, secret: bool) -> None:
        self.faults: list[Fault] = []
        self._secret = secret

    def value(self, json: Json, place: Place, depth: int) -> Value:
        if isinstance(json, str):
            return self._text(json, place)
        if depth > MAX_DEPTH:
            message = f"JSON is nested deeper than {MAX_DEPTH} levels"
            self.faults.append(Fault("LNG-106", message, place, "Flatten the value."))
            return None
        if isinstance(json, list):
            return tuple(self.value(item, _inside(place, i), depth + 1) for i, item in enumerate(json))
        if isinstance(json, dict):
            if json.keys() in _WRAPPERS and json["type"] == "Expression":
                inner = "value" if "value" in json else "content"
                return self.value(json[inner], _inside(place, inner), depth + 1)
            return MappingProxyType({k: self.value(v, _inside(place, k), depth + 1) for k, v in json.items()})
        return json

    def _text(self, text: str, place: Place) -> Value:
        if "@" not in text:
            return text
        source = Source(text, place, self._secret)
        try:
            if text.startswith("@") and not text.startswith(("@@", "@{")):
                parser = _Parser(source, 1)
                tree = parser.whole()
                self.faults.extend(parser.faults)
                return Expression(tree, source)
            return _template(source, self.faults)
        except LanguageError as error:
            self.faults.extend(error.faults)
            return text


def _inside(place: Place, key: str | int) -> Place:
    return replace(place, path=path_to(place.path, key))


def _template(source: Source, faults: list[Fault]) -> str | Template:
    """Read text with `@{…}` in it. A leading `@@` stands for `@`, and `@@{` anywhere for `@{`."""
    text = source.text
    offset = 1 if text.startswith("@@") and not text.startswith("@@{") else 0
    parts: list[str | Expr] = []
    literal = ""
    while (found := text.find("@{", offset)) >= 0:
        if found > offset and text[found - 1] == "@":
            literal += text[offset : found - 1] + "@{"
            offset = found + 2
            continue
        literal += text[offset:found]
        parser = _Parser(source, found + 2)
        tree, offset = parser.embedded(found)
        faults.extend(parser.faults)
        parts += [literal, tree] if literal else [tree]
        literal = ""
    literal += text[offset:]
    if not parts:
        return literal
    return Template((*parts, literal) if literal else tuple(parts), source)


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, source: Source, start: int) -> None:
        self.faults: list[Fault] = []
        self._source = source
        self._tokens = tokenize(source, start)
        self._next = 0
        self._depth = 0
        self._heights: dict[int, int] = {}

    def whole(self) -> Expr:
        """Read an expression that takes all the tokens."""
        tree = self._expression()
        token = self._token
        if token.kind != "end":
            raise self._stop(f"'{token.text}' after the end of the expression", token, _end_cure(token))
        return tree

    def embedded(self, opened: int) -> tuple[Expr, int]:
        """Read an expression up to its `}`; return it and the offset behind the brace."""
        tree = self._expression()
        token = self._token
        if token.kind == "end":
            span = Span(opened, opened + 2)
            fault = self._source.fault("LNG-001", "'@{' is not closed", span, "Close the expression with }.")
            raise LanguageError(*self.faults, fault)
        if token.kind != "}":
            raise self._stop(f"'{token.text}' after the end of the expression", token, _end_cure(token))
        return tree, token.span.end

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._token
        if token.kind != "end":
            self._next += 1
        return token

    def _expect(self, kind: Kind, cure: str) -> Token:
        token = self._token
        if token.kind != kind:
            found = f"found '{token.text}'" if token.text else "the expression ends"
            raise self._stop(f"'{kind}' is missing: {found}", token, cure)
        return self._take()

    def _expression(self) -> Expr:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._too_deep()
        tree = self._primary()
        while self._token.kind in {".", "?.", "[", "?["}:
            tree = self._access(tree)
        self._depth -= 1
        return tree

    def _access(self, base: Expr) -> Expr:
        mark = self._take()
        null_safe = mark.kind.startswith("?")
        if mark.kind in {".", "?."}:
            cure = "A property name follows a dot; write ['name'] for a name with other characters."
            name = self._expect("name", cure)
            return self._over(Member(base, name.text, null_safe, span=base.span.to(name.span)), base)
        index = self._expression()
        close = self._expect("]", "Close the index with ].")
        return self._over(Index(base, index, null_safe, span=base.span.to(close.span)), base, index)

    def _over(self, node: Expr, *below: Expr) -> Expr:
        """Return the node, unless the tree under it is too high to be walked by recursion."""
        height = 1 + max((self._heights.get(id(child), 0) for child in below), default=0)
        if height > MAX_DEPTH:
            raise self._too_deep()
        self._heights[id(node)] = height
        return node

    def _too_deep(self) -> LanguageError:
        cure = "Split the expression: set a variable to a part of it first."
        message = f"The expression is nested deeper than {MAX_DEPTH} calls and properties"
        return self._stop(message, self._token, cure, "LNG-106")

    def _primary(self) -> Expr:
        token = self._take()
        match token.kind:
            case "string":
                return Literal(token.value, span=token.span)
            case "number":
                return self._number(token)
            case "name" if self._token.kind == "(":
                return self._call(token)
            case "name" if token.text.lower() in _CONSTANTS:
                return Literal(_CONSTANTS[token.text.lower()], span=token.span)
            case "name":
                cure = f"Write '{token.text}' in single quotes if it is text, {token.text}(…) if it is a function."
                raise self._stop(f"'{token.text}' is neither a call nor a string", token, cure)
            case "end":
                raise self._stop("The expression ends where a value is expected", token, "Add the missing value.")
            case _:
                cure = "Put a function call, a 'string', a number, true, false or null here."
                raise self._stop(f"'{token.text}' where a value is expected", token, cure)

    def _number(self, token: Token) -> Literal:
        digits = token.text.lstrip("+-")
        if digits.isdecimal() and (len(digits) > 19 or not INT_MIN <= int(token.text) <= INT_MAX):
            raise self._stop("The integer does not fit into 64 bits", token, "Write it as a float: 1e20.", "LNG-105")
        value = int(token.text) if digits.isdecimal() else float(token.text)
        if not math.isfinite(value):
            raise self._stop("The number does not fit into a float", token, "Use a smaller number.", "LNG-105")
        return Literal(value, span=token.span)

    def _call(self, name: Token) -> Expr:
        self._take()
        args: list[Expr] = []
        if self._token.kind != ")":
            args.append(self._expression())
            while self._token.kind == ",":
                self._take()
                args.append(self._expression())
        close = self._expect(")", f"Separate the arguments of '{name.text}' by commas and close them with ).")
        call = Call(name.text, tuple(args), span=name.span.to(close.span))
        self.faults.extend(complain_about_call(call, name.span, self._source))
        return self._over(call, *args)

    def _stop(self, message: str, token: Token, cure: str, code: str = "LNG-001") -> LanguageError:
        return LanguageError(*self.faults, self._source.fault(code, message, token.span, cure))


def _end_cure(token: Token) -> str:
    if token.kind in {")", "]", "}"}:
        return f"Remove the '{token.text}', or add the one that opens it."
    return "For text around an expression write: text @{expression} text."
