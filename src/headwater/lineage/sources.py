"""Assets of what an activity read and wrote; a query becomes the tables that it reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from headwater.data.edges import Kind, Step, Subtype
from headwater.data.locations import FileLocation, QueryLocation, Store, TableLocation
from headwater.data.schema import Schema
from headwater.errors import Fault, LineageError
from headwater.lineage import support
from headwater.lineage.facts import Asset, AssetColumn
from headwater.lineage.naming import generic
from headwater.lineage.naming.protocol import Naming
from headwater.lineage.naming.registry import naming_of
from headwater.lineage.queries.origins import ColumnOrigin, QueryLineage, TableRef
from headwater.lineage.queries.read import read_query
from headwater.lineage.queries.scope import Names
from headwater.run.events import AssetRead, AssetWritten, ReferencedTable

_STAND_IN = "It stands for tables of this store that a query reads but lineage cannot tell."


class SourceColumn(msgspec.Struct, frozen=True):
    """A column of an asset that a column of a source comes from; IDENTITY where the source is the asset itself."""

    asset: Asset
    column: str
    kind: Kind = "DIRECT"
    subtype: Subtype = "IDENTITY"
    expression: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a movement: its assets, what decides its rows, and what could not be told."""

    read: AssetRead
    assets: tuple[Asset, ...]
    effects: tuple[SourceColumn, ...] = ()
    notes: tuple[str, ...] = ()
    query: QueryLineage | None = None
    tables: tuple[tuple[TableRef, Asset], ...] = ()

    def origins(self, column: str) -> tuple[SourceColumn, ...]:
        """Return the columns of assets that a column of this source comes from."""
        if not isinstance(self.read.location, QueryLocation):
            return (SourceColumn(self.assets[0], column),)
        if self.query is None:
            return ()
        assets = dict(self.tables)
        return tuple(
            SourceColumn(
                assets[origin.table],
                origin.column,
                origin.kind,
                origin.subtype,
                origin.expression,
                (Step(self.read.name, "query", column, origin.expression),),
            )
            for origin in _outputs(self.query, self.read.schema, column)
        )


def source_of(read: AssetRead) -> Source:
    """Return the source of one reading. A query that cannot be followed keeps a table-less asset and a note."""
    if not isinstance(read.location, QueryLocation):
        asset = asset_of(read.location, read.schema, read.view)
        return Source(read, (asset,), notes=_named_after_service(read.location.store))
    return _query_source(read, read.location)


def sink_of(written: AssetWritten) -> Asset:
    """Return the asset that was written. Raises LineageError for a query, which cannot be written."""
    if isinstance(written.location, QueryLocation):
        raise LineageError(Fault("LIN-005", f'The sink "{written.name}" is a query, which nothing can be written to'))
    return asset_of(written.location, written.schema, view=False)


def asset_of(location: FileLocation | TableLocation, schema: Schema | None, view: bool) -> Asset:
    """Name what a location holds, with its columns."""
    store = location.store
    named = naming_of(store.kind).asset(location, view)
    columns = tuple(AssetColumn(column.name, column.native_type or str(column.type)) for column in schema or ())
    return Asset(
        named.id,
        named.name,
        store,
        location,
        columns,
        named.parents,
        unsupported=_unsupported(store, named.id.type_name),
    )


def _unsupported(store: Store, type_name: str) -> str | None:
    if reason := support.unsupported_store(store.kind):
        return reason
    if type_name == generic.TYPE:
        return f'No Purview type is known for the store "{store.kind}", so it is kept as a generic asset.'
    return None


def _named_after_service(store: Store) -> tuple[str, ...]:
    if store.endpoint:
        return ()
    return (f'The linked service "{store.linked_service}" declares no host, so its assets are named after it.',)


