"""What clients say of glossaries, categories and terms, as entities that the catalog writes.

PUT replaces: what is not said is taken away. Who wants to change one attribute sends it to `/partial`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from headwater import typed
from headwater.catalog.glossary.session import CATEGORY, GLOSSARY, TERM
from headwater.catalog.glossary.shapes import (
    RELATIONS,
    CategorizationHeader,
    Category,
    Described,
    Glossary,
    Term,
    TermHeader,
)
from headwater.catalog.glossary.views import PLAIN, PLAIN_OF_GLOSSARY, PLAIN_OF_TERM, TEMPLATE_VALUES
from headwater.catalog.model import Attributes, EntityInput
from headwater.catalog.types import AttributeDef, TypeSet
from headwater.catalog.types.attributes import Misfit, fit
from headwater.errors import Fault, Invalid, Place, raise_if_any

SYSTEM_TEMPLATE = "System Default"
S = TypeVar("S", bound=Described)


def glossary_input(given: Glossary, key: str, qualified_name: str) -> EntityInput:
    """Return a glossary as an entity; `key` is its guid, or negative for a new one."""
    return EntityInput(
        type_name=GLOSSARY,
        guid=key,
        last_modified_ts=given.last_modified_ts,
        attributes=_attributes(given, PLAIN_OF_GLOSSARY, qualified_name),
    )


def category_input(given: Category, key: str, qualified_name: str, anchor: str) -> EntityInput:
    """Return a category as an entity, with its place in the tree and its terms."""
    parent = given.parent_category
    return EntityInput(
        type_name=CATEGORY,
        guid=key,
        last_modified_ts=given.last_modified_ts,
        attributes=_attributes(given, PLAIN, qualified_name),
        relationship_attributes={
            "anchor": {"guid": anchor},
            "parentCategory": {"guid": parent.category_guid} if parent and parent.category_guid else None,
            "childrenCategories": [{"guid": one.category_guid} for one in given.children_categories or ()],
            "terms": [_reference(one.term_guid, one) for one in given.terms or ()],
        },
    )


def term_input(given: Term, key: str, qualified_name: str, anchor: str) -> EntityInput:
    """Return a term as an entity, with its relations; what it is assigned to stays as it is."""
    parent = given.parent_term
    relations = {attribute: getattr(given, field) or () for attribute, field in RELATIONS.items()}
    attributes = _attributes(given, PLAIN_OF_TERM, qualified_name)
    attributes[TEMPLATE_VALUES] = given.attributes or None
    return EntityInput(
        type_name=TERM,
        guid=key,
        last_modified_ts=given.last_modified_ts,
        attributes=attributes,
        contacts={role: list(people or ()) for role, people in (given.contacts or {}).items()},
        relationship_attributes={
            "anchor": {"guid": anchor},
            "parentTerm": {"guid": parent.term_guid} if parent and parent.term_guid else None,
            "categories": [_reference(one.category_guid, one) for one in given.categories or ()],
            **{name: [_reference(one.term_guid, one) for one in headers] for name, headers in relations.items()},
        },
    )


def _attributes(given: Described, names: Sequence[str], qualified_name: str) -> Attributes:
    # By way of JSON, which has lists and no tuples.
    said = typed.decode(msgspec.json.encode(given), dict[str, object])
    return {**{name: said.get(name) for name in names}, "qualifiedName": qualified_name}


def _reference(guid: str, header: TermHeader | CategorizationHeader) -> Attributes:
    said = msgspec.to_builtins(header)
    own = {name: value for name, value in said.items() if name not in _OF_HEADER and value is not None}
    return {"guid": guid, "relationshipAttributes": {"attributes": own}} if own else {"guid": guid}


_OF_HEADER = frozenset({"categoryGuid", "displayText", "relationGuid", "termGuid"})


def merged(standing: S, changes: Mapping[str, object]) -> S:
    """Return the object with some attributes changed. Raises Invalid for one that it does not have or take."""
    kind = type(standing)
    known = set(kind.__struct_encode_fields__) - _KEPT
    if unknown := sorted(changes.keys() - known):
        message = f"Invalid attribute '{unknown[0]}' for partial update of {kind.__name__.lower()}"
        raise Invalid(Fault("CAT-126", message, cure=f"Known are {', '.join(sorted(known))}."))
    try:
        return typed.convert({**msgspec.to_builtins(standing), **changes}, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        said = f"Invalid value for partial update of {kind.__name__.lower()}: {message}"
        raise Invalid(Fault("CAT-127", said, Place(path=path.strip("`") or None), "Send a value that fits.")) from error


_KEPT = frozenset(
    {"assignedEntities", "childTerms", "createTime", "createdBy", "guid", "lastModifiedTS", "updateTime", "updatedBy"}
)


def relation_faults(given: Term, own: str, place: str) -> Iterator[Fault]:
    """Yield what is wrong with a term's relations: to nothing, or to itself."""
    headers = [(name, one.term_guid) for name, field in RELATIONS.items() for one in getattr(given, field) or ()]
    headers += [("parentTerm", given.parent_term.term_guid)] if given.parent_term else []
    for name, guid in headers:
        if not guid:
            cure = "Send termGuid."
            yield Fault("CAT-125", f"A term of '{name}' has no termGuid", Place(path=f"{place}.{name}"), cure)
        elif guid == own:
            message = "Invalid Term relationship: Term can't have a relationship with self"
            yield Fault("CAT-125", message, Place(path=f"{place}.{name}"), "Refer to another term.")


