"""A batch in the words of what stands: drafts and references under the types and names that were found for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from headwater.catalog.resolution.meeting import Meeting, Target
from headwater.catalog.types import EntityType
from headwater.catalog.writing.drafts import QUALIFIED_NAME, Draft, Reference
from headwater.errors import Fault, Invalid, Place, raise_if_any


def rewritten(meeting: Meeting) -> list[Draft]:
    """Return the drafts of the batch in the words of what stands. Raises Invalid for what the other type lacks."""
    retyped = any(target.type.name != sent[0] for sent, target in meeting.targets.items())
    types = _types_by_key(meeting) if retyped else {}
    faults: list[Fault] = []
    found = [_draft(draft, meeting, types, faults) for draft in meeting.drafts]
    raise_if_any(Invalid, faults)
    return found


def references(meeting: Meeting, given: Iterable[Reference]) -> list[Reference]:
    """Return references in the words of what stands."""
    return [_reference(reference, meeting) for reference in given]


def _types_by_key(meeting: Meeting) -> dict[str, EntityType]:
    return {draft.key: _type(draft, meeting) for draft in meeting.drafts if draft.key}


def _target(draft: Draft, meeting: Meeting) -> Target | None:
    return None if draft.guid else meeting.targets.get((draft.type.name, draft.qualified_name or ""))


def _type(draft: Draft, meeting: Meeting) -> EntityType:
    target = _target(draft, meeting)
    return target.type if target else draft.type


def _reference(reference: Reference, meeting: Meeting) -> Reference:
    target = None if reference.key else meeting.target(reference)
    if target is None:
        return reference
    return replace(reference, type_name=target.type.name, qualified_name=target.name)


def _draft(draft: Draft, meeting: Meeting, types: Mapping[str, EntityType], faults: list[Fault]) -> Draft:
    target = _target(draft, meeting)
    links: Mapping[str, tuple[Reference, ...]] = {
        name: tuple(_reference(reference, meeting) for reference in held) for name, held in draft.links.items()
    }
    if types:
        links = _fitted(draft, target.type if target else draft.type, links, meeting, types, faults)
    if target is None:
        return replace(draft, links=links)
    return replace(
        draft,
        type=target.type,
        qualified_name=target.name,
        attributes=_under_first_spelling({**draft.attributes, QUALIFIED_NAME: target.name}, target),
        links=links,
        forgotten=frozenset(name for name in draft.forgotten if name in target.type.links),
    )


def _under_first_spelling(attributes: dict[str, object], target: Target) -> dict[str, object]:
    """Leave the name that people read as it was first written, where the other one differs by case alone."""
    name = attributes.get("name")
    if target.row is not None and isinstance(name, str) and name.casefold() == target.row["name"].casefold():
        return {key: value for key, value in attributes.items() if key != "name"}
    return attributes


def _fitted(
    draft: Draft,
    type: EntityType,
    links: Mapping[str, tuple[Reference, ...]],
    meeting: Meeting,
    types: Mapping[str, EntityType],
    faults: list[Fault],
) -> dict[str, tuple[Reference, ...]]:
    """Return links under the attributes that fit the types now: a column's `table` is its `view` if it became one."""
    found: dict[str, tuple[Reference, ...]] = {}
    for name, held in links.items():
        if not held and name in type.links:
            found.setdefault(name, ())
        for reference in held:
            end = _end(reference, meeting, types)
            fitting = name if end is None else _attribute(draft.type, type, name, end)
            if fitting is None or fitting not in type.links:
                cure = f"Write it as a {type.name}, which stands under this name already."
                message = f"{type.name} has no relationship '{name}' as {draft.type.name} has"
                faults.append(Fault("CAT-025", message, Place(path=draft.place), cure))
                continue
            if reference.relationship_type and (end is not None) and fitting != name:
                reference = replace(reference, relationship_type=None)
            found[fitting] = (*found.get(fitting, ()), reference)
    return found


def _end(reference: Reference, meeting: Meeting, types: Mapping[str, EntityType]) -> EntityType | None:
    if reference.key:
        row = None if reference.key in types else meeting.known.by_guid(reference.key)
        return types.get(reference.key) or (meeting.types.entities_by_id[row["type_id"]] if row else None)
    return meeting.types.entities.get(reference.type_name or "")


def _attribute(before: EntityType, type: EntityType, name: str, end: EntityType) -> str | None:
    """Return the attribute of the type that means what `name` meant, for an entity of the type `end`."""
    if any(link.there.type in end.supers for link in type.links.get(name, ())):
        return name
    seen_from_there = {link.there.name for link in before.links.get(name, ())}
    siblings = (
        other
        for other, links in type.links.items()
        if any(link.there.name in seen_from_there and link.there.type in end.supers for link in links)
    )
    return next(siblings, name if name in type.links else None)
