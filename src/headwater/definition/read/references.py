"""Every reference in a piece of JSON, at any depth and in properties that this project does not read otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from headwater.definition.reference import Reference
from headwater.errors import Place
from headwater.language.expression.ast import Json
from headwater.language.expression.parser import parse_value, path_to


def find_references(json: Json, place: Place) -> Iterator[Reference]:
    """Yield each `{"referenceName": <string>, "type": …}` with its place. Names that are expressions are left out."""
    if isinstance(json, dict):
        name, kind = json.get("referenceName"), json.get("type")
        if isinstance(name, str) and isinstance(kind, str) and name and not name.startswith("@"):
            parameters, _ = parse_value(json.get("parameters") or {}, place)
            yield Reference(name, parameters if isinstance(parameters, Mapping) else {}, place, kind)
        for key, member in json.items():
            yield from find_references(member, replace(place, path=path_to(place.path, key)))
    elif isinstance(json, list):
        for index, item in enumerate(json):
            yield from find_references(item, replace(place, path=path_to(place.path, index)))
