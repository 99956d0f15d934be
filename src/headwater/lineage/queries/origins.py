"""What the walk over a query gives: tables, output columns with their origins, and what decides the rows."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from headwater.data.edges import Kind, Subtype

_DIRECT_RANK: dict[Subtype, int] = {"IDENTITY": 0, "TRANSFORMATION": 1, "AGGREGATION": 2}


class TableRef(msgspec.Struct, frozen=True):
    """A table as the query spells it; `server` is set for a table of a linked server."""

    name: str
    schema: str | None = None
    database: str | None = None
    server: str | None = None

    def __str__(self) -> str:
        return ".".join(part for part in (self.server, self.database, self.schema, self.name) if part is not None)


class ColumnOrigin(msgspec.Struct, frozen=True):
    """A column of a table that a value comes from, and how."""

    table: TableRef
    column: str
    kind: Kind = "DIRECT"
    subtype: Subtype = "IDENTITY"
    expression: str = ""

    def __str__(self) -> str:
        label = f"{self.kind} {self.subtype}" + (f": {self.expression}" if self.expression else "")
        return f"{self.table}.{self.column}  [{label}]"


Origins = tuple[ColumnOrigin, ...]


class How(msgspec.Struct, frozen=True):
    """The way from an expression's column to its value, and the text to show for it."""

    kind: Kind = "DIRECT"
    subtype: Subtype = "IDENTITY"
    text: str = ""

    def through(self, subtype: Subtype) -> How:
        """Return the way through one more DIRECT step; the strongest of identity, transformation, aggregation stays."""
        if self.kind == "INDIRECT" or _DIRECT_RANK[subtype] <= _DIRECT_RANK[self.subtype]:
            return self
        return How(self.kind, subtype, self.text)

    def deciding(self, subtype: Subtype) -> How:
        """Return the way of a column that only decides: it stays INDIRECT for good."""
        return self if self.kind == "INDIRECT" else How("INDIRECT", subtype, self.text)

    def apply(self, origin: ColumnOrigin) -> ColumnOrigin:
        """Return an inner query's origin as seen from outside; an identity keeps the inner expression."""
        if origin.kind == "INDIRECT":
            return origin
        if self.kind == "INDIRECT":
            return msgspec.structs.replace(
                origin, kind="INDIRECT", subtype=self.subtype, expression=self.text or origin.expression
            )
        if self.subtype == "IDENTITY":
            return origin
        stronger = max(origin.subtype, self.subtype, key=lambda subtype: _DIRECT_RANK[subtype])
        return msgspec.structs.replace(origin, subtype=stronger, expression=self.text or origin.expression)


def merged(*groups: Iterable[ColumnOrigin]) -> Origins:
    """Return all origins once each, in order; the first expression of a kind stays."""
    unique: dict[tuple[object, ...], ColumnOrigin] = {}
    for group in groups:
        for origin in group:
            unique.setdefault((origin.table, origin.column, origin.kind, origin.subtype), origin)
    return tuple(unique.values())


def as_effects(origins: Iterable[ColumnOrigin], subtype: Subtype, text: str = "") -> Origins:
    """Return origins as deciding about rows."""
    return merged(How("INDIRECT", subtype, text).apply(origin) for origin in origins)


class OutputColumn(msgspec.Struct, frozen=True):
    """A column that the query gives; an expression without an alias has no name."""

    name: str
    origins: Origins


class Rest(msgspec.Struct, frozen=True):
    """Columns that are not listed: those of a table of unknown schema, or of a function whose columns share origins."""

    table: TableRef | None = None
    origins: Origins = ()


class Relation(msgspec.Struct, frozen=True):
    """The columns of a table, subquery or whole query. Several `rests`: an unlisted column cannot be attributed."""

    columns: tuple[OutputColumn, ...] = ()
    effects: Origins = ()
    rests: tuple[Rest, ...] = ()


class QueryLineage(msgspec.Struct, frozen=True):
    """`columns` and `rests` say where the output comes from, `effects` what decides the rows.

    `notes` name what could not be told; `tables` are all tables that the query names, whatever else could be told.
    """

    tables: tuple[TableRef, ...]
    columns: tuple[OutputColumn, ...] = ()
    effects: Origins = ()
    rests: tuple[Rest, ...] = ()
    notes: tuple[str, ...] = ()
