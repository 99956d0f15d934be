"""Where the value of an expression comes from: direct through functions and aggregates, indirect through conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

from headwater.data.edges import Subtype
from headwater.lineage.queries.origins import ColumnOrigin, How, Origins, Relation, merged
from headwater.lineage.queries.scope import Scope

QueryWalk = Callable[[exp.Expr, Scope], Relation]
"""Walks a query inside an expression, seen from the scope that it stands in."""


class ExpressionWalk:
    """Follows expressions down to columns; collects a note for each column that cannot be attributed."""

    def __init__(self, walk_query: QueryWalk) -> None:
        self._walk_query = walk_query
        self.notes: dict[str, None] = {}

    def note(self, text: str) -> None:
        """Remember what cannot be told, once."""
        self.notes[text] = None

    def origins(self, expression: exp.Expr, scope: Scope, how: How) -> Origins:
        """Return every column that the expression reads, and how."""
        return merged(self._visit(expression, scope, how))

    def _visit(self, node: exp.Expr, scope: Scope, how: How) -> Iterator[ColumnOrigin]:
        if isinstance(node, exp.Column):
            yield from self._column(node, scope, how)
        elif isinstance(node, (exp.Query, exp.Exists)):
            yield from self._subquery(node, scope, how)
        elif (handler := _HANDLERS.get(type(node))) is not None:
            yield from handler(self, node, scope, how)
        else:
            subtype: Subtype = "AGGREGATION" if isinstance(node, exp.AggFunc) else "TRANSFORMATION"
            yield from self._children(node, scope, how.through(subtype))

    def _column(self, node: exp.Column, scope: Scope, how: How) -> Iterator[ColumnOrigin]:
        if isinstance(node.this, exp.Star):
            return
        origins, note = scope.resolve(node)
        if note:
            self.note(note)
        for origin in origins:
            yield how.apply(origin)

    def _subquery(self, node: exp.Expr, scope: Scope, how: How) -> Iterator[ColumnOrigin]:
        query = node.this if isinstance(node, exp.Exists) else node
        if not isinstance(query, exp.Query):
            yield from self._children(node, scope, how.through("TRANSFORMATION"))
            return
        relation = self._walk_query(query, scope)
        through = how.deciding("CONDITIONAL") if isinstance(node, exp.Exists) else how.through("TRANSFORMATION")
        for column in relation.columns:
            for origin in column.origins:
                yield through.apply(origin)
        for effect in relation.effects:
            yield how.deciding(effect.subtype).apply(effect)

    def _children(self, node: exp.Expr, scope: Scope, how: How) -> Iterator[ColumnOrigin]:
        for child in node.iter_expressions():
            yield from self._visit(child, scope, how)

    def _passed_on(self, node: exp.Expr, scope: Scope, how: How) -> Iterator[ColumnOrigin]:
        yield from self._visit(node.this, scope, how)

    def _case(self, node: exp.Expr, scope: Scope, how: How) -> Iterator[ColumnOrigin]:
        through = how.through("TRANSFORMATION")
        if node.args.get("this") is not None:
            yield from self._visit(node.this, scope, how.deciding("CONDITIONAL"))
        for branch in node.args["ifs"]:
            yield from self._if(branch, scope, through)
        if (default := node.args.get("default")) is not None:
            yield from self._visit(default, scope, through)

    def _if(self, node: exp.Expr, scope: Scope, how: How) -> Iterator[ColumnOrigin]:
        yield from self._visit(node.this, scope, how.deciding("CONDITIONAL"))
        for name in ("true", "false"):
            if (branch := node.args.get(name)) is not None:
                yield from self._visit(branch, scope, how.through("TRANSFORMATION"))

    def _window(self, node: exp.Expr, scope: Scope, how: How) -> Iterator[ColumnOrigin]:
        yield from self._visit(node.this, scope, how.through("TRANSFORMATION"))
        named = scope.windows.get(scope.names.of(node.args.get("alias")))
        for window in (node, named):
            parts = () if window is None else (*(window.args.get("partition_by") or ()), window.args.get("order"))
            for part in parts:
                if part is not None:
                    yield from self._visit(part, scope, how.deciding("WINDOW"))

    def _filter(self, node: exp.Expr, scope: Scope, how: How) -> Iterator[ColumnOrigin]:
        yield from self._visit(node.this, scope, how)
        yield from self._visit(node.expression, scope, how.deciding("CONDITIONAL"))

    def _within_group(self, node: exp.Expr, scope: Scope, how: How) -> Iterator[ColumnOrigin]:
        # PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x) is a value of x; elsewhere the order only sorts what is joined.
        if node.this.find(exp.Column) is None:
            for ordered in node.expression.expressions:
                yield from self._visit(ordered, scope, how.through("AGGREGATION"))
        else:
            yield from self._visit(node.this, scope, how)
            yield from self._visit(node.expression, scope, how.deciding("SORT"))

    def _order(self, node: exp.Expr, scope: Scope, how: How) -> Iterator[ColumnOrigin]:
        if node.args.get("this") is not None:
            yield from self._visit(node.this, scope, how)
        for ordered in node.expressions:
            yield from self._visit(ordered, scope, how.deciding("SORT"))


_HANDLERS: dict[type[exp.Expr], Callable[[ExpressionWalk, exp.Expr, Scope, How], Iterator[ColumnOrigin]]] = {
    exp.Alias: ExpressionWalk._passed_on,
    exp.Case: ExpressionWalk._case,
    exp.Filter: ExpressionWalk._filter,
    exp.If: ExpressionWalk._if,
    exp.Order: ExpressionWalk._order,
    exp.Paren: ExpressionWalk._passed_on,
    exp.Window: ExpressionWalk._window,
    exp.WithinGroup: ExpressionWalk._within_group,
}
