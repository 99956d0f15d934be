"""Categories: a tree of them in each glossary. A category's qualified name ends with that of the one above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headwater.catalog.glossary import hierarchy, names
from headwater.catalog.glossary.inputs import category_input, classification_fault, merged
from headwater.catalog.glossary.session import CATEGORY, GLOSSARY, TERM, Sessions, Writing
from headwater.catalog.glossary.shapes import ALL, Category, CategoryHeader, Page
from headwater.catalog.glossary.terms import anchor_fault, missing_anchor
from headwater.catalog.glossary.views import categories_of
from headwater.catalog.model import EntityInput
from headwater.catalog.reading import Row, annotations_of
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.rows import Permit
from headwater.errors import Conflict, Fault, Invalid, raise_if_any


class Categories:
    """Reads and writes of categories."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def get(self, guid: str) -> Category:
        """Raises NotFound."""
        with self._sessions.read() as reading:
            return categories_of(reading, [reading.row(guid, CATEGORY)])[0]

    def of_glossary(self, guid: str, page: Page = ALL) -> list[Category]:
        """Return a glossary's categories by name. Raises NotFound."""
        with self._sessions.read() as reading:
            glossary = reading.row(guid, GLOSSARY)
            return categories_of(reading, reading.below(glossary["id"], "AtlasGlossaryCategoryAnchor", page))

    def headers(self, guid: str, page: Page = ALL) -> list[CategoryHeader]:
        """Return the headers of a glossary's categories by name. Raises NotFound."""
        found = self.of_glossary(guid, page)
        return [
            CategoryHeader(
                category_guid=str(one.guid),
                display_text=one.name,
                relation_guid=one.anchor.relation_guid if one.anchor else None,
                parent_category_guid=one.parent_category.category_guid if one.parent_category else None,
            )
            for one in found
        ]

    def related(self, guid: str, page: Page = ALL) -> dict[str, tuple[CategoryHeader, ...]]:
        """Return the category above and those below a category."""
        category = self.get(guid)
        children = sorted(category.children_categories or (), key=_display_text, reverse=page.sort == "DESC")
        last = None if page.limit < 0 else page.offset + page.limit
        found = {
            "parent": tuple(one for one in (category.parent_category,) if one),
            "children": tuple(children[page.offset : last]),
        }
        return {relation: headers for relation, headers in found.items() if headers}

    def create(self, given: Sequence[Category], *, by: str, permit: Permit | None = None) -> list[Category]:
        """Make categories, all of them or none. Raises Conflict for a name that is taken, or Invalid or NotFound."""
        with self._sessions.write(by, permit) as writing:
            writing.ask()
            guids = [_create(writing, category, f"[{at}]") for at, category in enumerate(given)]
            return categories_of(writing, list(writing.rows(guids, CATEGORY).values()))

    def replace(
        self, guid: str, given: Category, *, by: str, permit: Permit | None = None, expected: Condition | None = None
    ) -> Category:
        """Make the category what is given, and rename those below it. Raises as `create` does."""
        with self._sessions.write(by, permit) as writing:
            row = writing.row(guid, CATEGORY)
            writing.ask([row], expected)
            _replace(writing, row, given)
            return categories_of(writing, [writing.row(guid, CATEGORY)])[0]

    def change(
        self,
        guid: str,
        changes: Mapping[str, object],
        *,
        by: str,
        permit: Permit | None = None,
        expected: Condition | None = None,
    ) -> Category:
        """Change some attributes of a category. Raises Invalid for one that it does not have."""
        with self._sessions.write(by, permit) as writing:
            row = writing.row(guid, CATEGORY)
            writing.ask([row], expected)
            _replace(writing, row, merged(categories_of(writing, [row])[0], changes))
            return categories_of(writing, [writing.row(guid, CATEGORY)])[0]

    def delete(self, guid: str, *, by: str, permit: Permit | None = None, expected: Condition | None = None) -> None:
        """Delete a category. Those below it move to the top, its terms stay. Raises NotFound."""
        with self._sessions.write(by, permit) as writing:
            row = writing.row(guid, CATEGORY)
            writing.ask([row], expected)
            home = hierarchy.home_of(writing, row, CATEGORY)
            children = [one for above, one in hierarchy.below(writing, [row], CATEGORY_TREE) if above == row["id"]]
            wanted = {one["id"]: names.below_glossary(one["name"], home["qualified_name"]) for one in children}
            writing.remove([row])
            _rename(writing, children, wanted)


CATEGORY_TREE = hierarchy.CATEGORY_TREE


