"""Java's regular expressions in the syntax of Python's `re`: classes in classes, properties, quotes, inline flags.

A class that `re` cannot hold becomes look-aheads: `[a-z&&[^aeiou]]` is `(?=[^aeiou])[a-z]`.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

_LINE = "\\n\\r\\u0085\\u2028\\u2029"
_SPACE = " \\t\\n\\x0b\\f\\r"
_HORIZONTAL = " \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000"
_VERTICAL = "\\n\\x0b\\f\\r\\x85\\u2028\\u2029"
# Escapes that stand for a set of characters: as the inside of a class.
_SETS = {"d": "0-9", "h": _HORIZONTAL, "s": _SPACE, "v": _VERTICAL, "w": "a-zA-Z0-9_"}
_POSIX = {
    "ASCII": "\\x00-\\x7f",
    "Alnum": "a-zA-Z0-9",
    "Alpha": "a-zA-Z",
    "Blank": " \\t",
    "Cntrl": "\\x00-\\x1f\\x7f",
    "Digit": "0-9",
    "Graph": "!-~",
    "Lower": "a-z",
    "Print": " -~",
    "Punct": "!-/:-@\\[-`{-~",
    "Space": _SPACE,
    "Upper": "A-Z",
    "XDigit": "0-9a-fA-F",
}
# Properties that gather categories of Unicode.
_GATHERED = {
    "Alphabetic": ("L", "Nl"),
    "Digit": ("Nd",),
    "Letter": ("L",),
    "Lowercase": ("Ll",),
    "Punctuation": ("P",),
    "Titlecase": ("Lt",),
    "Uppercase": ("Lu",),
    "White_Space": ("Z",),
    "WhiteSpace": ("Z",),
}
_SCRIPTS = {
    "Arabic": "ARABIC",
    "Cyrillic": "CYRILLIC",
    "Greek": "GREEK",
    "Han": "CJK",
    "Hangul": "HANGUL",
    "Hebrew": "HEBREW",
    "Hiragana": "HIRAGANA",
    "Katakana": "KATAKANA",
    "Latin": "LATIN",
    "Thai": "THAI",
}
_SIMPLE = {"a": "\\x07", "e": "\\x1b", "f": "\\f", "n": "\\n", "r": "\\r", "t": "\\t"}
_EDGES = {"A": "\\A", "B": "\\B", "Z": "(?=\\n?\\Z)", "b": "\\b", "z": "\\Z"}
_FLAGS = re.compile(r"\(\?([imsxudU]*)(?:-([imsxudU]+))?([:)])")
_KEPT_FLAGS = "imsx"


def python_pattern(pattern: str) -> str:
    """Return the pattern as Python reads it. Raises ValueError for what is not valid or cannot be expressed."""
    return _Writer(pattern).written()


@dataclass(slots=True)
class _Group:
    """An open group: the flags that were set inside it, each an inner group to close with it."""

    flags: list[str] = field(default_factory=list)
    dot_all: bool = False


class _Writer:
    """Reads a pattern once from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._out: list[str] = []
        self._groups = [_Group()]

    def written(self) -> str:
        while self._at < len(self._pattern):
            self._step()
        if len(self._groups) > 1:
            raise ValueError("a group is not closed")
        self._out.append(")" * len(self._groups[0].flags))
        return "".join(self._out)

    def _step(self) -> None:
        character = self._pattern[self._at]
        match character:
            case "\\":
                self._out.append(self._escape())
            case "[":
                self._out.append(self._class().alone())
            case "(":
                self._open()
            case ")":
                self._close()
            case "|":
                flags = self._groups[-1].flags
                self._out.append(")" * len(flags) + "|" + "".join(flags))
                self._at += 1
            case ".":
                self._out.append("." if self._groups[-1].dot_all else f"[^{_LINE}]")
                self._at += 1
            case _:
                self._out.append(character)
                self._at += 1

    def _open(self) -> None:
        rest = self._pattern[self._at :]
        flags = _FLAGS.match(rest)
        if flags and rest[:3] != "(?:":
            self._open_flags(flags)
            return
        dot_all = self._groups[-1].dot_all
        self._groups.append(_Group(dot_all=dot_all))
        if rest.startswith("(?<") and rest[3:4] not in ("=", "!"):
            self._out.append("(?P<")
            self._at += 3
        else:
            taken = next((head for head in ("(?<=", "(?<!", "(?=", "(?!", "(?:", "(?>") if rest.startswith(head)), "(")
            self._out.append(taken)
            self._at += len(taken)

    def _open_flags(self, match: re.Match[str]) -> None:
        on = "".join(flag for flag in match.group(1) if flag in _KEPT_FLAGS)
        off = "".join(flag for flag in match.group(2) or "" if flag in _KEPT_FLAGS)
        head = f"(?{on}{'-' + off if off else ''}:"
        dot_all = ("s" in on or self._groups[-1].dot_all) and "s" not in off
        self._at += match.end()
        self._out.append(head)
        if match.group(3) == ":":
            self._groups.append(_Group(dot_all=dot_all))
        else:
            self._groups[-1].flags.append(head)
            self._groups[-1].dot_all = dot_all

    def _close(self) -> None:
        if len(self._groups) == 1:
            raise ValueError("a closing parenthesis has no opening one")
        self._out.append(")" * (len(self._groups.pop().flags) + 1))
        self._at += 1

    def _escape(self) -> str:
        """Return what an escape outside a class means."""
        letter = self._pattern[self._at + 1 : self._at + 2]
        if not letter:
            raise ValueError("it ends with a backslash")
        if letter == "Q":
            return self._quoted()
        if letter == "k":
            return self._back_reference()
        if letter in _EDGES:
            self._at += 2
            return _EDGES[letter]
        if letter == "R":
            self._at += 2
            return f"(?:\\r\\n|[{_VERTICAL}])"
        if letter in "123456789":
            self._at += 2
            return f"(?:\\{letter})"
        return self._member().alone()

    def _quoted(self) -> str:
        end = self._pattern.find("\\E", self._at)
        text = self._pattern[self._at + 2 : end if end >= 0 else None]
        self._at = end + 2 if end >= 0 else len(self._pattern)
        return re.escape(text)

    def _back_reference(self) -> str:
        match = re.compile(r"\\k<([A-Za-z][A-Za-z0-9]*)>").match(self._pattern, self._at)
        if match is None:
            raise ValueError("\\k has no name behind it")
        self._at = match.end()
        return f"(?P={match.group(1)})"

    def _member(self) -> _Set:
        """Return the characters that one escape stands for."""
        letter = self._pattern[self._at + 1 : self._at + 2]
        self._at += 2
        if letter in _SETS:
            return _Set(_SETS[letter])
        if letter and letter in "DHSVW":
            return _Set(_SETS[letter.lower()], negated=True)
        if letter in ("p", "P"):
            return _Set(self._property(), negated=letter == "P")
        if letter in _SIMPLE:
            return _Set(_SIMPLE[letter])
        if letter in ("x", "u", "0", "c"):
            return _Set(_code(self._code_point(letter)))
        if not letter or letter.isalnum():
            raise ValueError(f"there is no escape \\{letter}")
        return _Set(_code(ord(letter)))

    def _property(self) -> str:
        match = re.compile(r"\{\^?(\w+(?:=\w+)?)\}|([A-Z])").match(self._pattern, self._at)
        if match is None:
            raise ValueError("\\p has no property behind it")
        self._at = match.end()
        return _characters(match.group(1) or match.group(2))

    def _code_point(self, letter: str) -> int:
        forms = {"x": r"\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2})", "u": r"([0-9A-Fa-f]{4})", "0": r"([0-3]?[0-7]{1,2})"}
        if letter == "c":
            self._at += 1
            return ord(self._pattern[self._at - 1 : self._at] or "@") ^ 64
        match = re.compile(forms[letter]).match(self._pattern, self._at)
        if match is None:
            raise ValueError(f"\\{letter} has no number behind it")
        self._at = match.end()
        return int(next(digits for digits in match.groups() if digits), 8 if letter == "0" else 16)

    def _class(self) -> _Set:
        """Return the class that starts here, with the classes and intersections in it."""
        self._at += 1
        negated = self._pattern.startswith("^", self._at)
        self._at += negated
        sides: list[_Set] = []
        plain: list[str] = []
        inner: list[_Set] = []
        first = True
        while not self._pattern.startswith("]", self._at) or first:
            if self._at >= len(self._pattern):
                raise ValueError("a class is not closed")
            first = False
            if self._pattern.startswith("&&", self._at):
                sides.append(_Set("".join(plain), inner=tuple(inner)))
                plain, inner = [], []
                self._at += 2
            elif self._pattern[self._at] == "[":
                inner.append(self._class())
            else:
                self._add(plain, inner)
        self._at += 1
        last = _Set("".join(plain), inner=tuple(inner))
        return _Set(last.plain, negated, last.inner, tuple(side for side in sides if side.plain or side.inner))

    def _add(self, plain: list[str], inner: list[_Set]) -> None:
        character = self._pattern[self._at]
        if self._pattern.startswith("\\Q", self._at):
            plain.append(self._quoted())
            return
        if character == "\\":
            member = self._member()
            if member.negated:
                inner.append(member)
            else:
                plain.append(member.plain)
            return
        self._at += 1
        is_range = character == "-" and plain and not self._pattern.startswith(("]", "["), self._at)
        plain.append("-" if is_range else _code(ord(character)))


