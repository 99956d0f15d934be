"""Type definitions as Atlas shows them: the built-in ones from `built_in/*.json`, and those that users make.

A change keeps the definition that it replaces, and gives every request that starts later a new `TypeSet`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Connection, delete, insert, or_, select, update

from headwater import typed
from headwater.catalog import clock
from headwater.catalog.annotations import propagation
from headwater.catalog.model import SYSTEM
from headwater.catalog.store import Store, schema
from headwater.catalog.store.counters import take
from headwater.catalog.typedefs import large_attributes, references
from headwater.catalog.typedefs.changes import faults_of_change
from headwater.catalog.typedefs.checks import GROUPS, faults_of
from headwater.catalog.typedefs.documents import Document, by_name
from headwater.catalog.typedefs.mentions import is_mentioned
from headwater.catalog.typedefs.shown import shown
from headwater.catalog.types.in_force import Types, load
from headwater.catalog.types.type_set import Category, Definition, TypeSet
from headwater.errors import Conflict, Fault, Invalid, NotFound, raise_if_any

BUILT_IN = Path(__file__).parent / "built_in"
_KEYS: Mapping[Category, str] = {category: key for key, category in GROUPS.items()}


class TypeDefinitions(Types):
    """All types as documents: shown by `document` and `definition`, changed by `create`, `update` and `delete`."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._changing = threading.Lock()
        with store.write() as connection:
            before = self.at(connection)
            if _store_built_in(connection):
                take(connection, "types", 1)
                self._loaded = load(connection)
                large_attributes.follow(connection, before, self._loaded[1])

    def document(self, category: Category | None = None) -> dict[str, list[dict[str, object]]]:
        """Return all definitions, or those of one category, in Atlas' groups; groups without a type are empty."""
        groups: dict[str, list[dict[str, object]]] = {key: [] for key in GROUPS}
        query = select(schema.types).order_by(schema.types.c.id)
        if category:
            query = query.where(schema.types.c.category == category)
        with self._store.read() as connection:
            types = self.at(connection)
            for row in connection.execute(query):
                groups[_KEYS[row.category]].append(shown(row, types))
        return groups

    def definition(self, key: str, category: Category | None = None) -> dict[str, object]:
        """Return the definition of this name or guid. Raises NotFound."""
        table = schema.types.c
        query = select(schema.types).where(or_(table.name == key, table.guid == key))
        if category:
            query = query.where(table.category == category)
        with self._store.read() as connection:
            types = self.at(connection)
            row = connection.execute(query).first()
        if row is None:
            raise _no_type(key)
        return shown(row, types)

    def create(self, document: Document, *, by: str) -> dict[str, list[dict[str, object]]]:
        """Make types. Raises Conflict if one exists, Invalid with every fault."""
        given = by_name(document)
        with self._changing, self._store.write() as connection:
            known = _known(connection)
            raise_if_any(Conflict, (_exists(name) for name in given if name in known))
            _check(given, {**known, **given})
            for name in references.overtaken(given, known):
                _remove(connection, name)
                known.pop(name)
            _make(connection, {**given, **references.implied(given, {**known, **given})}, by)
            self._reload(connection)
        return self._answer(given)

    def update(self, document: Document, *, by: str) -> dict[str, list[dict[str, object]]]:
        """Change types. Raises NotFound for one that does not exist; attributes can be added but not taken away."""
        given = by_name(document)
        with self._changing, self._store.write() as connection:
            known = _known(connection)
            raise_if_any(NotFound, (_no_type(name).faults[0] for name in given if name not in known))
            rows = {
                row.name: row for row in connection.execute(select(schema.types).where(schema.types.c.name.in_(given)))
            }
            raise_if_any(Invalid, (_built_in(name) for name, row in rows.items() if row.built_in))
            _check(given, {**known, **given})
            raise_if_any(
                Invalid, (fault for name in given for fault in faults_of_change(name, known[name], given[name]))
            )
            before = self.at(connection)
            for name, (_, definition) in given.items():
                _replace(connection, rows[name], definition, by)
            _make(connection, references.implied(given, {**known, **given}), by)
            after = load(connection)[1]
            large_attributes.follow(connection, before, after)
            propagation.follow_types(connection, before, after, by)
            self._reload(connection)
        return self._answer(given)

    def delete(self, names: Sequence[str]) -> None:
        """Delete types. Raises NotFound, or Conflict for one that entities or other types use."""
        with self._changing, self._store.write() as connection:
            known = _known(connection)
            raise_if_any(NotFound, (_no_type(name).faults[0] for name in names if name not in known))
            table = schema.types.c
            rows = connection.execute(select(table.id, table.name, table.built_in).where(table.name.in_(names))).all()
            raise_if_any(Invalid, (_built_in(row.name) for row in rows if row.built_in))
            implied = references.implied_by(frozenset(names), known)
            left = {name: found for name, found in known.items() if name not in {*names, *implied}}
            raise_if_any(Conflict, (_in_use(name) for name in names if is_mentioned(name, left)))
            for name in dict.fromkeys((*names, *implied)):
                _remove(connection, name)
            self._reload(connection)

    def _reload(self, connection: Connection) -> None:
        """Count the change. What this transaction sees is loaded by whoever asks after it is kept."""
        take(connection, "types", 1)

    def _answer(self, given: Mapping[str, tuple[Category, Definition]]) -> dict[str, list[dict[str, object]]]:
        groups: dict[str, list[dict[str, object]]] = {key: [] for key in GROUPS}
        for name, (category, _) in given.items():
            groups[_KEYS[category]].append(self.definition(name))
        return groups