def _query_source(read: AssetRead, location: QueryLocation) -> Source:
    naming = naming_of(location.store.kind)
    tables = _Tables(location.store, naming, read.referenced)
    notes = _named_after_service(location.store)
    try:
        if naming.dialect is None:
            raise LineageError(Fault("LIN-003", f'Queries of the store "{location.store.kind}" cannot be read'))
        query = read_query(location.text, naming.dialect, tables.schema)
    except LineageError as error:
        known = tables.referenced_assets() or (_stand_in(location.store),)
        return Source(read, known, notes=(*notes, f"Lineage without columns: {error.message}."))
    by_table = tables.assets(_mentioned(query))
    assets: tuple[Asset, ...] = tuple({asset.id: asset for asset in by_table.values()}.values())
    if not assets and query.notes:
        assets = (_stand_in(location.store),)
    effects = tuple(_effect(by_table[effect.table], effect, read.name) for effect in query.effects)
    servers = tuple(
        f'The table "{table}" lies on a linked server, whose host is not known here.'
        for table in by_table
        if table.server
    )
    return Source(read, assets, effects, (*notes, *query.notes, *servers), query, tuple(by_table.items()))


def _effect(asset: Asset, effect: ColumnOrigin, name: str) -> SourceColumn:
    step = Step(name, "query", "*", effect.expression)
    return SourceColumn(asset, effect.column, effect.kind, effect.subtype, effect.expression, (step,))


def _mentioned(query: QueryLineage) -> tuple[TableRef, ...]:
    """Return every spelling of every table: `Dbo.T` and `dbo.t` are two here."""
    origins = [origin.table for column in query.columns for origin in column.origins]
    rests = [rest.table for rest in query.rests if rest.table is not None]
    return tuple(dict.fromkeys([*query.tables, *origins, *(effect.table for effect in query.effects), *rests]))


def _outputs(query: QueryLineage, schema: Schema, column: str) -> tuple[ColumnOrigin, ...]:
    """Return the origins of an output column: by position where the counts agree, since expressions need no name."""
    names = [name.casefold() for name in schema.names]
    if not query.rests and len(names) == len(query.columns) and column.casefold() in names:
        return query.columns[names.index(column.casefold())].origins
    for output in query.columns:
        if output.name.casefold() == column.casefold():
            return output.origins
    if len(query.rests) != 1:
        return ()
    table = query.rests[0].table
    return query.rests[0].origins if table is None else (ColumnOrigin(table, column),)


def _stand_in(store: Store) -> Asset:
    """Return what stands for tables that cannot be told: generic, because Purview's databases are no data sets."""
    named = generic.generic(store.kind).store(store)
    return Asset(named.id, named.name, store, unsupported=_STAND_IN)


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables of one query: as the run met them in the store where it says so, else as the query spells them."""

    store: Store
    naming: Naming
    referenced: tuple[ReferencedTable, ...]

    def schema(self, table: TableRef) -> Schema | None:
        known = self._find(table)
        return None if known is None else known.schema

    def assets(self, tables: Iterable[TableRef]) -> dict[TableRef, Asset]:
        """Return each table's asset; two spellings that the store takes for one table have one asset."""
        first: dict[tuple[str, ...], Asset] = {}
        found: dict[TableRef, Asset] = {}
        for table in tables:
            known, key = self._find(table), self._key(self._location(table))
            if key not in first and known is not None:
                first[key] = asset_of(known.table, known.schema, known.view)
            elif key not in first:
                first[key] = asset_of(self._location(table), None, view=False)
            found[table] = first[key]
        return found

    def referenced_assets(self) -> tuple[Asset, ...]:
        return tuple(asset_of(known.table, known.schema, known.view) for known in self.referenced)

    def _location(self, table: TableRef) -> TableLocation:
        store, schema = self.store, table.schema or self.naming.default_schema
        if table.server:
            store = msgspec.structs.replace(store, endpoint=table.server, database=table.database)
        elif table.database:
            store = msgspec.structs.replace(store, database=table.database)
        if self.naming.default_schema is None and table.schema and not table.database:
            # A store without schemas, such as MySQL: the qualifier is a database.
            return TableLocation(msgspec.structs.replace(store, database=table.schema), None, table.name)
        return TableLocation(store, schema, table.name)

    def _find(self, table: TableRef) -> ReferencedTable | None:
        wanted = self._key(self._location(table))
        return next((known for known in self.referenced if self._key(known.table) == wanted), None)

    def _key(self, location: TableLocation) -> tuple[str, ...]:
        names = Names(self.naming.dialect or "")
        parts = (location.store.database, location.schema or self.naming.default_schema, location.table)
        return (location.store.endpoint.casefold(), *(names.key(part or "") for part in parts))
