"""What may change in a type that exists: it can grow, but nothing that entities may hold is taken away.

Apart from `checks.py`, which looks at a definition by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from headwater import typed
from headwater.catalog.typedefs.annotation_types import lost_applicability, lost_entity_types
from headwater.catalog.types.type_set import AttributeDef, Category, Definition
from headwater.errors import Fault, Place

Stored = tuple[Category, Definition]


def faults_of_change(name: str, old: Stored, new: Stored) -> Iterator[Fault]:
    """Yield what a change of a type would take away. Expects a new definition that is sound by itself."""
    if old[0] != new[0]:
        cure = "Give the new type another name."
        yield Fault("CAT-030", f"'{name}' is of category {old[0]}, not {new[0]}", Place(path="category"), cure)
        return
    yield from _attribute_faults(name, old[1], new[1])
    if check := CHANGES.get(old[0]):
        yield from check(name, old[1], new[1])


def _attribute_faults(name: str, old: Definition, new: Definition) -> Iterator[Fault]:
    before, after = _attributes(old), _attributes(new)
    for attribute in before.values():
        now = after.get(attribute.name)
        if now is None or now.type_name != attribute.type_name:
            cure = "Attributes can be added; entities may hold values of the old ones."
            yield _fault(name, f"'{name}.{attribute.name}' cannot be taken away or change its type", cure)
        elif attribute.is_optional and not now.is_optional:
            cure = "Leave it optional; entities may have no value of it."
            yield _fault(name, f"'{name}.{attribute.name}' cannot become mandatory", cure)
        elif now.cardinality != attribute.cardinality:
            message = f"'{name}.{attribute.name}' is {attribute.cardinality} and cannot become {now.cardinality}"
            yield _fault(name, message, "Add an attribute of another name.")
    for attribute in after.values():
        if attribute.name not in before and not attribute.is_optional:
            cure = "Make it optional; entities that exist have no value of it."
            yield _fault(name, f"Cannot add mandatory attribute '{name}.{attribute.name}'", cure)


def _attributes(definition: Definition) -> dict[str, AttributeDef]:
    found = typed.convert(definition.get("attributeDefs") or (), tuple[AttributeDef, ...])
    return {attribute.name: attribute for attribute in found}


def _super_faults(name: str, old: Definition, new: Definition) -> Iterator[Fault]:
    for above in _names(old.get("superTypes")):
        if above not in _names(new.get("superTypes")):
            cure = "Super types can be added; entities may hold values of attributes that come from the old ones."
            yield _fault(name, f"'{above}' cannot be taken from the super types of '{name}'", cure)


def _names(value: object) -> tuple[str, ...]:
    return typed.convert(value or (), tuple[str, ...])


def _enum_faults(name: str, old: Definition, new: Definition) -> Iterator[Fault]:
    kept = set(_values(new))
    for value in _values(old):
        if value not in kept:
            yield _fault(name, f"'{value}' cannot be taken from '{name}'", "Entities may hold it; values can be added.")


def _values(definition: Definition) -> Iterable[str]:
    elements = typed.convert(definition.get("elementDefs") or (), tuple[dict[str, object], ...])
    return [str(element["value"]) for element in elements]


def _relationship_faults(name: str, old: Definition, new: Definition) -> Iterator[Fault]:
    if old.get("relationshipCategory", "ASSOCIATION") != new.get("relationshipCategory", "ASSOCIATION"):
        yield _fault(name, f"'{name}' cannot change its category", "Make a relationship type of another name.")
    for key in ("endDef1", "endDef2"):
        if _end(old[key]) != _end(new[key]):
            yield _fault(name, f"'{name}' cannot change its {key}", "Make a relationship type of another name.")


def _end(end: object) -> tuple[object, ...]:
    found = typed.convert(end, dict[str, object])
    return found["type"], found["name"], found.get("cardinality", "SINGLE"), bool(found.get("isContainer"))


def _fault(name: str, message: str, cure: str) -> Fault:
    return Fault("CAT-030", message, Place(path=name), cure)


def _classification_faults(name: str, old: Definition, new: Definition) -> Iterator[Fault]:
    yield from _super_faults(name, old, new)
    yield from lost_entity_types(name, old, new)


Check = Callable[[str, Definition, Definition], Iterator[Fault]]
CHANGES: Mapping[Category, Check] = MappingProxyType(
    {
        "BUSINESS_METADATA": lost_applicability,
        "CLASSIFICATION": _classification_faults,
        "ENTITY": _super_faults,
        "ENUM": _enum_faults,
        "RELATIONSHIP": _relationship_faults,
    }
)
