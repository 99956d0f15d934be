"""The door: a query's text in, its lineage out; a query that cannot be followed still names its tables."""

from __future__ import annotations

from collections.abc import Callable

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from headwater.data.schema import Schema
from headwater.errors import Fault, LineageError
from headwater.lineage.queries.origins import QueryLineage, TableRef
from headwater.lineage.queries.relations import QueryWalk, table_ref
from headwater.lineage.queries.scope import Names

_PREPARING = (exp.Declare, exp.Set, exp.Use)


def read_query(text: str, dialect: str, schema_of: Callable[[TableRef], Schema | None]) -> QueryLineage:
    """Return the lineage of a query; `schema_of` gives a table's columns, or None where nobody knows them.

    Raises LineageError if the text does not parse or is no query, so that not even its tables can be told.
    """
    query = _parse(text, dialect)
    tables = _tables(query, Names(dialect))
    walk = QueryWalk(dialect, schema_of)
    try:
        relation = walk.walk(query)
    except LineageError as error:
        return QueryLineage(tables, notes=(f"{error.message}.", *walk.notes))
    except RecursionError:
        return QueryLineage(tables, notes=("The query is nested too deeply for column lineage.",))
    return QueryLineage(tables, relation.columns, relation.effects, relation.rests, walk.notes)


def _parse(text: str, dialect: str) -> exp.Expr:
    try:
        statements = [statement for statement in sqlglot.parse(text, read=dialect) if statement is not None]
    except (SqlglotError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise LineageError(Fault("LIN-003", f"The query does not parse as {dialect}: {reason}")) from error
    queries = [statement for statement in statements if not isinstance(statement, _PREPARING)]
    if len(queries) != 1:
        raise LineageError(Fault("LIN-003", f"The source is {len(queries)} statements where one query is expected"))
    query = queries[0]
    if isinstance(query, exp.Execute):
        name = query.this.name if isinstance(query.this, exp.Expr) else str(query.this)
        raise LineageError(Fault("LIN-003", f'What the stored procedure "{name}" reads cannot be told'))
    if not isinstance(query, exp.Query):
        raise LineageError(Fault("LIN-003", f"The source is a statement {type(query).__name__.upper()}, not a query"))
    return query


def _tables(query: exp.Expr, names: Names) -> tuple[TableRef, ...]:
    """Return every table that the query names anywhere, once, without its common table expressions."""
    ctes = {names.of(cte.args["alias"].this) for cte in query.find_all(exp.CTE)}
    found: dict[tuple[str, ...], TableRef] = {}
    for node in query.find_all(exp.Table):
        if not isinstance(node.this, (exp.Identifier, exp.Dot)):
            continue
        if not node.args.get("db") and names.of(node.this) in ctes:
            continue
        table = table_ref(node)
        parts = (table.server, table.database, table.schema, table.name)
        found.setdefault(tuple(names.key(part or "") for part in parts), table)
    return tuple(found.values())
