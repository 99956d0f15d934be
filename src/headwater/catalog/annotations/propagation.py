"""Propagation: what travels, and what entities get of it, kept right by every write that changes either.

The tables tell what a classification has reached. An entity shows it if its type may have it, as a classification
whose `entityGuid` is another's. Who writes relationships calls `follow` at the end, who deletes entities `follow_end`,
who classifies `retrace`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec
from sqlalchemy import Connection, Table, bindparam, delete, select

from headwater.catalog import clock
from headwater.catalog.annotations.reach import Route, Step, Tag, Tags, Ways, anything_travels, steps_over
from headwater.catalog.annotations.record import Action, annotate
from headwater.catalog.annotations.tables import blocked, reached, travelling
from headwater.catalog.model import Annotations, Attributes
from headwater.catalog.reading import STATUSES, Row, annotations_of, rows_by_id
from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import ACTIVE
from headwater.catalog.types import TypeSet
from headwater.catalog.writing.links import Linked
from headwater.catalog.writing.rows import Pen

AT_ONCE = 2_000
"""Entities whose rows are in memory together."""
Origin = tuple[str, str]
"""Name of a classification, and guid of the entity that it was given to."""
_OWN_ACTIONS: Mapping[Action, Action] = MappingProxyType(
    {
        "PROPAGATED_CLASSIFICATION_ADD": "CLASSIFICATION_ADD",
        "PROPAGATED_CLASSIFICATION_DELETE": "CLASSIFICATION_DELETE",
        "PROPAGATED_CLASSIFICATION_UPDATE": "CLASSIFICATION_UPDATE",
    }
)
_REACHED = ("entity_id", "source_id", "classification")


def follow(connection: Connection, linked: Linked, pen: Pen, types: TypeSet) -> None:
    """Take classifications over new relationships, and back where ended ones were their only way."""
    made = [step for at in linked.made for step in steps_over(at.id, at.type, at.ends)]
    ended = list(steps_of(linked.ended, types))
    if (made or ended) and anything_travels(connection):
        changes = _Changes(connection, pen, types)
        changes.cut(ended)
        changes.gain(Ways(connection, types).let_in(made))
        changes.show()


def follow_cut(connection: Connection, ended: Iterable[Row], pen: Pen, types: TypeSet) -> None:
    """Take classifications back where these relationships, which have ended, were their only way."""
    steps = list(steps_of(ended, types))
    if steps and anything_travels(connection):
        changes = _Changes(connection, pen, types)
        changes.cut(steps)
        changes.show()


def follow_return(connection: Connection, keys: Iterable[int], linked: Linked, pen: Pen, types: TypeSet) -> None:
    """Let restored entities give again what they gave, and have what others now give them; `linked` came back too."""
    rows = rows_by_id(connection, keys)
    wanted = {id: _alone(annotations_of(row), row["guid"]) for id, row in rows.items()}
    annotate(connection, list(rows.values()), wanted, "PROPAGATED_CLASSIFICATION_DELETE", pen, types)
    names = {str(item["typeName"]) for said in wanted.values() for item in said.classifications}
    if names:
        retrace(connection, list(rows_by_id(connection, keys).values()), names, pen, types)
    follow(connection, linked, pen, types)


def follow_end(connection: Connection, gone: Sequence[Row], ended: Sequence[Row], pen: Pen, types: TypeSet) -> None:
    """Take back what deleted entities gave to others or let through; `ended` are their relationships.

    What has `removePropagationsOnEntityDelete` false stays where it is, and travels no further.
    """
    if not anything_travels(connection):
        return
    changes = _Changes(connection, pen, types)
    wanted = listed()
    query = select(travelling).join(wanted, travelling.c.source_id == integer(wanted))
    rows = connection.execute(query, {"wanted": packed(row["id"] for row in gone)}).all()
    tags = {(row.source_id, row.classification): bool(row.ends_with_source) for row in rows}
    had = reached_by(connection, tags)
    changes.lose({id: {tag for tag in some if tags[tag]} for id, some in had.items()})
    changes.renew({id: {tag for tag in some if not tags[tag]} for id, some in had.items()})
    _stop(connection, tags, (travelling, reached, blocked))
    changes.cut(list(steps_of(ended, types)))
    changes.show()


def mark(
    connection: Connection,
    rows: Sequence[Row],
    wanted: Mapping[int, Annotations],
    pen: Pen,
    types: TypeSet,
    action: Action | None = None,
) -> frozenset[int]:
    """Give entities the classifications of their own that are wanted, by key, and let these propagate.

    `action` is what history calls it; None: by what is more or less than before. Returns the keys of what changed.
    """
    by_action: dict[Action, list[Row]] = {}
    for row in rows:
        named = action or _OWN_ACTIONS[_action(annotations_of(row), wanted[row["id"]])]
        by_action.setdefault(named, []).append(row)
    touched: frozenset[int] = frozenset()
    for named, alike in by_action.items():
        touched |= annotate(connection, alike, wanted, named, pen, types)
    names: set[str] = set()
    for row in rows:
        before, after = (_by_name(own_of(said, row["guid"])) for said in (annotations_of(row), wanted[row["id"]]))
        names |= {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if names:
        retrace(connection, list(rows_by_id(connection, touched).values()), names, pen, types)
    return touched


def retrace(connection: Connection, rows: Sequence[Row], names: Collection[str], pen: Pen, types: TypeSet) -> None:
    """Let the entities of these rows give what they now have of these classifications. Rows as the database has them.

    What travels as before is not walked again, and only shows what is new in it.
    """
    before = _routes(connection, [row["id"] for row in rows], names)
    now = {
        (row["id"], str(item["typeName"])): route_of(item)
        for row in rows
        for item in own_of(annotations_of(row), row["guid"])
        if item["typeName"] in names and item.get("propagate")
    }
    if not before and not now:
        return
    changes = _Changes(connection, pen, types)
    had = reached_by(connection, before)
    changes.renew({id: {tag for tag in tags if before[tag] == now.get(tag)} for id, tags in had.items()})
    turned = {tag for tag, route in before.items() if now.get(tag) != route}
    changes.lose({id: tags & turned for id, tags in had.items()})
    _stop(connection, turned, (travelling, reached))
    _stop(connection, before.keys() - now.keys(), (blocked,))
    fresh = {tag: route for tag, route in now.items() if before.get(tag) != route}
    start(connection, fresh)
    changes.gain(Ways(connection, types).spread(_starts(fresh)))
    changes.show()


def follow_types(connection: Connection, before: TypeSet, after: TypeSet, by: str) -> None:
    """Let everything that travels find its way anew, if types say otherwise now where it goes and who may have it."""
    ways = [{type.name: type.propagate_tags for type in types.relationships.values()} for types in (before, after)]
    allowed = [{mark.name: mark.restrictions for mark in types.classifications.values()} for types in (before, after)]
    if all(was.items() <= now.items() for was, now in (ways, allowed)) or not anything_travels(connection):
        return
    changes = _Changes(connection, Pen(by, clock.now(), 0, {}), after)
    routes = {(row.source_id, row.classification): Route(*row[2:]) for row in connection.execute(select(travelling))}
    changes.lose(reached_by(connection, routes))
    found = Ways(connection, after).spread(_starts(routes))
    changes.gain(found)
    changes.renew(found)
    changes.show()


def block(connection: Connection, relationship: Row, tags: Collection[Tag], pen: Pen, types: TypeSet) -> None:
    """Let exactly these tags not pass the relationship."""
    mine = blocked.c.relationship_id == relationship["id"]
    connection.execute(delete(blocked).where(mine))
    rows = [(relationship["id"], *tag) for tag in sorted(tags)]
    insert_rows(connection, blocked, ("relationship_id", "source_id", "classification"), rows)
    if anything_travels(connection):
        steps = list(steps_of([relationship], types))
        changes = _Changes(connection, pen, types)
        changes.lose(Ways(connection, types).cut_off(steps))
        changes.gain(Ways(connection, types).let_in(steps))
        changes.show()


class _Changes:
    """What changes in one transaction: the tables at once, the entities at the end, each once."""

    def __init__(self, connection: Connection, pen: Pen, types: TypeSet) -> None:
        self._connection = connection
        self._pen = pen
        self._types = types
        self._lost: Tags = {}
        self._present: Tags = {}

    def lose(self, tags: Tags) -> None:
        """These entities no longer have these tags."""
        mine = [reached.c[column] == bindparam(f"at_{column}") for column in _REACHED]
        rows = [dict(zip((f"at_{column}" for column in _REACHED), row, strict=True)) for row in _flat(tags)]
        if rows:
            self._connection.execute(delete(reached).where(*mine), rows)
        _merge(self._lost, tags)

    def cut(self, ended: Sequence[Step]) -> None:
        """These relationships have ended."""
        if ended:
            self.lose(Ways(self._connection, self._types).cut_off(ended))
            gone = blocked.c.relationship_id.in_(select(integer(listed())))
            keys = packed({step.relationship for step in ended})
            self._connection.execute(delete(blocked).where(gone), {"wanted": keys})

    def gain(self, tags: Tags) -> None:
        """These entities now have these tags."""
        insert_rows(self._connection, reached, _REACHED, _flat(tags))
        _merge(self._present, tags)

    def renew(self, tags: Tags) -> None:
        """These entities have these tags still, which may say something else now."""
        _merge(self._present, tags)

    def show(self) -> None:
        """Write into the entities what they now have of others."""
        tags = {tag for part in (self._present, self._lost) for some in part.values() for tag in some}
        given = Given(rows_by_id(self._connection, {source for source, _ in tags}), self._types)
        keys = sorted(self._present.keys() | self._lost.keys())
        for first in range(0, len(keys), AT_ONCE):
            some = rows_by_id(self._connection, keys[first : first + AT_ONCE]).values()
            rows = [row for row in some if row["status"] == ACTIVE]
            wanted = {row["id"]: self._wanted(row, given) for row in rows}
            by_action: dict[Action, list[Row]] = {}
            for row in rows:
                by_action.setdefault(_action(annotations_of(row), wanted[row["id"]]), []).append(row)
            for action, alike in by_action.items():
                annotate(self._connection, alike, wanted, action, self._pen, self._types)

    def _wanted(self, row: Row, given: Given) -> Annotations:
        said = annotations_of(row)
        own = own_of(said, row["guid"])
        others = {_origin(item): item for item in said.classifications if item not in own}
        present = self._present.get(row["id"], set())
        for tag in self._lost.get(row["id"], set()) - present:
            others.pop(given.origin(tag), None)
        for tag in present:
            others.pop(given.origin(tag), None)
            if given.fits(tag, row):
                others[given.origin(tag)] = given.content(tag)
        shown = (*own, *(others[origin] for origin in sorted(others)))
        return msgspec.structs.replace(said, classifications=shown)


class Given:
    """What tags say: the classifications of the entities that they come from."""

    def __init__(self, sources: Mapping[int, Row], types: TypeSet) -> None:
        self._sources = sources
        self._types = types

    def origin(self, tag: Tag) -> Origin:
        """Return by what an entity knows it."""
        return tag[1], self._sources[tag[0]]["guid"]

    def content(self, tag: Tag) -> Attributes:
        """Return the classification as entities show it to which it has come."""
        row = self._sources[tag[0]]
        own = own_of(annotations_of(row), row["guid"])
        item = next(item for item in own if item["typeName"] == tag[1])
        return {**item, "entityStatus": STATUSES[row["status"]]}

    def fits(self, tag: Tag, row: Row) -> bool:
        """Tell whether the entity shows it, or lets it pass only."""
        return self._types.classifications[tag[1]].fits(self._types.entities_by_id[row["type_id"]])


def own_of(said: Annotations, guid: str) -> tuple[Attributes, ...]:
    """Return the classifications that the entity of this guid was given itself."""
    return tuple(item for item in said.classifications if item.get("entityGuid") == guid)


def _by_name(items: Iterable[Attributes]) -> dict[str, Attributes]:
    return {str(item["typeName"]): item for item in items}


def _alone(said: Annotations, guid: str) -> Annotations:
    """Return the annotations without what entities that are there propagated."""
    kept = tuple(
        item for item in said.classifications if item["entityGuid"] == guid or item["entityStatus"] != "ACTIVE"
    )
    return msgspec.structs.replace(said, classifications=kept)


def route_of(item: Attributes) -> Route:
    """Return over what a classification travels."""
    return Route(
        along_lineage=not item.get("restrictPropagationThroughLineage"),
        along_hierarchy=not item.get("restrictPropagationThroughHierarchy"),
        ends_with_source=item.get("removePropagationsOnEntityDelete") is not False,
    )


def start(connection: Connection, routes: Mapping[Tag, Route]) -> None:
    """Write down that these tags travel."""
    columns = ("source_id", "classification", "along_lineage", "along_hierarchy", "ends_with_source")
    rows = [(*tag, route.along_lineage, route.along_hierarchy, route.ends_with_source) for tag, route in routes.items()]
    insert_rows(connection, travelling, columns, rows)


def reached_by(connection: Connection, tags: Collection[Tag]) -> Tags:
    """Return which entities these tags have come to."""
    found: Tags = {}
    wanted = listed()
    query = select(reached).join(wanted, reached.c.source_id == integer(wanted))
    sources = {source for source, _ in tags}
    for id, source, name in connection.execute(query, {"wanted": packed(sources)}) if sources else ():
        if (source, name) in tags:
            found.setdefault(id, set()).add((source, name))
    return found


def _stop(connection: Connection, tags: Collection[Tag], tables: Sequence[Table]) -> None:
    """Strike these tags from the tables."""
    rows = [{"source": source, "name": name} for source, name in tags]
    for table in tables if rows else ():
        mine = (table.c.source_id == bindparam("source")) & (table.c.classification == bindparam("name"))
        connection.execute(delete(table).where(mine), rows)


def _routes(connection: Connection, sources: Collection[int], names: Collection[str]) -> dict[Tag, Route]:
    wanted = listed()
    query = select(travelling).join(wanted, travelling.c.source_id == integer(wanted))
    rows = connection.execute(query, {"wanted": packed(sources)}).all()
    return {(row.source_id, row.classification): Route(*row[2:]) for row in rows if row.classification in names}


def steps_of(rows: Iterable[Row], types: TypeSet) -> Iterator[Step]:
    """Yield the ways of classifications over relationships."""
    for row in rows:
        yield from steps_over(row["id"], types.relationships_by_id[row["type_id"]], (row["end1_id"], row["end2_id"]))


def _starts(tags: Iterable[Tag]) -> Tags:
    found: Tags = {}
    for tag in tags:
        found.setdefault(tag[0], set()).add(tag)
    return found


def _action(before: Annotations, after: Annotations) -> Action:
    had, has = ({_origin(item) for item in said.classifications} for said in (before, after))
    if had < has:
        return "PROPAGATED_CLASSIFICATION_ADD"
    return "PROPAGATED_CLASSIFICATION_DELETE" if has < had else "PROPAGATED_CLASSIFICATION_UPDATE"


def _origin(item: Attributes) -> Origin:
    return str(item["typeName"]), str(item["entityGuid"])


def _flat(tags: Tags) -> list[tuple[int, int, str]]:
    return [(id, *tag) for id, some in tags.items() for tag in some]


def _merge(into: Tags, more: Tags) -> None:
    for id, tags in more.items():
        into.setdefault(id, set()).update(tags)