def _known(connection: Connection) -> dict[str, tuple[Category, Definition]]:
    table = schema.types.c
    return {
        row.name: (row.category, row.definition)
        for row in connection.execute(select(table.name, table.category, table.definition))
    }


def _make(connection: Connection, given: Mapping[str, tuple[Category, Definition]], by: str) -> None:
    if rows := [_row(name, *found, by=by) for name, found in given.items()]:
        connection.execute(insert(schema.types), rows)


def _remove(connection: Connection, name: str) -> None:
    """Delete a type. Raises Conflict if it is in use."""
    table = schema.types.c
    row = connection.execute(select(table.id, table.category).where(table.name == name)).one()
    filled_in = row.category == "TERM_TEMPLATE" and _is_filled_in(connection, name)
    if filled_in or _has_instances(connection, row.id) or _is_said(connection, name):
        raise Conflict(_in_use(name))
    # Its counts are zero by now.
    connection.execute(delete(schema.type_counts).where(schema.type_counts.c.type_id == row.id))
    connection.execute(delete(schema.types).where(table.id == row.id))


def _check(given: Mapping[str, tuple[Category, Definition]], all: Mapping[str, tuple[Category, Definition]]) -> None:
    raise_if_any(
        Invalid,
        (
            fault
            for name, (category, definition) in given.items()
            for fault in faults_of(name, category, definition, all)
        ),
    )
    # These read definitions that are sound so far.
    raise_if_any(Invalid, (fault for name in given for fault in references.constraint_faults(name, all)))
    try:
        TypeSet((number, "", *found) for number, found in enumerate(all.values()))
    except msgspec.DecodeError as error:
        # Whoever loads the types later could not answer anything any more.
        cure = "Mend the part that the message names, or leave it out."
        raise Invalid(Fault("CAT-030", f"A definition cannot be read: {error}", cure=cure)) from error


def _row(
    name: str, category: Category, definition: Definition, *, by: str, built_in: bool = False
) -> dict[str, object]:
    at = clock.now()
    return {
        "guid": clock.new_guid(),
        "name": name,
        "category": category,
        "built_in": built_in,
        "version": 1,
        "definition": definition,
        "created_by": by,
        "created_at": at,
        "updated_by": by,
        "updated_at": at,
    }


def _replace(connection: Connection, row: object, definition: Definition, by: str) -> None:
    old = row._mapping  # type: ignore[attr-defined]  # A row of `types`; SQLAlchemy cannot name its columns.
    if old["definition"] == definition:
        return
    at = clock.now()
    kept = {"type_id": old["id"], "version": old["version"], "definition": old["definition"]}
    connection.execute(insert(schema.type_versions).values(**kept, replaced_by=by, replaced_at=at))
    changed = update(schema.types).where(schema.types.c.id == old["id"])
    connection.execute(changed.values(definition=definition, version=old["version"] + 1, updated_by=by, updated_at=at))


def _store_built_in(connection: Connection) -> bool:
    """Make the stored built-in types say what `built_in/*.json` says; tell whether they did not."""
    given: dict[str, tuple[Category, Definition]] = {}
    for file in sorted(BUILT_IN.glob("*.json")):
        given.update(by_name(typed.decode(file.read_bytes(), dict[str, list[dict[str, object]]])))
    rows = {row.name: row for row in connection.execute(select(schema.types))}
    _check(given, {**{name: (row.category, row.definition) for name, row in rows.items()}, **given})
    new = [_row(name, *found, by=SYSTEM, built_in=True) for name, found in given.items() if name not in rows]
    if new:
        connection.execute(insert(schema.types), new)
    changed = [name for name, (_, definition) in given.items() if name in rows and rows[name].definition != definition]
    for name in changed:
        _replace(connection, rows[name], given[name][1], SYSTEM)
    return bool(new or changed)


def _has_instances(connection: Connection, id: int) -> bool:
    return any(
        connection.execute(select(table.c.id).where(table.c.type_id == id).limit(1)).first() is not None
        for table in (schema.entities, schema.relationships)
    )


def _is_said(connection: Connection, name: str) -> bool:
    """Tell whether an entity has this classification or business metadata."""
    said = schema.annotation_index.c
    kinds = (schema.BUSINESS, schema.CLASSIFICATION)
    query = select(said.entity_id).where(said.kind.in_(kinds), said.value == name).limit(1)
    return connection.execute(query).first() is not None


def _is_filled_in(connection: Connection, template: str) -> bool:
    """Tell whether a term has this template."""
    terms = select(schema.types.c.id).where(schema.types.c.name == "AtlasGlossaryTerm").scalar_subquery()
    query = select(schema.entities.c.attributes).where(schema.entities.c.type_id == terms, schema.IS_LIVE)
    return any(template in (attributes.get("templateName") or ()) for (attributes,) in connection.execute(query))


def _no_type(key: str) -> NotFound:
    return NotFound(
        Fault(
            "CAT-004",
            f"Given typename or guid '{key}' was invalid",
            cure="GET …/types/typedefs/headers lists the types.",
        )
    )


def _exists(name: str) -> Fault:
    return Fault("CAT-031", f"Given type '{name}' already exists", cure="PUT changes a type that exists.")


def _in_use(name: str) -> Fault:
    return Fault(
        "CAT-032", f"Given type '{name}' has references", cure="Delete the entities and types that use it first."
    )


def _built_in(name: str) -> Fault:
    return Fault("CAT-034", f"'{name}' is a built-in type", cure="Make a type of your own with it as super type.")
