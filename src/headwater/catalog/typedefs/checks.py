"""What makes a type definition valid: one check a category, all faults at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from headwater import typed
from headwater.catalog.typedefs.annotation_types import business_metadata_faults, classification_faults
from headwater.catalog.types.attributes import PRIMITIVES, Misfit, type_names_in
from headwater.catalog.types.type_set import AttributeDef, Category, Definition
from headwater.errors import Fault, Place

# Key of a typedefs document → category.
GROUPS: Mapping[str, Category] = MappingProxyType(
    {
        "enumDefs": "ENUM",
        "structDefs": "STRUCT",
        "classificationDefs": "CLASSIFICATION",
        "entityDefs": "ENTITY",
        "relationshipDefs": "RELATIONSHIP",
        "businessMetadataDefs": "BUSINESS_METADATA",
        "termTemplateDefs": "TERM_TEMPLATE",
    }
)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9 _.-]*")
ATTRIBUTE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9 _.-]*")
CARDINALITIES = ("SINGLE", "LIST", "SET")
END_CARDINALITIES = ("SINGLE", "SET")
HOLDING = ("AGGREGATION", "COMPOSITION")
"""Categories in which one end contains the other."""
RELATIONSHIP_CATEGORIES = ("ASSOCIATION", *HOLDING)
RESERVED = frozenset({*PRIMITIVES, "array", "map"})
PROPAGATIONS = ("NONE", "ONE_TO_TWO", "TWO_TO_ONE", "BOTH")
Known = Mapping[str, tuple[Category, Definition]]


def faults_of(name: str, category: Category, definition: Definition, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with a definition, given all types as they would stand with it."""
    if not NAME.fullmatch(name):
        yield _fault(name, "name", "names consist of a letter followed by letters, numbers, spaces or '_ . -'")
    if name in RESERVED:
        yield _fault(name, "name", "attributes name a primitive by this", "Give the type another name.")
    if (options := definition.get("options")) is not None and not _is_text_mapping(options):
        yield _fault(name, "options", "options are not a mapping of strings")
    yield from _attribute_faults(name, definition, known)
    if check := CHECKS.get(category):
        yield from check(name, definition, known)


def _fault(name: str, path: str, message: str, cure: str = "") -> Fault:
    return Fault("CAT-030", f"'{name}': {message}", Place(path=path), cure or "Mend the definition and send it again.")


def _attribute_faults(name: str, definition: Definition, known: Known) -> Iterator[Fault]:
    attributes = definition.get("attributeDefs")
    if attributes is None:
        return
    if not isinstance(attributes, list):
        yield _fault(name, "attributeDefs", "attributeDefs is not a list")
        return
    seen: set[str] = set()
    for position, attribute in enumerate(attributes):
        path = f"attributeDefs[{position}]"
        if not isinstance(attribute, dict) or not isinstance(attribute.get("name"), str):
            yield _fault(name, path, "an attribute needs a name")
            continue
        if not ATTRIBUTE_NAME.fullmatch(attribute["name"]):
            yield _fault(name, path, f"'{attribute['name']}' is no attribute name")
        if attribute["name"] in seen:
            yield _fault(name, path, f"attribute '{attribute['name']}' stands twice")
        seen.add(attribute["name"])
        type_name = attribute.get("typeName", "string")
        unknown = [part for part in type_names_in(type_name) if part not in PRIMITIVES and part not in known]
        if not isinstance(type_name, str) or not type_name or unknown:
            yield _fault(name, path, f"attribute '{attribute['name']}' is of unknown type '{type_name}'")
        options = attribute.get("options")
        if options is not None and not _is_text_mapping(options):
            yield _fault(name, path, f"options of '{attribute['name']}' are not a mapping of strings")
        yield from _value_faults(name, path, attribute, known)


def _value_faults(name: str, path: str, attribute: dict[str, object], known: Known) -> Iterator[Fault]:
    """Yield what is wrong with how many values an attribute takes, and with its default."""
    try:
        typed.convert(attribute, AttributeDef)
    except msgspec.ValidationError as error:
        yield _fault(name, path, f"attribute '{attribute['name']}' cannot be read: {error}")
        return
    if attribute.get("cardinality", "SINGLE") not in CARDINALITIES:
        yield _fault(name, path, f"cardinality of '{attribute['name']}' is none of {', '.join(CARDINALITIES)}")
    default, type_name = attribute.get("defaultValue"), str(attribute.get("typeName", "string"))
    if default is None:
        return
    if check := PRIMITIVES.get(type_name):
        try:
            check(default)
        except Misfit as misfit:
            yield _fault(name, path, f"the default of '{attribute['name']}' does not fit: it takes {misfit}")
    elif known.get(type_name, ("",))[0] == "ENUM" and default not in enum_values(known[type_name][1]):
        yield _fault(name, path, f"the default of '{attribute['name']}' is no value of '{type_name}'")


