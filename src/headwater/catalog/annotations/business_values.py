"""Business attributes of one entity: what a client gives, checked by its business metadata and joined. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from headwater.catalog.model import Annotations, Attributes
from headwater.catalog.types import BusinessAttribute, EntityType, TypeSet
from headwater.catalog.types.attributes import Misfit, fit
from headwater.errors import Fault, Place

Given = Mapping[str, Mapping[str, object] | None]
"""Values by business metadata and attribute; a value of None takes the attribute away."""


def fitted(given: Given, type: EntityType, types: TypeSet, place: Place, faults: list[Fault]) -> dict[str, Attributes]:
    """Return the values in the form in which they are kept; faults go to the list."""
    found: dict[str, Attributes] = {}
    for name, values in given.items():
        metadata = types.business_metadata.get(name)
        applicable = {} if metadata is None else metadata.of(type)
        if not applicable:
            faults.append(_not_applicable(name, type, types, place))
            continue
        kept = found.setdefault(name, {})
        for key, value in (values or {}).items():
            attribute = applicable.get(key)
            if attribute is None:
                cure = f"It has {', '.join(sorted(applicable))}."
                message = f"{name}.{key}: no attribute of this business metadata for entities of {type.name}"
                faults.append(Fault("CAT-080", message, place, cure))
            elif value is None:
                kept[key] = None
            else:
                kept[key] = _value(f"{name}.{key}", attribute, value, types, place, faults)
    return found


def joined(said: Annotations, given: Mapping[str, Attributes], *, overwrite: bool) -> Annotations:
    """Return the annotations with these values; `overwrite` takes away all others."""
    held = {} if overwrite else said.business_attributes
    return _with(said, {name: {**held.get(name, {}), **given.get(name, {})} for name in {**held, **given}})


def without(said: Annotations, named: Given) -> Annotations:
    """Return the annotations without the named attributes; business metadata with none named goes as a whole."""
    left = {
        name: {key: value for key, value in values.items() if not _is_named(name, key, named)}
        for name, values in said.business_attributes.items()
    }
    return _with(said, left)


def unknown(named: Given, types: TypeSet) -> Iterator[Fault]:
    """Yield a fault for each name that is no business metadata."""
    for name in named:
        if name not in types.business_metadata:
            cure = f"There is {', '.join(sorted(types.business_metadata)) or 'none'}."
            yield Fault("CAT-080", f"Invalid business-metadata: {name}", cure=cure)


def _is_named(name: str, key: str, named: Given) -> bool:
    return name in named and (not named[name] or key in (named[name] or {}))


def _with(said: Annotations, values: Mapping[str, Attributes]) -> Annotations:
    kept = {
        name: {key: value for key, value in sorted(some.items()) if value is not None}
        for name, some in sorted(values.items())
    }
    return msgspec.structs.replace(said, business_attributes={name: some for name, some in kept.items() if some})


def _not_applicable(name: str, type: EntityType, types: TypeSet, place: Place) -> Fault:
    applicable = ", ".join(sorted(key for key, found in types.business_metadata.items() if found.of(type)))
    message = f"Invalid business-metadata: {name} specified for entity, applicable business-metadata: [{applicable}]"
    cure = f"Say in the options of its attributes that they apply to {type.name}, or use another."
    return Fault("CAT-080", message, place, cure)


def _value(
    name: str, attribute: BusinessAttribute, value: object, types: TypeSet, place: Place, faults: list[Fault]
) -> object:
    said = attribute.definition.type_name
    try:
        kept = fit(said, value, types)
    except Misfit as misfit:
        message = f"{name}: the value {str(value)[:60]!r} does not fit"
        faults.append(Fault("CAT-022", message, place, f"'{name}' is of type {said}: send {misfit}."))
        return None
    texts = [text for text in (kept if isinstance(kept, list) else [kept]) if isinstance(text, str)]
    limit = attribute.max_length
    if limit is not None and any(len(text) > limit for text in texts):
        message = f"{name}: the value is longer than {limit} characters"
        faults.append(Fault("CAT-022", message, place, "Shorten it, or change maxStrLength of the attribute."))
    if isinstance(kept, list) and attribute.definition.cardinality == "SET":
        return [item for position, item in enumerate(kept) if item not in kept[:position]]
    return kept
