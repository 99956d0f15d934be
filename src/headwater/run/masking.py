"""Keeping secure values out of run records: by policy, and wherever a secure parameter's value turns up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeVar, cast
from urllib.parse import quote

import msgspec

from headwater import typed
from headwater.language.expression.ast import Json
from headwater.run.records import MASK

T = TypeVar("T")
SECURE_INPUT: Mapping[str, Json] = {"secureInput": MASK}
SECURE_OUTPUT: Mapping[str, Json] = {"secureOutput": MASK}


class Masker:
    """Replaces secrets in strings, however deep they lie. With no secrets it gives back what it gets."""

    def __init__(self, parameters: Mapping[str, Json], secure: frozenset[str]) -> None:
        values = {value for name in secure if isinstance(value := parameters.get(name), str) and value}
        spellings = {spelling for value in values for spelling in _spellings(value)}
        # The longest first, so that a secret that holds another one leaves nothing of itself.
        self._secrets = tuple(sorted(spellings, key=len, reverse=True))

    def text(self, text: str) -> str:
        """Return the text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def json(self, value: object) -> object:
        """Return a JSON value without secrets."""
        if not self._secrets:
            return value
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {self.text(name): self.json(member) for name, member in value.items()}
            case list() | tuple():
                return [self.json(item) for item in value]
            case _:
                return value

    def has_touched(self, value: object) -> bool:
        """Say whether a JSON value lacks something that was a secret."""
        return bool(self._secrets) and MASK.encode() in msgspec.json.encode(value)

    def mapping(self, value: Mapping[str, object]) -> Mapping[str, object]:
        """Return a JSON object without secrets."""
        return {self.text(name): self.json(member) for name, member in value.items()}

    def structs(self, values: tuple[T, ...]) -> tuple[T, ...]:
        """Return msgspec structs without secrets."""
        if not self._secrets:
            return values
        return tuple(typed.convert(self.json(msgspec.to_builtins(one)), type(one)) for one in values)


def _spellings(secret: str) -> tuple[str, ...]:
    """Return a secret as it is, and as it stands in JSON text and in URLs."""
    return secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret, safe="")


def json_from(value: object) -> Json:
    """Return a value that is known to be JSON, as such: msgspec structs cannot spell the recursive type."""
    return cast(Json, value)