def enum_values(definition: Definition) -> tuple[str, ...]:
    """Return the values of an enum; of one that is not sound, those that are."""
    elements = definition.get("elementDefs")
    found = elements if isinstance(elements, list) else []
    return tuple(item["value"] for item in found if isinstance(item, dict) and isinstance(item.get("value"), str))


def _is_text_mapping(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for pair in value.items() for item in pair)


def _super_faults(name: str, definition: Definition, known: Known) -> Iterator[Fault]:
    supers = definition.get("superTypes") or []
    if not isinstance(supers, list) or not all(isinstance(above, str) for above in supers):
        yield _fault(name, "superTypes", "superTypes is not a list of names")
        return
    category = known[name][0]
    for above in supers:
        if above not in known or known[above][0] != category:
            yield _fault(name, "superTypes", f"super type '{above}' does not exist")
    if _is_above_itself(name, known):
        yield _fault(name, "superTypes", "the type is its own super type")


def _is_above_itself(name: str, known: Known) -> bool:
    seen: set[str] = set()
    pending = [name]
    while pending:
        supers = known[pending.pop()][1].get("superTypes") or []
        for above in supers if isinstance(supers, list) else []:
            if above == name:
                return True
            if isinstance(above, str) and above in known and above not in seen:
                seen.add(above)
                pending.append(above)
    return False


def _relationship_faults(name: str, definition: Definition, known: Known) -> Iterator[Fault]:
    category = definition.get("relationshipCategory", "ASSOCIATION")
    if category not in RELATIONSHIP_CATEGORIES:
        yield _fault(name, "relationshipCategory", f"'{category}' is none of {', '.join(RELATIONSHIP_CATEGORIES)}")
    if (way := definition.get("propagateTags", "NONE")) not in PROPAGATIONS:
        yield _fault(name, "propagateTags", f"'{way}' is none of {', '.join(PROPAGATIONS)}")
    ends = [definition.get("endDef1"), definition.get("endDef2")]
    for key, end in zip(("endDef1", "endDef2"), ends, strict=True):
        yield from _end_faults(name, key, end, known)
    found = [end for end in ends if isinstance(end, dict)]
    containers = sum(bool(end.get("isContainer")) for end in found)
    if containers > 1:
        yield _fault(name, "endDef2", "both ends are containers")
    if category == "ASSOCIATION" and containers:
        yield _fault(name, "relationshipCategory", "an ASSOCIATION has no container")
    if category in HOLDING and not containers and len(found) == len(ends):
        yield _fault(name, "endDef1", f"{category} needs one end with isContainer true")
    children = [end for end in found if not end.get("isContainer")]
    if category == "COMPOSITION" and containers == 1 and any(end.get("cardinality") == "SET" for end in children):
        yield _fault(name, "endDef2", "a COMPOSITION has one parent: the child's end is SINGLE")


def _end_faults(name: str, key: str, end: object, known: Known) -> Iterator[Fault]:
    if not isinstance(end, dict):
        yield _fault(name, key, f"{key} is missing")
        return
    if not isinstance(end.get("name"), str) or not end["name"]:
        yield _fault(name, key, f"{key} needs a name")
    if known.get(str(end.get("type")), ("", {}))[0] != "ENTITY":
        yield _fault(name, key, f"{key} is of unknown type '{end.get('type')}'")
    if end.get("cardinality", "SINGLE") not in END_CARDINALITIES:
        yield _fault(name, key, f"cardinality of {key} is neither SINGLE nor SET")
    if not isinstance(end.get("isContainer", False), bool):
        yield _fault(name, key, f"isContainer of {key} is neither true nor false")


def _classification_faults(name: str, definition: Definition, known: Known) -> Iterator[Fault]:
    yield from _super_faults(name, definition, known)
    yield from classification_faults(name, definition, known)


def _enum_faults(name: str, definition: Definition, _: Known) -> Iterator[Fault]:
    elements = definition.get("elementDefs")
    valid = (
        isinstance(elements, list)
        and elements
        and all(isinstance(element, dict) and isinstance(element.get("value"), str) for element in elements)
    )
    if not valid:
        yield _fault(name, "elementDefs", "an enum needs elementDefs, each with a value")
        return
    values = enum_values(definition)
    if len(set(values)) < len(values):
        yield _fault(name, "elementDefs", "a value stands twice")
    if (default := definition.get("defaultValue")) is not None and default not in values:
        yield _fault(name, "defaultValue", f"the default '{default}' is none of the values")


Check = Callable[[str, Definition, Known], Iterator[Fault]]
CHECKS: Mapping[Category, Check] = MappingProxyType(
    {
        "BUSINESS_METADATA": business_metadata_faults,
        "CLASSIFICATION": _classification_faults,
        "ENTITY": _super_faults,
        "ENUM": _enum_faults,
        "RELATIONSHIP": _relationship_faults,
    }
)
