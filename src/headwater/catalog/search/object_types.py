"""What kind of thing an asset is, as Purview calls it whatever its source: tables, files, folders, data pipelines."""

from __future__ import annotations

from headwater.catalog.types import EntityType, TypeSet

# Ending of a type's name → object type; the first that fits. Servers, databases and schemas have none.
ENDINGS: tuple[tuple[str, str], ...] = (
    ("_stored_procedure", "Stored procedures"),
    ("_table", "Tables"),
    ("_view", "Tables"),
    ("_file", "Files"),
    ("_object", "Files"),
    ("_path", "Files"),
    ("_resource_set", "Files"),
    ("_bucket", "Folders"),
    ("_container", "Folders"),
    ("_directory", "Folders"),
    ("_filesystem", "Folders"),
    ("_share", "Folders"),
    ("_dashboard", "Dashboards"),
    ("_report", "Reports"),
)
PIPELINES, TERMS = "Data pipelines", "Glossary terms"
GLOSSARY_TYPES = ("AtlasGlossary", "AtlasGlossaryCategory", "AtlasGlossaryTerm")


def object_type(type: EntityType) -> str | None:
    """Return the object type; None for what Purview has none for."""
    if type.name in GLOSSARY_TYPES:
        return TERMS
    if type.is_process:
        return PIPELINES
    return next((found for ending, found in ENDINGS if type.name.endswith(ending)), None)


def types_of(wanted: str, types: TypeSet) -> frozenset[int]:
    """Return the keys of all types of this object type, in whatever case it is written."""
    return frozenset(
        type.id for type in types.entities.values() if (object_type(type) or "").casefold() == wanted.casefold()
    )
