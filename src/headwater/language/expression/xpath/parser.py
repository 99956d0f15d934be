"""XPath text to tree."""

from __future__ import annotations

import re

from headwater.language.expression.xpath.tree import (
    Constant,
    Expr,
    FunctionCall,
    Negation,
    Operation,
    Path,
    Step,
    XPathError,
)

AXES: tuple[str, ...] = (
    "ancestor",
    "ancestor-or-self",
    "attribute",
    "child",
    "descendant",
    "descendant-or-self",
    "following",
    "following-sibling",
    "parent",
    "preceding",
    "preceding-sibling",
    "self",
)
_NODE_TYPES = ("comment", "node", "text")
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("or",),
    ("and",),
    ("=", "!="),
    ("<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "div", "mod"),
)
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"[^"]*"|'[^']*')|(?P<number>\d+(?:\.\d*)?|\.\d+)
      |(?P<mark>//|::|\.\.|!=|<=|>=|[/()\[\]@,|=<>+*.-])|(?P<name>[^\W\d][\w.-]*(?::(?!:)[^\W\d][\w.-]*)?))""",
    re.VERBOSE,
)
_MAX_TOKENS = 200
_ANY_NODE = Step("descendant-or-self", "node()")


def parse_xpath(text: str) -> Expr:
    """Return the tree. Raises XPathError."""
    parser = _Parser(_tokens(text))
    tree = parser.binary(0)
    if parser.upcoming:
        raise XPathError(f"'{parser.upcoming}' is left over in the path")
    return tree


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    offset, end = 0, len(text.rstrip())
    while offset < end:
        match = _TOKEN.match(text, offset)
        if match is None:
            raise XPathError(f"character {offset + 1} of the path means nothing there")
        tokens.append(match.group().strip())
        offset = match.end()
    if not tokens or len(tokens) > _MAX_TOKENS:
        raise XPathError("the path is empty" if not tokens else f"the path has more than {_MAX_TOKENS} parts")
    return tokens


class _Parser:
    """Recursive descent; `and`, `or`, `div`, `mod` and `*` are operators only where an operand has gone before."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    @property
    def upcoming(self) -> str:
        """The next token, empty at the end."""
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _peek(self, offset: int = 1) -> str:
        index = self._next + offset
        return self._tokens[index] if index < len(self._tokens) else ""

    def _take(self, expected: str = "") -> str:
        token = self.upcoming
        if (expected and token != expected) or not token:
            raise XPathError(f"'{expected or 'more'}' is missing before {repr(token) if token else 'the end'}")
        self._next += 1
        return token

    def binary(self, level: int) -> Expr:
        if level == len(_LEVELS):
            return self._unary()
        left = self.binary(level + 1)
        while self.upcoming in _LEVELS[level]:
            left = Operation(self._take(), left, self.binary(level + 1))
        return left

    def _unary(self) -> Expr:
        minuses = 0
        while self.upcoming == "-":
            self._take()
            minuses += 1
        tree = self._path()
        while self.upcoming == "|":
            tree = Operation(self._take(), tree, self._path())
        if minuses == 0:
            return tree
        return Negation(tree) if minuses % 2 else Negation(Negation(tree))

    def _path(self) -> Expr:
        self._depth += 1
        if self._depth > 30:
            raise XPathError("the path is nested too deeply")
        tree = self._filtered() if self._starts_primary() else self._location()
        self._depth -= 1
        return tree

    def _starts_primary(self) -> bool:
        token = self.upcoming
        if token[:1] in {'"', "'", "("} or token[:1].isdigit() or (token[:1] == "." and token[1:].isdigit()):
            return True
        return self._peek() == "(" and token not in _NODE_TYPES and (token[:1].isalpha() or token[:1] == "_")

    def _filtered(self) -> Expr:
        tree = self._primary()
        predicates = self._predicates()
        if not predicates and self.upcoming not in {"/", "//"}:
            return tree
        return Path(self._steps() if self.upcoming in {"/", "//"} else (), False, tree, predicates)

    def _primary(self) -> Expr:
        first = self._take()
        if first[0] in "\"'":
            return Constant(first[1:-1])
        if first == "(":
            tree = self.binary(0)
            self._take(")")
            return tree
        if self.upcoming == "(":
            return FunctionCall(first, self._arguments())
        return Constant(float(first))

    def _arguments(self) -> tuple[Expr, ...]:
        self._take("(")
        args: list[Expr] = []
        while self.upcoming != ")":
            args.append(self.binary(0))
            if self.upcoming != ")":
                self._take(",")
        self._take(")")
        return tuple(args)

    def _location(self) -> Path:
        if self.upcoming in {"/", "//"}:
            if self.upcoming == "/" and not self._starts_step(1):
                self._take()
                return Path((), absolute=True)
            return Path(self._steps(), absolute=True)
        first = self._step()
        return Path((first, *(self._steps() if self.upcoming in {"/", "//"} else ())))

    def _starts_step(self, offset: int) -> bool:
        token = self._peek(offset)
        return token in {".", "..", "@", "*"} or token[:1].isalpha() or token[:1] == "_"

    def _steps(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        while self.upcoming in {"/", "//"}:
            if self._take() == "//":
                steps.append(_ANY_NODE)
            steps.append(self._step())
        return tuple(steps)

    def _step(self) -> Step:
        if self.upcoming in {".", ".."}:
            return Step("self" if self._take() == "." else "parent", "node()")
        axis = "child"
        if self.upcoming == "@":
            self._take()
            axis = "attribute"
        elif self._peek() == "::":
            axis = self._take()
            self._take("::")
            if axis not in AXES:
                raise XPathError(f"there is no axis '{axis}'")
        return Step(axis, self._test(), self._predicates())

    def _test(self) -> str:
        name = self._take()
        if name in _NODE_TYPES and self.upcoming == "(":
            self._take("(")
            self._take(")")
            return f"{name}()"
        if name != "*" and not (name[0].isalpha() or name[0] == "_"):
            raise XPathError(f"'{name}' where the name of an element is expected")
        if ":" in name:
            raise XPathError(f"the prefix of '{name}' is not bound; compare local-name() and namespace-uri() instead")
        return name

    def _predicates(self) -> tuple[Expr, ...]:
        predicates: list[Expr] = []
        while self.upcoming == "[":
            self._take()
            predicates.append(self.binary(0))
            self._take("]")
        return tuple(predicates)