def classification_fault(given: Described, standing: Sequence[str], place: str) -> Fault | None:
    """Return the fault of classifications that are sent along: they have routes of their own."""
    sent = {str(item.get("typeName")) for item in given.classifications or ()}
    if given.classifications is None or sent == set(standing):
        return None
    message = "Classifications of glossaries, categories and terms are not changed here"
    cure = "POST …/entity/guid/{guid}/classifications classifies them."
    return Fault("CAT-131", message, Place(path=f"{place}.classifications"), cure)


def fitted(given: Term, types: TypeSet, place: str) -> Term:
    """Return the term with the values of its templates in the form of their types. Raises Invalid with every fault."""
    faults: list[Fault] = []
    known = types.term_templates
    unknown = [name for name in given.template_name or () if name not in known and name != SYSTEM_TEMPLATE]
    faults += [_no_template(name, place) for name in unknown]
    kept: dict[str, Attributes] = {}
    for template, values in (given.attributes or {}).items():
        if template not in known:
            faults.append(_no_template(template, place))
            continue
        kept[template] = {}
        for name, value in values.items():
            at = Place(path=f"{place}.attributes.{template}.{name}")
            if (attribute := known[template].get(name)) is None:
                cure = f"It has {', '.join(sorted(known[template]))}."
                faults.append(Fault("CAT-130", f"Term template '{template}' has no attribute '{name}'", at, cure))
                continue
            try:
                kept[template][name] = None if value is None else fit(attribute.type_name, value, types)
            except Misfit as misfit:
                cure = f"Send {misfit}."
                faults.append(Fault("CAT-130", f"The value of '{template}.{name}' does not fit", at, cure))
        faults += _lacking(template, known[template], kept[template], place)
    raise_if_any(Invalid, faults)
    names = tuple(dict.fromkeys((*(given.template_name or ()), *kept)))
    return msgspec.structs.replace(given, attributes=kept or None, template_name=names or None)


def _lacking(template: str, known: Mapping[str, AttributeDef], values: Attributes, place: str) -> Iterator[Fault]:
    for name, attribute in known.items():
        if not attribute.is_optional and values.get(name) in (None, ""):
            at = Place(path=f"{place}.attributes.{template}.{name}")
            yield Fault("CAT-130", f"'{template}.{name}' has no value", at, "The term template demands one.")


def _no_template(name: str, place: str) -> Fault:
    cure = "POST …/types/typedefs with termTemplateDefs makes one."
    return Fault("CAT-130", f"There is no term template '{name}'", Place(path=place), cure)