def _create(writing: Writing, given: Category, place: str) -> str:
    guid = given.anchor.glossary_guid if given.anchor else ""
    faults = [
        names.display_name_fault("category", given.name, place),
        classification_fault(given, (), place),
        None if guid else missing_anchor(place),
    ]
    raise_if_any(Invalid, (fault for fault in faults if fault))
    home = writing.row(guid, GLOSSARY)
    parent = _check_places(writing, given, home, None, place)
    name = given.qualified_name or _derived(str(given.name), parent, home)
    if writing.named([name], CATEGORY):
        raise Conflict(names.exists(CATEGORY, name))
    made = writing.save([category_input(given, "-1", name, guid)])["-1"]
    _adopt_children(writing, writing.row(made, CATEGORY), given)
    return made


def _replace(writing: Writing, row: Row, given: Category) -> None:
    home = hierarchy.home_of(writing, row, CATEGORY)
    faults = [
        names.display_name_fault("category", given.name, ""),
        classification_fault(given, annotations_of(row).classification_names, ""),
        anchor_fault(given.anchor.glossary_guid if given.anchor else "", home),
    ]
    raise_if_any(Invalid, (fault for fault in faults if fault))
    parent = _check_places(writing, given, home, row, "")
    before = categories_of(writing, [row])[0]
    stays = {one.category_guid for one in given.children_categories or ()}
    moved = (before.parent_category.category_guid if before.parent_category else None) != (parent and parent["guid"])
    name = row["qualified_name"]
    if moved or given.name != row["name"]:
        name = _derived(str(given.name), parent, home)
    if name != row["qualified_name"] and writing.named([name], CATEGORY):
        raise Conflict(names.exists(CATEGORY, name))
    left = [one.category_guid for one in before.children_categories or () if one.category_guid not in stays]
    writing.save([category_input(given, row["guid"], name, home["guid"])])
    orphans = list(writing.rows(left, CATEGORY).values())
    _rename(writing, orphans, {one["id"]: names.below_glossary(one["name"], home["qualified_name"]) for one in orphans})
    _adopt_children(writing, writing.row(row["guid"], CATEGORY), given)


def _adopt_children(writing: Writing, row: Row, given: Category) -> None:
    """Rename what stands below a category as its own name demands."""
    children = list(writing.rows([one.category_guid for one in given.children_categories or ()], CATEGORY).values())
    _rename(
        writing, children, {one["id"]: names.below_category(one["name"], row["qualified_name"]) for one in children}
    )


def _rename(writing: Writing, rows: Sequence[Row], wanted: Mapping[int, str]) -> None:
    """Give these categories new qualified names, and those below them names that follow. Raises Conflict."""
    all_names = dict(wanted)
    changed = {row["id"]: row for row in rows}
    for above, row in hierarchy.below(writing, rows, CATEGORY_TREE):
        all_names[row["id"]] = names.below_category(row["name"], all_names[above])
        changed[row["id"]] = row
    moved = {row["guid"]: all_names[id] for id, row in changed.items() if all_names[id] != row["qualified_name"]}
    taken = writing.named(moved.values(), CATEGORY)
    raise_if_any(Conflict, (names.exists(CATEGORY, name) for name, row in taken.items() if row["guid"] not in moved))
    inputs = [
        EntityInput(type_name=CATEGORY, guid=guid, attributes={"qualifiedName": name}) for guid, name in moved.items()
    ]
    if inputs:
        writing.save(inputs)


def _derived(name: str, parent: Row | None, home: Row) -> str:
    if parent is None:
        return names.below_glossary(name, home["qualified_name"])
    return names.below_category(name, parent["qualified_name"])


def _check_places(writing: Writing, given: Category, home: Row, row: Row | None, place: str) -> Row | None:
    """Return the category above. Raises Invalid for what is of another glossary, or stands in a circle."""
    faults: list[Fault | None] = []
    parent = None
    if given.parent_category is not None and given.parent_category.category_guid:
        parent = writing.row(given.parent_category.category_guid, CATEGORY)
        at = f"{place}.parentCategory"
        faults.append(hierarchy.foreign_fault(writing, [parent], CATEGORY, home, at))
        if row is not None:
            faults.append(hierarchy.circle_fault(writing, row["id"], parent, CATEGORY_TREE, at))
    children = list(writing.rows([one.category_guid for one in given.children_categories or ()], CATEGORY).values())
    terms = list(writing.rows([one.term_guid for one in given.terms or ()], TERM).values())
    faults.append(hierarchy.foreign_fault(writing, children, CATEGORY, home, f"{place}.childrenCategories"))
    faults.append(hierarchy.foreign_fault(writing, terms, TERM, home, f"{place}.terms"))
    above = row if row is not None else parent
    if above is not None:
        faults += [hierarchy.circle_fault(writing, one["id"], above, CATEGORY_TREE, place) for one in children]
    raise_if_any(Invalid, (fault for fault in faults if fault))
    return parent


def _display_text(header: CategoryHeader) -> str:
    return header.display_text or ""
