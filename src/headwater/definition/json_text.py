"""Bytes of a file to JSON, with the position of what is wrong; strict where Python's own reader is lenient."""

from __future__ import annotations

import json
from typing import NoReturn

from headwater.errors import Fault, Place
from headwater.language.expression.ast import Json
from headwater.language.expression.parser import MAX_DEPTH
from headwater.language.source import Source, Span


def read_json(data: bytes, place: Place, *, secret: bool = False) -> tuple[Json, tuple[Fault, ...]]:
    """Return the JSON and no fault, or None and what is wrong; a doubled key is a warning. Never raises.

    `secret` keeps the faulty line out of the fault.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, (_not_json(place, f"byte {error.start} is not UTF-8", "Save the file in UTF-8."),)
    doubled: list[str] = []

    def members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            doubled.extend(sorted({name for name in names if names.count(name) > 1}))
        return found

    try:
        parsed: Json = json.loads(text, object_pairs_hook=members, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        source = Source(text, place)
        where = source.locate(Span(error.pos, error.pos + 1))
        line, column = source.position(error.pos)
        shown = Place(place.file, place.path, line, column) if secret else where
        return None, (_not_json(shown, error.msg[:1].lower() + error.msg[1:], _CURE),)
    except RecursionError:
        return None, (_too_deep(place),)
    except ValueError as error:
        return None, (_not_json(place, str(error), "Use null or a string."),)
    if _depth_exceeds(parsed, MAX_DEPTH):
        return None, (_too_deep(place),)
    cure = "Remove one of them; the last one counts."
    return parsed, tuple(Fault("DEF-019", f"The key '{key}' occurs twice", place, cure, "warning") for key in doubled)


_CURE = "Mend the syntax at the caret: look for a comma, a quote or a bracket too many or too few just before it."


def _not_json(place: Place, why: str, cure: str) -> Fault:
    return Fault("DEF-001", f"The file is not valid JSON: {why}", place, cure)


def _too_deep(place: Place) -> Fault:
    return _not_json(place, f"it is nested deeper than {MAX_DEPTH} levels", "Flatten it.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"'{name}' is no JSON number")


def _depth_exceeds(json_: Json, limit: int) -> bool:
    level: list[Json] = [json_]
    for _ in range(limit):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(json_: Json) -> list[Json]:
    if isinstance(json_, dict):
        return list(json_.values())
    return json_ if isinstance(json_, list) else []