@dataclass(frozen=True, slots=True)
class _Set:
    """A set of characters: those that `plain` lists or an inner set has, and that are in every set of `also`."""

    plain: str
    negated: bool = False
    inner: tuple[_Set, ...] = ()
    also: tuple[_Set, ...] = ()

    def alone(self) -> str:
        """Return a pattern that matches one character of the set."""
        if not self.inner and not self.also:
            return f"[{'^' if self.negated else ''}{self.plain}]"
        listed = [f"[{self.plain}]"] if self.plain else []
        choice = "|".join([*listed, *(part.alone() for part in self.inner)])
        others = "".join(f"(?={part.alone()})" for part in self.also)
        whole = f"{others}(?:{choice})" if choice else others + "[\\s\\S]"
        return f"(?:(?!{whole})[\\s\\S])" if self.negated else f"(?:{whole})"


def _code(number: int) -> str:
    """Return a character as it may stand in a class."""
    return chr(number) if chr(number).isalnum() else f"\\U{number:08x}"


@functools.lru_cache(maxsize=64)
def _characters(name: str) -> str:
    """Return the inside of a class of the characters with a property. Raises ValueError for an unknown one."""
    if name in _POSIX:
        return _POSIX[name]
    bare = name.removeprefix("Is").rpartition("=")[2]
    if bare in _SCRIPTS:
        return _ranges(lambda c: unicodedata.name(c, "").startswith(_SCRIPTS[bare]))
    categories = _GATHERED.get(bare, (bare,))
    found = _ranges(lambda c: unicodedata.category(c).startswith(categories))
    if not found:
        raise ValueError(f"there is no property '{name}'")
    return found


def _ranges(has: Callable[[str], bool]) -> str:
    ranges: list[str] = []
    start: int | None = None
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and has(chr(code))
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            ranges.append(_code(start) if start == code - 1 else f"{_code(start)}-{_code(code - 1)}")
            start = None
    return "".join(ranges)
