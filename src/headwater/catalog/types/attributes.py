"""Values of attributes: what each attribute type takes, and the form in which it is kept."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Protocol

from headwater.catalog.types.type_set import AttributeDef, TypeSet
from headwater.errors import Fault


class Attributed(Protocol):
    """A type of what has attributes: an entity type, or a classification."""

    @property
    def name(self) -> str:
        """Its name, for messages."""
        ...

    @property
    def attributes(self) -> Mapping[str, AttributeDef]:
        """Its attributes with those that it inherits."""
        ...


class Misfit(Exception):
    """A value does not fit; the message says what was expected."""


def _text(value: object) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise Misfit("a string")


def _boolean(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise Misfit("true or false")


def _whole(bits: int) -> Callable[[object], object]:
    limit = 1 << (bits - 1)

    def check(value: object) -> object:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,40}", value):
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and -limit <= value < limit:
            return value
        raise Misfit(f"a whole number of {bits} bits")

    return check


def _real(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            raise Misfit("a number") from None
        if math.isfinite(number):
            return number
    raise Misfit("a number")


def _date(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        try:
            found = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise Misfit("milliseconds since 1970 or an ISO 8601 time") from None
        return int((found if found.tzinfo else found.replace(tzinfo=datetime.UTC)).timestamp() * 1000)
    raise Misfit("milliseconds since 1970 or an ISO 8601 time")


PRIMITIVES: Mapping[str, Callable[[object], object]] = MappingProxyType(
    {
        "bigdecimal": _real,
        "biginteger": _whole(128),
        "boolean": _boolean,
        "byte": _whole(8),
        "date": _date,
        "double": _real,
        "float": _real,
        "int": _whole(32),
        "long": _whole(64),
        "short": _whole(16),
        "string": _text,
    }
)
_ARRAY = re.compile(r"array<(.+)>")
_MAP = re.compile(r"map<([^,<>]+),(.+)>")


def type_names_in(type_name: object) -> Iterator[str]:
    """Yield the names that an attribute type is made of: `map<string,array<int>>` gives string and int."""
    if isinstance(type_name, str):
        yield from (part.strip() for part in re.split(r"[<>,]", type_name) if part.strip() not in {"", "array", "map"})


def checked(type: Attributed, given: Mapping[str, object], types: TypeSet, faults: list[Fault]) -> dict[str, object]:
    """Return the plain attributes in the form in which they are kept; faults go to the list.

    Attributes that the type does not define are kept as they are, so that nothing a client said is lost.
    """
    kept: dict[str, object] = {}
    for name, value in given.items():
        attribute = type.attributes.get(name)
        if attribute is None or value is None:
            kept[name] = value
            continue
        try:
            kept[name] = _counted(attribute, fit(attribute.type_name, value, types))
        except Misfit as misfit:
            cure = f"'{name}' is of type {attribute.type_name}: send {misfit}."
            faults.append(Fault("CAT-022", f"{type.name}.{name}: the value {_short(value)} does not fit", cure=cure))
    return kept


def missing(type: Attributed, values: Mapping[str, object]) -> Iterator[AttributeDef]:
    """Yield the mandatory attributes that have no value."""
    for attribute in type.attributes.values():
        if not attribute.is_optional and values.get(attribute.name) in (None, ""):
            yield attribute


def defaults(type: Attributed) -> dict[str, object]:
    """Return the values of what is new and says none, as they are kept. Defaults of lists and structs do not count."""
    found: dict[str, object] = {}
    for attribute in type.attributes.values():
        if attribute.default_value is not None and "<" not in attribute.type_name:
            check = PRIMITIVES.get(attribute.type_name)
            found[attribute.name] = check(attribute.default_value) if check else attribute.default_value
    return found


def fit(type_name: str, value: object, types: TypeSet) -> object:
    """Return the value in the form of its type. Raises Misfit."""
    if primitive := PRIMITIVES.get(type_name):
        return primitive(value)
    if found := _ARRAY.fullmatch(type_name):
        if not isinstance(value, list):
            raise Misfit("a list")
        return [fit(found[1].strip(), item, types) for item in value]
    if found := _MAP.fullmatch(type_name):
        if not isinstance(value, dict):
            raise Misfit("an object")
        return {
            str(fit(found[1].strip(), key, types)): fit(found[2].strip(), item, types) for key, item in value.items()
        }
    if type_name in types.enums:
        if isinstance(value, str) and value in types.enums[type_name]:
            return value
        raise Misfit("one of " + ", ".join(sorted(types.enums[type_name])))
    if isinstance(value, dict):
        return _struct(type_name, value, types)
    raise Misfit(f"an object that refers to a {type_name}" if type_name in types.entities else "an object")


def _counted(attribute: AttributeDef, value: object) -> object:
    """Return a LIST or SET of as many values as it may have; a SET has none twice. Raises Misfit."""
    if attribute.cardinality == "SINGLE" or not isinstance(value, list):
        return value
    kept = value
    if attribute.cardinality == "SET":
        kept = [item for at, item in enumerate(value) if item not in value[:at]]
    if len(kept) < attribute.values_min_count:
        raise Misfit(f"at least {attribute.values_min_count} values")
    if 0 < attribute.values_max_count < len(kept):
        raise Misfit(f"at most {attribute.values_max_count} values")
    return kept


def _struct(type_name: str, value: dict[str, object], types: TypeSet) -> object:
    definition = types.structs.get(type_name)
    inner = value.get("attributes", value)
    if definition is None or not isinstance(inner, dict):
        return value
    for attribute in definition.values():
        if not attribute.is_optional and inner.get(attribute.name) in (None, ""):
            raise Misfit(f"a {type_name} with '{attribute.name}'")
    return {
        "typeName": type_name,
        "attributes": {
            name: fit(definition[name].type_name, item, types) if name in definition and item is not None else item
            for name, item in inner.items()
            if name != "typeName"
        },
    }


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
