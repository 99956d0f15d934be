"""How glossaries, categories and terms are named, and the faults of names.

A term is `<name>@<glossary>`; a category below another is `<name>.<parent's name>`, so it ends in `@<glossary>` too.
"""

from __future__ import annotations

from headwater.errors import Fault, Place

FORBIDDEN = "@."


def display_name_fault(kind: str, name: str | None, place: str) -> Fault | None:
    """Return what is wrong with a name."""
    if not name or not name.strip():
        cure = f"Send the {kind}'s name."
        return Fault("CAT-120", f"The name of a {kind} is missing", Place(path=place), cure)
    if any(mark in name for mark in FORBIDDEN):
        message = f"'{name}': a name cannot contain '@' and '.'"
        return Fault("CAT-120", message, Place(path=place), "These marks join names to qualified names; take others.")
    return None


def below_glossary(name: str, glossary: str) -> str:
    """Return the qualified name of a term, or of a category at the top."""
    return f"{name}@{glossary}"


def below_category(name: str, parent: str) -> str:
    """Return the qualified name of a category below another, whose qualified name is `parent`."""
    return f"{name}.{parent}"


def renamed(qualified_name: str, old: str, new: str) -> str:
    """Return the qualified name with the name that it begins with replaced, if it does begin with it."""
    return new + qualified_name.removeprefix(old) if qualified_name.startswith(old) else qualified_name


def exists(kind: str, name: str) -> Fault:
    """Return the fault of a name that is taken."""
    code, what = TAKEN[kind]
    return Fault(code, f"{what} {name} already exists", cure="PUT changes what exists; names are unique.")


TAKEN = {
    "AtlasGlossary": ("CAT-121", "Glossary with name"),
    "AtlasGlossaryCategory": ("CAT-123", "Glossary category with qualifiedName"),
    "AtlasGlossaryTerm": ("CAT-122", "Glossary term with qualifiedName"),
}
