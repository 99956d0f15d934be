"""Commands that a sink on files runs before and after it writes: `cp`, `mv`, `rm` and `mkdir` of the Hadoop shell.

Separate, because they are a small language of their own, with its own faults. Paths begin at the container.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Verb = Literal["cp", "mkdir", "mv", "rm"]


@dataclass(frozen=True, slots=True)
class FileCommand:
    """One command. `paths` may have wildcards; `target` is a file or folder, given for `cp` and `mv` only."""

    verb: Verb
    paths: tuple[str, ...]
    target: str | None = None
    recursive: bool = False
    force: bool = False
    """True if it is no error that a path is absent (`rm`), or that the target is there (`cp`)."""
    text: str = ""
    """As written."""


# Verb → the flags that it takes.
_FLAGS: Mapping[Verb, str] = {"cp": "fpr", "mkdir": "p", "mv": "", "rm": "fr"}


class UnknownCommand(ValueError):
    """A command that is not one of these, or is not written as it should be; says why."""


def parse_command(text: str) -> FileCommand:
    """Return the command. Raises UnknownCommand."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UnknownCommand("has a quote that is not closed") from error
    name, *rest = words or [""]
    verb = next((known for known in _FLAGS if known == name), None)
    if verb is None:
        raise UnknownCommand(f"'{name}' is not one of {', '.join(_FLAGS)}")
    flags, paths = _flags(verb, rest), tuple(_path(word) for word in rest if not word.startswith("-"))
    least = 2 if verb in ("cp", "mv") else 1
    if len(paths) < least:
        raise UnknownCommand(f"'{verb}' needs {'a source and a target' if least > 1 else 'a path'}")
    if verb in ("cp", "mv"):
        # A target that ends with a slash is a folder, whether it is there or not.
        as_folder = "/" if rest[-1].endswith("/") else ""
        return FileCommand(verb, paths[:-1], paths[-1] + as_folder, "r" in flags, "f" in flags, text)
    if verb == "rm" and "" in paths:
        raise UnknownCommand("'rm' of the whole container")
    return FileCommand(verb, paths, None, "r" in flags, "f" in flags, text)


def _flags(verb: Verb, words: Sequence[str]) -> str:
    given = "".join(word[1:].lower() for word in words if word.startswith("-"))
    unknown = [letter for letter in given if letter not in _FLAGS[verb]]
    if unknown:
        raise UnknownCommand(f"'{verb}' does not take -{unknown[0]}")
    return given


def _path(word: str) -> str:
    path = word.replace("\\", "/").strip("/")
    if ".." in path.split("/"):
        raise UnknownCommand(f"path '{word}' leaves the container")
    return path
