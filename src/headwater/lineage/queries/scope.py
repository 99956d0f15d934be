"""Names in a query: how a dialect compares them, and which relation a column belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from headwater.lineage.queries.origins import ColumnOrigin, Origins, Relation, Rest

# How a dialect folds a name without quotes; every dialect that is not here ignores case altogether.
_FOLDING = {"oracle": "upper", "postgres": "lower", "redshift": "lower", "snowflake": "upper"}


@dataclass(frozen=True, slots=True)
class Names:
    """Compares names as the dialect does."""

    dialect: str

    def key(self, name: str, quoted: bool = False) -> str:
        """Return what two spellings of one name have in common."""
        folding = _FOLDING.get(self.dialect)
        if folding is None:
            return name.casefold()
        if quoted:
            return name
        return name.upper() if folding == "upper" else name.lower()

    def of(self, identifier: exp.Expr | str | None) -> str:
        """Return the key of an identifier of the query."""
        if isinstance(identifier, exp.Identifier):
            return self.key(identifier.this, bool(identifier.args.get("quoted")))
        return self.key(str(identifier or ""))


@dataclass(frozen=True, slots=True)
class Scope:
    """The relations that a SELECT can name, the common table expressions around it, and the query outside it."""

    names: Names
    ctes: Mapping[str, Relation] = field(default_factory=dict)
    outer: Scope | None = None
    sources: dict[str, Relation] = field(default_factory=dict)
    indexes: dict[str, dict[str, Origins]] = field(default_factory=dict)
    """For each source its columns by key: a wide query asks for thousands."""
    aliases: dict[str, Origins] = field(default_factory=dict)
    """Output columns by alias, for ORDER BY and the dialects that let other clauses use them."""
    windows: dict[str, exp.Expr] = field(default_factory=dict)
    """Windows that the WINDOW clause names."""

    def add(self, key: str, relation: Relation) -> None:
        """Put a relation into the scope under the key of its name or alias."""
        self.sources[key] = relation
        index = self.indexes[key] = {}
        for column in relation.columns:
            index.setdefault(self.names.key(column.name, quoted=True), column.origins)
        for column in relation.columns:
            index.setdefault(self.names.key(column.name), column.origins)

    def resolve(self, column: exp.Column) -> tuple[Origins, str | None]:
        """Return where a column comes from, and a note if that cannot be told."""
        key, name = self.names.of(column.this), column.name
        if column.table:
            return self._qualified(column, key, name)
        scope: Scope | None = self
        while scope is not None:
            found, note = scope._unqualified(key, name)
            if found is not None:
                return found, note
            scope = scope.outer
        return (), f'Column "{name}" of the query belongs to no table of it.'

    def _qualified(self, column: exp.Column, key: str, name: str) -> tuple[Origins, str | None]:
        table = self.names.of(column.args["table"])
        scope: Scope | None = self
        while scope is not None:
            if table in scope.sources:
                known = scope.indexes[table].get(key)
                return (known, None) if known is not None else _from_rests(scope.sources[table].rests, name)
            scope = scope.outer
        return (), f'"{column.table}" in "{column.sql()}" names no table of the query.'

    def _unqualified(self, key: str, name: str) -> tuple[Origins | None, str | None]:
        for index in self.indexes.values():
            if key in index:
                return index[key], None
        if key in self.aliases:
            return self.aliases[key], None
        rests = tuple(rest for relation in self.sources.values() for rest in relation.rests)
        return _from_rests(rests, name) if rests else (None, None)


def _from_rests(rests: tuple[Rest, ...], name: str) -> tuple[Origins, str | None]:
    if len(rests) == 1:
        table = rests[0].table
        return (rests[0].origins if table is None else (ColumnOrigin(table, name),)), None
    if not rests:
        return (), f'Column "{name}" of the query belongs to no table of it.'
    tables = ", ".join(sorted(f'"{rest.table}"' for rest in rests if rest.table is not None))
    return (), f'Column "{name}" may belong to any of {tables}, whose columns are unknown.'
