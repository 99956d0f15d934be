"""The walk over SELECT, UNION, subqueries, common table expressions and tables: columns with origins, and effects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sqlglot import exp

from headwater.data.edges import Subtype
from headwater.data.schema import Schema
from headwater.errors import Fault, LineageError
from headwater.lineage.queries.expressions import ExpressionWalk
from headwater.lineage.queries.origins import (
    ColumnOrigin,
    How,
    Origins,
    OutputColumn,
    Relation,
    Rest,
    TableRef,
    as_effects,
    merged,
)
from headwater.lineage.queries.scope import Names, Scope

_MAX_ROUNDS = 10
_FILTERS = ("where", "having", "qualify")


class QueryWalk:
    """One walk over one query. Raises LineageError at what it cannot follow."""

    def __init__(self, dialect: str, schema_of: Callable[[TableRef], Schema | None]) -> None:
        self._dialect = dialect
        self._names = Names(dialect)
        self._schema_of = schema_of
        self._expressions = ExpressionWalk(self._inner_query)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be attributed, once each."""
        return tuple(self._expressions.notes)

    def walk(self, query: exp.Expr) -> Relation:
        """Return what the whole query gives."""
        return self._query(query, {}, None)

    def _inner_query(self, query: exp.Expr, scope: Scope) -> Relation:
        return self._query(query, scope.ctes, scope)

    def _query(self, node: exp.Expr, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
        if isinstance(node, exp.Query) and node.args.get("with_") is not None:
            ctes = self._with(node.args["with_"], ctes, outer)
        if isinstance(node, exp.Select):
            return self._select(node, ctes, outer)
        if isinstance(node, exp.SetOperation):
            return self._sorted(node, self._set_operation(node, ctes, outer), ctes, outer)
        if isinstance(node, exp.Subquery):
            relation = self._sorted(node, self._query(node.this, ctes, outer), ctes, outer)
            return _renamed(relation, node.args.get("alias"))
        if isinstance(node, exp.Table):
            return self._source(node, ctes, outer)
        raise _refusal(node)

    def _with(self, node: exp.Expr, ctes: Mapping[str, Relation], outer: Scope | None) -> Mapping[str, Relation]:
        known = dict(ctes)
        for cte in node.expressions:
            alias = cte.args["alias"]
            key = self._names.of(alias.this)
            body = cte.this
            recursive = isinstance(body, exp.Union) and any(
                self._names.of(t.this) == key for t in body.find_all(exp.Table)
            )
            if recursive:
                known[key] = self._recursive(body, key, alias, known, outer)
            else:
                known[key] = _renamed(self._query(body, known, outer), alias)
        return known

    def _recursive(
        self, body: exp.Union, key: str, alias: exp.Expr, ctes: Mapping[str, Relation], outer: Scope | None
    ) -> Relation:
        """Walk the anchor, then the whole until nothing is added: origins only grow, so this ends."""
        relation = _renamed(self._query(body.this, ctes, outer), alias)
        for _ in range(_MAX_ROUNDS):
            following = _renamed(self._query(body, {**ctes, key: relation}, outer), alias)
            if following == relation:
                break
            relation = following
        return relation

    def _set_operation(self, node: exp.SetOperation, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
        left, right = self._query(node.this, ctes, outer), self._query(node.expression, ctes, outer)
        everything = [origin for side in (left, right) for column in side.columns for origin in column.origins]
        effects = merged(left.effects, right.effects)
        text = type(node).__name__.upper()
        if not isinstance(node, exp.Union):
            decided = as_effects(everything, "FILTER", text)
            return Relation(left.columns, merged(effects, decided), left.rests)
        if node.args.get("distinct"):
            effects = merged(effects, as_effects(everything, "GROUP_BY", text))
        if left.rests or right.rests:
            self._expressions.note("A side of the UNION takes all columns of a table whose columns are unknown.")
        others = [column.origins for column in right.columns]
        columns = tuple(
            OutputColumn(column.name, merged(column.origins, others[i] if i < len(others) else ()))
            for i, column in enumerate(left.columns)
        )
        return Relation(columns, effects, (*left.rests, *right.rests))

    def _sorted(
        self, node: exp.Expr, relation: Relation, ctes: Mapping[str, Relation], outer: Scope | None
    ) -> Relation:
        """Add what sorts the result of a set operation or of a query in brackets: its own columns, by name or place."""
        if node.args.get("order") is None:
            return relation
        scope = Scope(self._names, ctes, outer)
        scope.add("", relation)
        sorting = self._sorting(node, relation.columns, scope)
        return Relation(relation.columns, merged(relation.effects, sorting), relation.rests)

    def _select(self, node: exp.Select, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
        scope = Scope(self._names, ctes, outer)
        for window in node.args.get("windows") or ():
            scope.windows[self._names.of(window.this)] = window
        effects = [*self._from(node, scope)]
        columns, rests = self._projections(node, scope)
        clauses = (node.args.get(name) for name in _FILTERS)
        effects += [self._effects(clause.this, scope, "FILTER") for clause in clauses if clause is not None]
        effects += [self._grouping(node, columns, scope), self._sorting(node, columns, scope)]
        if (distinct := node.args.get("distinct")) is not None:
            effects.append(self._distinct(distinct, columns, scope))
        return Relation(columns, merged(*effects), rests)

    def _distinct(self, distinct: exp.Expr, columns: tuple[OutputColumn, ...], scope: Scope) -> Origins:
        if (on := distinct.args.get("on")) is not None:
            return self._effects(on, scope, "GROUP_BY")
        return as_effects((origin for column in columns for origin in column.origins), "GROUP_BY", "DISTINCT")

    def _grouping(self, node: exp.Select, columns: tuple[OutputColumn, ...], scope: Scope) -> Origins:
        group = node.args.get("group")
        if group is None:
            return ()
        parts = [part for part in group.iter_expressions() if isinstance(part, exp.Expr)]
        return merged(*(self._by_position_or_name(part, columns, scope, "GROUP_BY") for part in parts))

    def _sorting(self, node: exp.Expr, columns: tuple[OutputColumn, ...], scope: Scope) -> Origins:
        order = node.args.get("order")
        parts = () if order is None else [ordered.this for ordered in order.expressions]
        return merged(*(self._by_position_or_name(part, columns, scope, "SORT") for part in parts))

    def _by_position_or_name(
        self, part: exp.Expr, columns: tuple[OutputColumn, ...], scope: Scope, subtype: Subtype
    ) -> Origins:
        if isinstance(part, exp.Literal) and not part.is_string:
            position = int(part.this) if part.this.isdigit() else 0
            origins = columns[position - 1].origins if 0 < position <= len(columns) else ()
            return as_effects(origins, subtype, columns[position - 1].name if origins else "")
        return self._effects(part, scope, subtype)

    def _from(self, node: exp.Select, scope: Scope) -> Iterator[Origins]:
        from_ = node.args.get("from_")
        if from_ is not None:
            yield self._add_source(from_.this, scope)
        for lateral in node.args.get("laterals") or ():
            yield self._add_source(lateral, scope)
        for join in node.args.get("joins") or ():
            yield self._add_source(join.this, scope)
            if (on := join.args.get("on")) is not None:
                yield self._effects(on, scope, "JOIN")
            for identifier in join.args.get("using") or ():
                yield self._using(identifier, scope)

    def _using(self, identifier: exp.Expr, scope: Scope) -> Origins:
        key = self._names.of(identifier)
        found: list[ColumnOrigin] = []
        for source, relation in scope.sources.items():
            found += scope.indexes[source].get(key, ())
            found += [ColumnOrigin(rest.table, identifier.name) for rest in relation.rests if rest.table is not None]
        return as_effects(found, "JOIN", f"USING ({identifier.name})")

    def _add_source(self, node: exp.Expr, scope: Scope) -> Origins:
        relation = self._source(node, scope.ctes, scope)
        alias = node.args.get("alias")
        name = alias.this if isinstance(alias, exp.TableAlias) and alias.this is not None else node.this
        name = name.expression if isinstance(name, exp.Dot) else name
        key = self._names.of(name) if isinstance(name, exp.Identifier) else f"#{len(scope.sources)}"
        scope.add(key, relation)
        return relation.effects

    def _source(self, node: exp.Expr, ctes: Mapping[str, Relation], scope: Scope | None) -> Relation:
        if node.args.get("pivots"):
            raise _refusal(node.args["pivots"][0])
        if isinstance(node, exp.Lateral):
            inner = node.this
            if isinstance(inner, exp.Subquery):
                return _renamed(self._query(inner.this, ctes, scope), node.args.get("alias"))
            return self._function(inner, scope, node.args.get("alias"))
        if isinstance(node, exp.Values):
            origins = self._direct(node, scope)
            return _renamed(Relation(rests=(Rest(origins=origins),)), node.args.get("alias"))
        if not isinstance(node, exp.Table):
            if isinstance(node, exp.Query):
                return self._query(node, ctes, scope.outer if scope else None)
            return self._function(node, scope, node.args.get("alias"))
        if not isinstance(node.this, (exp.Identifier, exp.Dot)):
            return self._function(node.this, scope, node.args.get("alias"))
        relation = ctes.get(self._names.of(node.this)) if not node.args.get("db") else None
        if relation is None:
            table = table_ref(node)
            schema = self._schema_of(table)
            relation = Relation(rests=(Rest(table),)) if schema is None else _base(table, schema)
        return _renamed(relation, node.args.get("alias"))

    def _function(self, node: exp.Expr, scope: Scope | None, alias: exp.Expr | None) -> Relation:
        """A table function's columns all come from its arguments; what it reads by itself cannot be told."""
        if isinstance(node, exp.Anonymous):
            self._expressions.note(f'What the table function "{node.name}" reads cannot be told.')
        return _renamed(Relation(rests=(Rest(origins=self._direct(node, scope)),)), alias)

    def _direct(self, node: exp.Expr, scope: Scope | None) -> Origins:
        outer = scope or Scope(self._names)
        return self._expressions.origins(node, outer, How(text=self._text(node)).through("TRANSFORMATION"))

    def _projections(self, node: exp.Select, scope: Scope) -> tuple[tuple[OutputColumn, ...], tuple[Rest, ...]]:
        columns: list[OutputColumn] = []
        rests: list[Rest] = []
        for projection in node.expressions:
            star = projection.this if isinstance(projection, exp.Column) else projection
            if isinstance(star, exp.Star):
                expanded, more = self._expand(projection, star, node, scope)
                columns += expanded
                rests += more
                continue
            value = projection.this if isinstance(projection, exp.Alias) else projection
            how = How() if isinstance(value, exp.Column) else How(text=self._text(value))
            column = OutputColumn(projection.alias_or_name, self._expressions.origins(value, scope, how))
            if isinstance(projection, exp.Alias):
                scope.aliases[self._names.of(projection.args["alias"])] = column.origins
            columns.append(column)
        return tuple(columns), tuple(rests)

    def _expand(
        self, projection: exp.Expr, star: exp.Star, node: exp.Select, scope: Scope
    ) -> tuple[list[OutputColumn], list[Rest]]:
        table = projection.args.get("table") if isinstance(projection, exp.Column) else None
        if table is None:
            relations = list(scope.sources.values())
        elif (key := self._names.of(table)) in scope.sources:
            relations = [scope.sources[key]]
        else:
            raise _refusal(projection)
        hidden = {self._names.of(column.this) for column in star.args.get("except_") or ()}
        replaced = {self._names.of(alias.args["alias"]): alias.this for alias in star.args.get("replace") or ()}
        using = {self._names.of(name) for join in node.args.get("joins") or () for name in join.args.get("using") or ()}
        columns, seen = [], set()
        for column in (column for relation in relations for column in relation.columns):
            key = self._names.key(column.name, quoted=True)
            if key in hidden or (key in using and key in seen):
                continue
            seen.add(key)
            if key in replaced:
                how = How(text=self._text(replaced[key]))
                column = OutputColumn(column.name, self._expressions.origins(replaced[key], scope, how))
            columns.append(column)
        return columns, [rest for relation in relations for rest in relation.rests]

    def _effects(self, node: exp.Expr, scope: Scope, subtype: Subtype) -> Origins:
        return self._expressions.origins(node, scope, How("INDIRECT", subtype, self._text(node)))

    def _text(self, node: exp.Expr) -> str:
        return node.sql(dialect=self._dialect)


def table_ref(node: exp.Table) -> TableRef:
    """Return the name of a table as the query spells it; four parts name a table of a linked server."""
    if isinstance(node.this, exp.Dot):
        schema, name = node.this.this, node.this.expression
        return TableRef(name.name, schema.name or None, node.db or None, node.catalog or None)
    return TableRef(node.name, node.db or None, node.catalog or None)


def _base(table: TableRef, schema: Schema) -> Relation:
    return Relation(tuple(OutputColumn(name, (ColumnOrigin(table, name),)) for name in schema.names))


def _renamed(relation: Relation, alias: exp.Expr | None) -> Relation:
    """Return the relation under the column names of `AS t(a, b)`; what is not listed then is no longer reachable."""
    names = [column.name for column in alias.args.get("columns") or ()] if alias is not None else []
    if not names:
        return relation
    columns = [
        OutputColumn(name, relation.columns[i].origins if i < len(relation.columns) else _shared(relation.rests))
        for i, name in enumerate(names)
    ]
    return Relation(tuple(columns), relation.effects)


def _shared(rests: tuple[Rest, ...]) -> Origins:
    return merged(*(rest.origins for rest in rests))


def _refusal(node: exp.Expr) -> LineageError:
    what = type(node).__name__.upper()
    return LineageError(Fault("LIN-004", f"The query uses {what}, whose columns lineage does not follow"))
