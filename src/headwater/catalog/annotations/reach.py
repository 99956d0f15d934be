"""How far classifications travel: over relationships, from entity to entity, level by level. Nothing here writes.

What is asked here is a difference: what an edge lets through that was not there, and what the end of an edge takes
away. An entity that has a tag already stops the way of that tag, since all beyond it has it too; so a cycle is
nothing special, and an edge costs what it changes, not what hangs on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Select, select, union_all

from headwater.catalog.annotations.tables import blocked, reached, travelling
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import IS_LINKED, relationships
from headwater.catalog.types import RelationshipType, TypeSet

Tag = tuple[int, str]
"""A classification of an entity: the entity's key, and the name."""
Tags = dict[int, set[Tag]]
"""Tags by the entity that they have come to."""
FORWARD, BACKWARD = frozenset({"ONE_TO_TWO", "BOTH"}), frozenset({"TWO_TO_ONE", "BOTH"})


@dataclass(frozen=True, slots=True)
class Route:
    """Over what a classification travels, and whether it goes with the entity that it was given to."""

    along_lineage: bool
    along_hierarchy: bool
    ends_with_source: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One way over a relationship, as classifications go."""

    near: int
    far: int
    relationship: int
    type: RelationshipType


def steps_over(relationship: int, type: RelationshipType, ends: tuple[int, int]) -> Iterator[Step]:
    """Yield the ways in which classifications go over a relationship: none, one or both."""
    if type.propagate_tags in FORWARD:
        yield Step(ends[0], ends[1], relationship, type)
    if type.propagate_tags in BACKWARD:
        yield Step(ends[1], ends[0], relationship, type)


def anything_travels(connection: Connection) -> bool:
    """Tell whether any classification of the account propagates: all that a write asks where none does."""
    return connection.execute(_ANY).first() is not None


_ANY = select(travelling.c.source_id).limit(1)


class Ways:
    """The open ways of classifications, as the transaction sees them."""

    def __init__(self, connection: Connection, types: TypeSet, *, walls: bool = True) -> None:
        self._connection = connection
        self._types = types
        self._routes: dict[Tag, Route | None] = {}
        self._forward = _ids(types, FORWARD)
        self._backward = _ids(types, BACKWARD)
        self._blocks = walls and connection.execute(select(blocked.c.source_id).limit(1)).first() is not None

    def spread(self, starts: Mapping[int, Collection[Tag]]) -> Tags:
        """Return which entities tags newly come to from where they start."""
        found: Tags = defaultdict(set)
        level: Mapping[int, Collection[Tag]] = starts
        while level:
            met: Tags = defaultdict(set)
            for step, tag in self._out_of(level):
                if tag not in found.get(step.far, ()):
                    met[step.far].add(tag)
            held = self.held(met)
            level = {id: new for id, tags in met.items() if (new := tags - held.get(id, set()))}
            _merge(found, level)
        return dict(found)

    def let_in(self, made: Iterable[Step]) -> Tags:
        """Return which entities tags newly come to over these relationships and onward."""
        steps = list(made)
        held = self.held({id for step in steps for id in (step.near, step.far)})
        starts: Tags = defaultdict(set)
        for step, tag in self._through(steps, held):
            if tag not in held.get(step.far, ()):
                starts[step.far].add(tag)
        found = self.spread(starts)
        _merge(found, starts)
        return found

    def over(self, steps: Collection[Step]) -> set[Tag]:
        """Return the tags that go over these relationships."""
        return {tag for _, tag in self._through(steps, self.held({step.near for step in steps}))}

    def cut_off(self, ended: Iterable[Step]) -> Tags:
        """Return which entities tags no longer come to since these relationships ended."""
        doubtful = {id: set(tags) for id, tags in self._reached({step.far for step in ended}).items()}
        level: Mapping[int, Collection[Tag]] = doubtful
        while level:
            met: Tags = defaultdict(set)
            for step, tag in self._out_of(level):
                if tag not in doubtful.get(step.far, ()):
                    met[step.far].add(tag)
            here = self._reached(met)
            level = {id: some for id, tags in met.items() if (some := tags & here.get(id, set()))}
            _merge(doubtful, level)
        kept = self._still_fed(doubtful)
        return {id: gone for id, tags in doubtful.items() if (gone := tags - kept.get(id, set()))}

    def _still_fed(self, doubtful: Tags) -> Tags:
        """Return the doubtful tags that come in from beyond the doubt, and where these go on to."""
        into = self._steps(doubtful, against=True)
        held = self.held({step.near for step in into})
        sure = {id: tags - doubtful.get(id, set()) for id, tags in held.items()}
        kept: Tags = defaultdict(set)
        for step, tag in self._through(into, sure):
            if tag in doubtful[step.far]:
                kept[step.far].add(tag)
        level: Mapping[int, Collection[Tag]] = {id: set(tags) for id, tags in kept.items()}
        while level:
            met: Tags = defaultdict(set)
            for step, tag in self._out_of(level):
                if tag in doubtful.get(step.far, ()) and tag not in kept.get(step.far, ()):
                    met[step.far].add(tag)
            _merge(kept, met)
            level = met
        return kept

    def held(self, ids: Collection[int]) -> Tags:
        """Return the tags that entities have: those that have come to them, and their own that travel."""
        found = self._reached(ids)
        own = travelling.c
        wanted = listed()
        query = select(own.source_id, own.classification).join(wanted, own.source_id == integer(wanted))
        for id, name in self._connection.execute(query, {"wanted": packed(ids)}):
            found.setdefault(id, set()).add((id, name))
        return found

    def _reached(self, ids: Collection[int]) -> Tags:
        found: Tags = {}
        wanted = listed()
        query = select(reached).join(wanted, reached.c.entity_id == integer(wanted))
        for id, source, name in self._connection.execute(query, {"wanted": packed(ids)}) if ids else ():
            found.setdefault(id, set()).add((source, name))
        return found

    def _out_of(self, level: Mapping[int, Collection[Tag]]) -> Iterator[tuple[Step, Tag]]:
        yield from self._through(self._steps(level), level)

    def _through(self, steps: Collection[Step], at: Mapping[int, Collection[Tag]]) -> Iterator[tuple[Step, Tag]]:
        """Yield each step with each tag of its near end that may take it."""
        self._learn(tag for step in steps for tag in at.get(step.near, ()))
        walls = self._walls(steps)
        for step in steps:
            for tag in at.get(step.near, ()):
                open_here = step.far != tag[0] and (step.relationship, *tag) not in walls
                if open_here and _takes(self._routes[tag], step.type):
                    yield step, tag

    def _steps(self, ids: Collection[int], *, against: bool = False) -> list[Step]:
        """Return the steps out of entities, or into them."""
        by_id = self._types.relationships_by_id
        queries = [
            query
            for type_ids, first in ((self._forward, not against), (self._backward, against))
            for query in _relationships(type_ids, from_first=first)
        ]
        if not queries or not ids:
            return []
        rows = self._connection.execute(union_all(*queries), {"wanted": packed(ids)})
        if against:
            return [Step(far, near, id, by_id[type_id]) for near, far, id, type_id in rows]
        return [Step(near, far, id, by_id[type_id]) for near, far, id, type_id in rows]

    def _learn(self, tags: Iterable[Tag]) -> None:
        unknown = set(tags) - self._routes.keys()
        if not unknown:
            return
        self._routes.update(dict.fromkeys(unknown))
        wanted = listed()
        query = select(travelling).join(wanted, travelling.c.source_id == integer(wanted))
        for row in self._connection.execute(query, {"wanted": packed({source for source, _ in unknown})}):
            self._routes[row.source_id, row.classification] = Route(*row[2:])

    def _walls(self, steps: Collection[Step]) -> set[tuple[int, int, str]]:
        if not self._blocks:
            return set()
        wanted = listed()
        query = select(blocked).join(wanted, blocked.c.relationship_id == integer(wanted))
        found = self._connection.execute(query, {"wanted": packed({step.relationship for step in steps})})
        return {(relationship, source, name) for relationship, source, name in found}


def _relationships(type_ids: Collection[int], *, from_first: bool) -> Iterator[Select[int, int, int, int]]:
    """Yield the statement of relationships of these types with one end among the wanted, if there are such types."""
    if type_ids:
        table, wanted = relationships.c, listed()
        near, far = (table.end1_id, table.end2_id) if from_first else (table.end2_id, table.end1_id)
        query = select(near, far, table.id, table.type_id).select_from(wanted)
        query = query.join(relationships, near == integer(wanted))
        yield query.where(IS_LINKED, table.type_id.in_(sorted(type_ids)))


def _takes(route: Route | None, type: RelationshipType) -> bool:
    if route is None:
        return False
    if type.is_lineage:
        return route.along_lineage
    return route.along_hierarchy or type.parent_side is None


def _ids(types: TypeSet, ways: Collection[str]) -> frozenset[int]:
    return frozenset(id for id, type in types.relationships_by_id.items() if type.propagate_tags in ways)


def _merge(into: Tags, more: Mapping[int, Collection[Tag]]) -> None:
    for id, tags in more.items():
        into.setdefault(id, set()).update(tags)
