"""Attributes that refer to entities, in types that say no more of it than `ownedRef` or `inverseRef`.

Atlas' older types have no relationship definitions: an attribute of type `column` or `array<column>` is itself the
reference, and its constraints say who owns whom. Here each such attribute is given the relationship that it implies,
named `__<type>.<attribute>` as Atlas labels it; from then on it is like any other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from headwater import typed
from headwater.catalog.types.type_set import Category, Definition
from headwater.errors import Fault, Place

Known = Mapping[str, tuple[Category, Definition]]
OPTION = "impliedBy"
OWNED, INVERSE = "ownedRef", "inverseRef"
_REFERENCE = re.compile(r"(?P<many>array<\s*)?(?P<type>[^<>,]+?)\s*>?")


class Constraint(msgspec.Struct, frozen=True):
    type: str
    params: dict[str, object] = {}


class Declared(msgspec.Struct, frozen=True, rename="camel"):
    """An attribute, as far as it matters here."""

    name: str
    type_name: str = "string"
    constraints: tuple[Constraint, ...] | None = None

    def constraint(self, type: str) -> Constraint | None:
        return next((item for item in self.constraints or () if item.type == type), None)


@dataclass(frozen=True, slots=True)
class Reference:
    owner: str
    attribute: Declared
    target: str
    many: bool


def implied(given: Known, known: Known) -> dict[str, tuple[Category, Definition]]:
    """Return the relationship types that the given types imply and `known`, which has the given ones, lacks."""
    found: dict[str, tuple[Category, Definition]] = {}
    taken = {end for _, definition in _relationships(known) for end in _ends(definition)}
    references = [
        item for name in given for item in _references(name, known) if (name, item.attribute.name) not in taken
    ]
    # Owners go first: their side of a pair is the container.
    for item in sorted(references, key=lambda item: item.attribute.constraint(OWNED) is None):
        place = (item.owner, item.attribute.name)
        if place in taken or any((above, item.attribute.name) in taken for above in _above(item.owner, known)):
            continue
        definition = _relationship(item, known, taken)
        found[str(definition["name"])] = ("RELATIONSHIP", definition)
        taken.update(_ends(definition))
    return found


def overtaken(given: Known, known: Known) -> list[str]:
    """Return the implied relationship types in whose place a given one says it in full."""
    ends = {end for _, definition in _relationships(given) for end in _ends(definition)}
    return [
        name
        for name, definition in _relationships(known)
        if _option(definition) and not ends.isdisjoint(_ends(definition))
    ]


def implied_by(names: frozenset[str], known: Known) -> list[str]:
    """Return the relationship types that stand only because of attributes of these types."""
    return [name for name, definition in _relationships(known) if _option(definition) in names]


def constraint_faults(name: str, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with the constraints of a type's attributes."""
    try:
        attributes = _declared(name, known)
    except msgspec.ValidationError as error:
        unreadable = f"'{name}': constraints cannot be read: {error}"
        yield Fault("CAT-030", unreadable, Place(path="attributeDefs"), 'Send [{"type": …, "params": {…}}].')
        return
    for attribute in attributes:
        for constraint in attribute.constraints or ():
            if message := _wrong(name, attribute, constraint, known):
                cure = "ownedRef and inverseRef stand on attributes that refer to entities; inverseRef names the other."
                yield Fault("CAT-030", f"'{name}.{attribute.name}': {message}", Place(path="attributeDefs"), cure)


def _wrong(name: str, attribute: Declared, constraint: Constraint, known: Known) -> str | None:
    if constraint.type not in {OWNED, INVERSE}:
        return f"'{constraint.type}' is no constraint"
    reference = _reference(name, attribute, known)
    if reference is None:
        return f"{constraint.type} needs an entity type, not {attribute.type_name}"
    if constraint.type == OWNED:
        return None
    other = constraint.params.get("attribute")
    back = next((item for item in _declared(reference.target, known) if item.name == other), None)
    if back is None:
        return f"inverseRef names '{other}', which {reference.target} does not have"
    pointed = _reference(reference.target, back, known)
    if pointed is None or pointed.target not in {name, *_above(name, known)}:
        return f"'{reference.target}.{other}' does not refer back to {name}"
    return None


def _relationship(item: Reference, known: Known, taken: Collection[tuple[str, str]]) -> Definition:
    owned = item.attribute.constraint(OWNED) is not None
    back = _back(item, known)
    if back is not None and (back.owner, back.attribute.name) in taken:
        back = None
    reverse = {
        "type": item.target,
        "name": back.attribute.name if back else f"__{item.owner}.{item.attribute.name}",
        "cardinality": "SINGLE" if owned or (back is not None and not back.many) else "SET",
        "isContainer": False,
    }
    here = {
        "type": item.owner,
        "name": item.attribute.name,
        "cardinality": "SET" if item.many else "SINGLE",
        "isContainer": owned,
        "isLegacyAttribute": True,
    }
    return {
        "name": f"__{item.owner}.{item.attribute.name}",
        "relationshipCategory": "COMPOSITION" if owned else "ASSOCIATION",
        "relationshipLabel": f"__{item.owner}.{item.attribute.name}",
        "options": {OPTION: item.owner},
        "endDef1": here,
        "endDef2": reverse,
    }


def _back(item: Reference, known: Known) -> Reference | None:
    """Return the attribute at the other side that says it is the inverse of this one, or that this one names."""
    named = item.attribute.constraint(INVERSE)
    for other in _references(item.target, known):
        said = other.attribute.constraint(INVERSE)
        if said is not None and said.params.get("attribute") == item.attribute.name:
            return other
        if named is not None and named.params.get("attribute") == other.attribute.name:
            return other
    return None


def _references(name: str, known: Known) -> Iterator[Reference]:
    for attribute in _declared(name, known):
        if found := _reference(name, attribute, known):
            yield found


def _reference(name: str, attribute: Declared, known: Known) -> Reference | None:
    found = _REFERENCE.fullmatch(attribute.type_name.strip())
    if found is None or known.get(found["type"], ("",))[0] != "ENTITY":
        return None
    return Reference(name, attribute, found["type"], found["many"] is not None)


def _declared(name: str, known: Known) -> tuple[Declared, ...]:
    category, definition = known[name]
    if category != "ENTITY":
        return ()
    return typed.convert(definition.get("attributeDefs") or (), tuple[Declared, ...])


def _above(name: str, known: Known) -> Iterator[str]:
    pending = [name]
    seen: set[str] = set()
    while pending:
        supers = typed.convert(known[pending.pop()][1].get("superTypes") or (), tuple[str, ...])
        new = [above for above in supers if above in known and above not in seen]
        seen.update(new)
        pending.extend(new)
        yield from new


def _relationships(known: Known) -> Iterator[tuple[str, Definition]]:
    return ((name, definition) for name, (category, definition) in known.items() if category == "RELATIONSHIP")


def _ends(definition: Definition) -> Iterator[tuple[str, str]]:
    for key in ("endDef1", "endDef2"):
        end = typed.convert(definition[key], dict[str, object])
        yield str(end["type"]), str(end["name"])


def _option(definition: Definition) -> str | None:
    return typed.convert(definition.get("options") or {}, dict[str, str]).get(OPTION)
