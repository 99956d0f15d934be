"""Browse: from a source type down to what holds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
from sqlalchemy import Connection, FromClause, func, select, true
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog.reading import Row
from headwater.catalog.store import Store
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import IS_LIVE, entities, type_counts
from headwater.catalog.store.schema import collections as collection_table
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Fault, Invalid, NotFound

MAX_LIMIT = 10_000
OTHER = "Other"
ROOT = "/"
"""The path of what stands at the top, whatever its source."""


class Page(msgspec.Struct, frozen=True):
    """Which rows are asked for, and in which collections (None: all)."""

    limit: int = 100
    offset: int = 0
    collections: frozenset[str] | None = None


FIRST_PAGE = Page()


class BrowseRow(msgspec.Struct, frozen=True):
    """`path` opens the children, in the form `/<type>#<name>/<type>#<name>`; `owners` are contacts of the asset."""

    guid: str
    name: str
    qualified_name: str
    type_name: str
    path: str
    is_leaf: bool
    children: int
    owners: tuple[dict[str, object], ...] = ()


class BrowseResult(msgspec.Struct, frozen=True):
    count: int
    rows: tuple[BrowseRow, ...]


class Source(msgspec.Struct, frozen=True):
    """A source type: the `serviceType` of types, with the number of its active assets; parts are not counted."""

    name: str
    count: int
    types: tuple[str, ...]
    """Names of its types that have assets, in the order of their hierarchy."""


class Browse:
    """The hierarchy of assets as relationships make it: what holds what.

    What the caller may not read is as if it were not there: it is neither listed nor counted nor named in a path, and
    what it holds stands at the top.
    """

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def sources(self, *, collections: frozenset[str] | None = None) -> tuple[Source, ...]:
        """Source types that have assets, by name."""
        table = type_counts.c
        query = select(table.type_id, func.sum(table.entities)).group_by(table.type_id).order_by(table.type_id)
        if collections is not None:
            joined = query.join(collection_table, collection_table.c.id == table.collection_id)
            query = joined.where(collection_table.c.name.in_(collections))
        found: dict[str, list[tuple[str, int]]] = {}
        with self._store.read() as connection:
            types = self._types.at(connection)
            for type_id, number in connection.execute(query):
                type = types.entities_by_id[type_id]
                if number and not type.is_part and not type.is_vocabulary:
                    found.setdefault(type.service_type or OTHER, []).append((type.name, int(number)))
        return tuple(
            Source(name, sum(number for _, number in counted), tuple(type_name for type_name, _ in counted))
            for name, counted in sorted(found.items())
        )

    def tops(self, source: str, page: Page = FIRST_PAGE) -> BrowseResult:
        """Assets of a source type that no other of this type holds: workspaces, servers, services, loose files."""
        with self._store.read() as connection:
            types = self._types.at(connection)
            chosen = [kind.id for kind in _assets(types) if (kind.service_type or OTHER) == source]
            held = _holder(page, lambda holder: holder.c.type_id.in_(chosen))
            return _page(connection, entities.c.type_id.in_(chosen) & ~held, None, page, types)

    def by_type(self, type_name: str, page: Page = FIRST_PAGE) -> BrowseResult:
        """Assets of a type or its subtypes, wherever they stand. Raises NotFound for an unknown type."""
        with self._store.read() as connection:
            types = self._types.at(connection)
            types.known(type_name)
            where = entities.c.type_id.in_(types.subtype_ids(type_name))
            return _page(connection, where, None, page, types)

    def by_path(self, path: str, page: Page = FIRST_PAGE) -> BrowseResult:
        """What the asset at the path holds; at `/`, what no asset holds.

        Raises NotFound, or Invalid for a text that is no path.
        """
        with self._store.read() as connection:
            types = self._types.at(connection)
            if path == ROOT:
                chosen = [kind.id for kind in _assets(types)]
                return _page(connection, entities.c.type_id.in_(chosen) & ~_holder(page), None, page, types)
            id = _follow(connection, path, page, types)
            return _page(connection, entities.c.parent_id == id, path.rstrip("/"), page, types)

    def children(self, guid: str, page: Page = FIRST_PAGE) -> BrowseResult:
        """What the asset holds. Raises NotFound."""
        with self._store.read() as connection:
            types = self._types.at(connection)
            query = select(entities.c.id).where((entities.c.guid == guid) & _readable(page, entities))
            id = connection.execute(query).scalar()
            if id is None:
                raise NotFound(no_guid(guid))
            path = _path_of(connection, int(id), page, types)
            return _page(connection, entities.c.parent_id == id, path, page, types)


def _assets(types: TypeSet) -> list[EntityType]:
    return [kind for kind in types.entities.values() if not kind.is_part and not kind.is_vocabulary]


def _readable(page: Page, table: FromClause) -> ColumnElement[bool]:
    """Return the condition that rows of the table lie in the collections of the page."""
    if page.collections is None:
        return true()
    allowed = select(collection_table.c.id).where(collection_table.c.name.in_(sorted(page.collections)))
    return table.c.collection_id.in_(allowed)


def _holder(page: Page, more: Callable[[FromClause], ColumnElement[bool]] | None = None) -> ColumnElement[bool]:
    """Return the condition that a readable asset holds the entity."""
    holder = entities.alias("holder")
    query = select(holder.c.id).where(holder.c.id == entities.c.parent_id, _readable(page, holder))
    query = query if more is None else query.where(more(holder))
    return query.correlate(entities).exists()


def _page(
    connection: Connection,
    where: ColumnElement[bool],
    path: str | None,
    page: Page,
    types: TypeSet,
) -> BrowseResult:
    if not 0 <= page.limit <= MAX_LIMIT or page.offset < 0:
        cure = f"Use a limit of 0 to {MAX_LIMIT} and an offset of 0 or more."
        raise Invalid(Fault("CAT-028", f"limit {page.limit}, offset {page.offset} is no page", cure=cure))
    parts = [type.id for type in types.entities.values() if type.is_part]
    condition = where & IS_LIVE & entities.c.type_id.not_in(parts) & _readable(page, entities)
    count = connection.execute(select(func.count()).select_from(entities).where(condition)).scalar_one()
    query = select(entities).where(condition).order_by(entities.c.type_id, entities.c.name, entities.c.id)
    rows = connection.execute(query.limit(page.limit).offset(page.offset)).mappings().all()
    below = _numbers_below(connection, [row["id"] for row in rows], page, parts)
    # Rows from all over have each their own path; there are few parents on a page.
    paths = dict.fromkeys({row["parent_id"] for row in rows}, path)
    if path is None:
        paths = {parent: _path_of(connection, parent, page, types) for parent in paths}
    return BrowseResult(
        int(count),
        tuple(_browse_row(row, paths[row["parent_id"]] or "", below.get(row["id"], 0), types) for row in rows),
    )


def _browse_row(row: Row, path: str, children: int, types: TypeSet) -> BrowseRow:
    type_name = types.entities_by_id[row["type_id"]].name
    return BrowseRow(
        guid=row["guid"],
        name=row["name"],
        qualified_name=row["qualified_name"],
        type_name=type_name,
        path=f"{path}/{_segment(type_name, row['name'])}",
        is_leaf=children == 0,
        children=children,
        owners=tuple((row["contacts"] or {}).get("Owner", ())),
    )


def _segment(type_name: str, name: str) -> str:
    """Return one piece of a path; `/` and `%` in names are escaped as in URLs."""
    return f"{type_name}#{name.replace('%', '%25').replace('/', '%2F')}"


def _follow(connection: Connection, path: str, page: Page, types: TypeSet) -> int:
    parent: int | None = None
    for segment in path.strip("/").split("/"):
        type_name, mark, key = segment.partition("#")
        if not mark or type_name not in types.entities or "\0" in key:
            cure = "A path is /<type>#<name>/<type>#<name>, as browsing gives it; / alone lists what stands at the top."
            raise Invalid(Fault("CAT-028", f"'{segment}' is no piece of a browse path", cure=cure))
        name = key.replace("%2F", "/").replace("%25", "%")
        table = entities.c
        held = table.parent_id == parent if parent is not None else ~_holder(page)
        same = (table.type_id == types.entities[type_name].id) & (table.name == name) & IS_LIVE
        query = select(table.id).where(held, same, _readable(page, entities)).order_by(table.id)
        found = connection.execute(query.limit(1)).scalar()
        if found is None:
            raise NotFound(Fault("CAT-003", f"Nothing stands at '{path}'", cure="Browse from the source type."))
        parent = int(found)
    if parent is None:
        raise Invalid(Fault("CAT-028", "The browse path is empty", cure="Send entityType or path."))
    return parent


def _path_of(connection: Connection, id: int | None, page: Page, types: TypeSet) -> str:
    """Return the path of an asset, from what no readable asset holds."""
    segments: list[str] = []
    while id is not None and len(segments) < 100:
        query = select(entities).where((entities.c.id == id) & _readable(page, entities))
        row = connection.execute(query).mappings().first()
        if row is None:
            break
        segments.append(_segment(types.entities_by_id[row["type_id"]].name, row["name"]))
        id = row["parent_id"]
    return "".join(f"/{segment}" for segment in reversed(segments))


def _numbers_below(connection: Connection, ids: Iterable[int], page: Page, parts: Sequence[int]) -> dict[int, int]:
    table = entities.c
    wanted = listed()
    query = (
        select(table.parent_id, func.count())
        .join(wanted, table.parent_id == integer(wanted))
        .where(IS_LIVE, table.type_id.not_in(parts), _readable(page, entities))
        .group_by(table.parent_id)
    )
    return dict(connection.execute(query, {"wanted": packed(ids)}).all())
