"""Documents of type definitions as clients send them, read into definitions as they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headwater.catalog.typedefs.checks import GROUPS
from headwater.catalog.types.type_set import Category, Definition
from headwater.errors import Fault, Invalid, raise_if_any

Document = Mapping[str, Sequence[Definition]]


def by_name(document: Document) -> dict[str, tuple[Category, Definition]]:
    """Return the definitions by name. Raises Invalid for one that has no name or stands twice."""
    found: dict[str, tuple[Category, Definition]] = {}
    faults: list[Fault] = []
    for key, category in GROUPS.items():
        for definition in document.get(key) or ():
            name = definition.get("name")
            if not isinstance(name, str) or name in found:
                faults.append(
                    Fault(
                        "CAT-030",
                        f"A definition of {key} has no name or stands twice: '{name}'",
                        cure="Name each once.",
                    )
                )
                continue
            kept = {key: value for key, value in definition.items() if key not in DERIVED and value is not None}
            if isinstance(attributes := kept.get("attributeDefs"), list):
                kept["attributeDefs"] = [_said(attribute) for attribute in attributes]
            kept.update({end: _said(kept[end]) for end in ("endDef1", "endDef2") if end in kept})
            found[name] = (category, kept)
    raise_if_any(Invalid, faults)
    return found


def _said(part: object) -> object:
    """Return an attribute or an end without what is null: a client that has nothing to say of it says so."""
    return {key: value for key, value in part.items() if value is not None} if isinstance(part, dict) else part


# What the account says of a type, not the client; passed over when a definition that was read is sent back.
DERIVED = frozenset(
    [
        "category",
        "guid",
        "createdBy",
        "updatedBy",
        "createTime",
        "updateTime",
        "version",
        "lastModifiedTS",
        "subTypes",
        "relationshipAttributeDefs",
        "businessAttributeDefs",
    ]
)
