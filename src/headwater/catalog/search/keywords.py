"""The query language of the search box, as what full text is asked.

    words are OR-ed · AND OR NOT ( ) in capitals · "a phrase" · begin* · field:word · * is everything

A set of assets is kept as a match, or as everything but a match; so NOT can stand anywhere, which the index itself
does not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from headwater.catalog.store.matches import Joined, Match, Words
from headwater.errors import Fault, Invalid, Place

# Field of the query language → columns of the index.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "assettype": "labels",
        "classification": "classifications",
        "contact": "contacts",
        "description": "description",
        "entitytype": "labels",
        "label": "tags",
        "name": "name words",
        "qualifiedname": "path",
        "term": "terms",
    }
)
_TOKEN = re.compile(
    r'\s*(?:(?P<paren>[()])|(?:(?P<field>[A-Za-z]+):(?=[^\s/]))?(?P<quoted>"[^"]*"|"[^"]*$)?(?P<word>[^\s()"]+)?)'
)
_TERM = re.compile(r"[^\W_]+")
MAX_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase that was asked for, for marking it in what was found."""

    words: tuple[str, ...]
    prefix: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What matches (None: nothing at all); everything but that, if `inverted`."""

    match: Match | None
    inverted: bool = False

    @property
    def is_everything(self) -> bool:
        return self.match is None and self.inverted


NOTHING = Found(None)
EVERYTHING = Found(None, inverted=True)


@dataclass(frozen=True, slots=True)
class Query:
    found: Found
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    field: str = ""


def parse(text: str | None) -> Query:
    """Return the compiled query; none or blank means everything. Raises Invalid with what cannot be read."""
    if text is None or not text.strip():
        return Query(EVERYTHING, ())
    if len(text) > MAX_LENGTH:
        raise _unreadable(f"the keywords are longer than {MAX_LENGTH} characters", 0)
    reader = _Reader(_tokens(text))
    found = reader.disjunction()
    if reader.at < len(reader.tokens):
        raise _unreadable(f"'{reader.tokens[reader.at].text}' closes nothing", reader.at)
    return Query(found, tuple(reader.terms))


def begins(text: str) -> Query:
    """Return the query for what somebody is typing: all words, the last one as a beginning."""
    words = _TERM.findall(text[:MAX_LENGTH])
    if not words:
        return Query(NOTHING, ())
    found = _word(words[-1], prefix=True)
    for word in words[:-1]:
        found = _and(found, _word(word))
    return Query(found, (*(Term((word,), False) for word in words[:-1]), Term((words[-1],), True)))


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        matched = _TOKEN.match(text, at)
        if matched is None or matched.end() == at:
            at += 1
            continue
        at = matched.end()
        tokens.extend(_read(matched))
    return tokens


def _read(matched: re.Match[str]) -> list[_Token]:
    if paren := matched["paren"]:
        return [_Token(paren, paren)]
    if matched["field"] and matched["field"].lower() not in FIELDS:
        return [_Token("word", f"{matched['field']}:{matched['quoted'] or ''}{matched['word'] or ''}".replace('"', ""))]
    return [_plain(matched)] if matched["word"] or matched["quoted"] else []


def _plain(matched: re.Match[str]) -> _Token:
    field = (matched["field"] or "").lower()
    if (quoted := matched["quoted"]) is not None:
        if len(quoted) < 2 or not quoted.endswith('"'):
            raise _unreadable("a quotation mark is not closed", matched.start())
        return _Token("phrase", quoted.strip('"'), field)
    word = matched["word"]
    if word in {"AND", "OR", "NOT"} and not field:
        return _Token(word, word)
    return _Token("word", word, field)


class _Reader:
    """Precedence climbing: NOT binds before AND, AND before OR, and words side by side are OR-ed."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.terms: list[Term] = []

    def peek(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def disjunction(self) -> Found:
        found = self.conjunction()
        while self.peek() not in {"", ")"}:
            if self.peek() == "OR":
                self.take()
            found = _or(found, self.conjunction())
        return found

    def conjunction(self) -> Found:
        found = self.negation()
        while self.peek() == "AND":
            self.take()
            found = _and(found, self.negation())
        return found

    def negation(self) -> Found:
        if self.peek() == "NOT":
            self.take()
            kept = list(self.terms)
            found = self.nested()
            self.terms = kept
            return Found(found.match, not found.inverted)
        return self.atom()

    def nested(self) -> Found:
        self.depth += 1
        if self.depth > 100:
            raise _unreadable("the keywords are nested too deeply", self.at)
        found = self.negation()
        self.depth -= 1
        return found

    def atom(self) -> Found:
        kind = self.peek()
        if kind == "(":
            self.take()
            self.depth += 1
            if self.depth > 100:
                raise _unreadable("the keywords are nested too deeply", self.at)
            found = self.disjunction()
            self.depth -= 1
            if self.peek() != ")":
                raise _unreadable("a parenthesis is not closed", self.at)
            self.take()
            return found
        if kind not in {"word", "phrase"}:
            before = self.tokens[self.at - 1].text if self.at else ""
            raise _unreadable(
                f"a word is missing after '{before}'" if before else f"a word is missing before '{kind}'", self.at
            )
        return self.term(self.take())

    def term(self, token: _Token) -> Found:
        if token.kind == "word" and token.text.strip("*") == "" and not token.field:
            return EVERYTHING
        prefix = token.kind == "word" and token.text.endswith("*")
        words = tuple(_TERM.findall(token.text))
        if not words:
            return NOTHING
        self.terms.append(Term(tuple(word.casefold() for word in words), prefix))
        return _word(" ".join(words), prefix=prefix, field=token.field)


def _word(text: str, *, prefix: bool = False, field: str = "") -> Found:
    return Found(Words(text, prefix, FIELDS[field] if field else ""))


def _and(left: Found, right: Found) -> Found:
    if left.inverted and right.inverted:
        return Found(_either(left.match, right.match), inverted=True)
    if right.inverted:
        return Found(_without(left.match, right.match))
    if left.inverted:
        return Found(_without(right.match, left.match))
    if left.match is None or right.match is None:
        return NOTHING
    return Found(Joined(left.match, "AND", right.match))


def _or(left: Found, right: Found) -> Found:
    inverse = _and(Found(left.match, not left.inverted), Found(right.match, not right.inverted))
    return Found(inverse.match, not inverse.inverted)


def _either(left: Match | None, right: Match | None) -> Match | None:
    return left or right if left is None or right is None else Joined(left, "OR", right)


def _without(left: Match | None, right: Match | None) -> Match | None:
    return left if left is None or right is None else Joined(left, "NOT", right)


def _unreadable(what: str, at: int) -> Invalid:
    cure = 'Use words, "phrases", begin*, field:word, AND, OR, NOT and parentheses.'
    return Invalid(
        Fault("CAT-029", f"The search cannot be read: {what}", Place(path="keywords", line=1, column=at + 1), cure)
    )
