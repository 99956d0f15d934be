"""A JSON object being read: every access by name and type, every fault gathered, nothing dropped in silence.

A missing or mistyped property gives a fault and a neutral value, so that one look at a file finds all that is wrong
with it. Whoever uses the result looks at the faults first.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from headwater.definition.reference import Reference
from headwater.errors import Fault, Place, Severity
from headwater.language.expression.ast import Json, Value
from headwater.language.expression.parser import parse_value, path_to

WITHHELD = "An expression does not parse; its text is withheld, because it may hold a secret"


class Reader:
    """An object at `place`. `faults` is shared by all readers of a file; `secret` keeps contents out of it."""

    def __init__(
        self, json: Mapping[str, Json], place: Place, faults: list[Fault], *, secret: bool = False, present: bool = True
    ) -> None:
        self.json = json
        self.place = place
        self.faults = faults
        self.secret = secret
        self.present = present
        """False where the object is not there and this one is empty in its stead."""
        self._taken: set[str] = set()

    def at(self, name: str) -> Place:
        """Return the place of a property."""
        return replace(self.place, path=path_to(self.place.path, name))

    def has(self, name: str) -> bool:
        """Tell whether a property is there and not null."""
        return self.json.get(name) is not None

    def fault(self, code: str, message: str, name: str | None, cure: str, severity: Severity = "error") -> None:
        """Add a fault at a property, or at the object itself."""
        self.faults.append(Fault(code, message, self.at(name) if name else self.place, cure, severity))

    def skip(self, *names: str) -> None:
        """Mark properties as known and of no effect here."""
        self._taken.update(names)

    def raw(self, name: str) -> Json:
        """Return a property as it is, None if absent."""
        self._taken.add(name)
        return self.json.get(name)

    def text(self, name: str, default: str = "", *, required: bool = False) -> str:
        """Return a string property. Expressions are not looked for."""
        value = self._required(name) if required else self.raw(name)
        if value is None:
            return default
        if isinstance(value, str):
            return value
        self._mistyped(name, "a string", value)
        return default

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean property."""
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        if isinstance(value, str) and value.lower() in {"false", "true"}:
            return value.lower() == "true"
        self._mistyped(name, "true or false", value)
        return default

    def integer(self, name: str, default: int | None = None) -> int | None:
        """Return an integer property; digits in a string count, as the service takes them."""
        value = self.raw(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
            return int(value)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return default if value is None else value
        self._mistyped(name, "an integer", value)
        return default

    def value(self, name: str, default: Value = None, *, required: bool = False) -> Value:
        """Return a property in which expression strings have become trees."""
        value = self._required(name) if required else self.raw(name)
        return default if value is None else self._parsed(value, self.at(name))

    def object(self, name: str, *, required: bool = False) -> Reader:
        """Return the reader of an object property; an empty one that is not `present` if it is absent."""
        value = self._required(name) if required else self.raw(name)
        if value is not None and not isinstance(value, dict):
            self._mistyped(name, "an object", value)
        present = isinstance(value, dict)
        return self._inner(value if isinstance(value, dict) else {}, self.at(name), present=present)

    def objects(self, name: str, *, required: bool = False) -> list[Reader]:
        """Return the readers of an array of objects."""
        value = self._required(name) if required else self.raw(name)
        if value is not None and not isinstance(value, list):
            self._mistyped(name, "an array", value)
        readers: list[Reader] = []
        for index, item in enumerate(value if isinstance(value, list) else []):
            place = replace(self.place, path=path_to(self.at(name).path, index))
            if isinstance(item, dict):
                readers.append(self._inner(item, place))
            else:
                self._complain(place, f"Item {index} of '{name}'", "an object", item)
        return readers

    def members(self, name: str) -> list[tuple[str, Reader]]:
        """Return name and reader of each object in an object."""
        outer = self.object(name)
        return [(key, outer.object(key, required=True)) for key in outer.json]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return an array of strings."""
        value = self.raw(name)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(str(item) for item in value)
        self._mistyped(name, "an array of strings", value)
        return ()

    def reference(self, name: str, *, required: bool = False) -> Reference | None:
        """Return a `{"referenceName", "type", "parameters"}` property, None if absent."""
        reader = self.object(name, required=required)
        return reader.as_reference() if reader.present else None

    def as_reference(self) -> Reference:
        """Return this object as a reference."""
        name = self.text("referenceName", required=True)
        return Reference(name, self.mapping("parameters"), self.place, self.text("type"))

    def mapping(self, name: str) -> Mapping[str, Value]:
        """Return an object property as names and values, empty if absent."""
        reader = self.object(name)
        return reader.rest()

    def rest(self, names: Iterable[str] | None = None) -> Mapping[str, Value]:
        """Return the properties that nobody has taken yet, as values, and take them; without complaint."""
        left = [key for key in self.json if key not in self._taken] if names is None else list(names)
        self._taken.update(left)
        return MappingProxyType({key: self._parsed(self.json[key], self.at(key)) for key in left})

    def unknown(self, known: Iterable[str] = ()) -> Mapping[str, Value]:
        """Return the properties that nobody has taken, with a warning for each."""
        candidates = sorted(self._taken.union(known))
        for key in self.json:
            if key not in self._taken:
                near = difflib.get_close_matches(key, candidates, n=1, cutoff=0.75)
                cure = f"Did you mean '{near[0]}'?" if near else "It has no effect."
                self.fault("DEF-004", f"Unknown property '{key}'", key, cure, "warning")
        return self.rest()

    def _inner(self, json: Mapping[str, Json], place: Place, *, present: bool = True) -> Reader:
        return Reader(json, place, self.faults, secret=self.secret, present=present)

    def _required(self, name: str) -> Json:
        # Where the object itself is missing, that has been told already.
        if self.present and not self.has(name):
            self.fault("DEF-002", f"Required property '{name}' is missing", None, f"Add '{name}'.")
        return self.raw(name)

    def _parsed(self, json: Json, place: Place) -> Value:
        value, faults = parse_value(json, place, secret=self.secret)
        self.faults.extend(map(withheld, faults) if self.secret else faults)
        return value

    def _mistyped(self, name: str, expected: str, value: Json) -> None:
        self._complain(self.at(name), f"Property '{name}'", expected, value)

    def _complain(self, place: Place, what: str, expected: str, value: Json) -> None:
        found = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}.get(type(value), "a number")
        found = "null" if value is None else found
        self.faults.append(Fault("DEF-003", f"{what} is {found}, not {expected}", place, f"Make it {expected}."))


def withheld(fault: Fault) -> Fault:
    """Return the fault without the words of the text that it is about."""
    return Fault(fault.code, WITHHELD, fault.place, "Mend the expression at this position of the string.")
