"""SQL that users wrote: parsed in the dialect of the declared store, put into the one that the store really speaks.

Separate from the stores, because lineage and plans ask for the tables of a query without opening anything.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError, UnsupportedError
from sqlglot.optimizer.scope import traverse_scope

from headwater.connectors.dialects import DEFAULT_SCHEMAS, dialect_of
from headwater.data.locations import Store, TableLocation
from headwater.errors import ConnectorError, Fault, Place


def tables_in(query: str, dialect: str, store: Store) -> tuple[TableLocation, ...]:
    """Return the tables that a query reads, each once; its own CTEs are not tables.

    `dialect` is sqlglot's name. Raises ConnectorError for a query that does not parse.
    """
    found: dict[TableLocation, None] = {}
    for statement in parse(query, dialect):
        for scope in traverse_scope(statement):
            for source in scope.sources.values():
                # A function that gives rows is no table.
                if isinstance(source, exp.Table) and source.name and not isinstance(source.this, exp.Func):
                    found[_location(source, store, dialect)] = None
    return tuple(found)


def parse(text: str, dialect: str) -> list[exp.Expr]:
    """Return the statements of a text. Raises ConnectorError with the place of what does not parse."""
    try:
        statements = [statement for statement in sqlglot.parse(text, dialect=dialect) if statement is not None]
    except ParseError as error:
        raise ConnectorError(_unparsed(dialect, error)) from error
    except TokenError as error:
        raise ConnectorError(
            Fault("CON-030", f"The {dialect} query cannot be read: {error}", cure="Close its quotes and comments.")
        ) from error
    for statement in statements:
        if isinstance(statement, exp.Command):
            raise ConnectorError(
                Fault(
                    "CON-030",
                    f"The {dialect} statement '{statement.name}' cannot be understood",
                    Place(excerpt=text.strip().splitlines()[0]),
                    "Write it in plain SQL; stored procedures and batches of commands cannot be run on a stand-in.",
                )
            )
    return statements


def statements_for(text: str, store: Store, speaks: str) -> list[str]:
    """Return a script as statements in the SQL `speaks`; unchanged where the declared store speaks it itself.

    Raises ConnectorError for what does not parse or cannot be said in the other dialect.
    """
    written_in = dialect_of(store.kind) or speaks
    if written_in == speaks:
        return [text]
    return [said(_without_database(statement, store), written_in, speaks) for statement in parse(text, written_in)]


def query_for(text: str, store: Store, speaks: str) -> str:
    """Return one query in the SQL `speaks`. Raises ConnectorError as `statements_for`, and for several statements."""
    statements = statements_for(text, store, speaks)
    if len(statements) != 1:
        raise ConnectorError(
            Fault("CON-030", f"The query has {len(statements)} statements", cure="Give the source one SELECT.")
        )
    return statements[0]


def said(statement: exp.Expr, written_in: str, speaks: str) -> str:
    """Return a statement in another dialect. Raises ConnectorError for what that has no words for."""
    try:
        return statement.sql(dialect=speaks, unsupported_level=sqlglot.ErrorLevel.RAISE, normalize_functions=False)
    except UnsupportedError as error:
        raise ConnectorError(
            Fault(
                "CON-030",
                f"The {written_in} query cannot be put into {speaks}: {error}",
                cure="Write that part in another way, or run it on a store of its own kind.",
            )
        ) from error


def _without_database(statement: exp.Expr, store: Store) -> exp.Expr:
    """Drop the declared database from three-part names: the stand-in is that database."""
    for table in statement.find_all(exp.Table):
        if store.database is not None and table.catalog.lower() == store.database.lower():
            table.set("catalog", None)
    return statement


def _location(table: exp.Table, store: Store, dialect: str) -> TableLocation:
    if table.catalog and table.catalog != store.database:
        store = Store(store.linked_service, store.kind, store.endpoint, table.catalog)
    return TableLocation(store, table.db or DEFAULT_SCHEMAS.get(dialect), table.name)


def _unparsed(dialect: str, error: ParseError) -> Fault:
    first = error.errors[0] if error.errors else {}
    line, column = first.get("line"), first.get("col")
    place = Place(
        line=line if isinstance(line, int) else None,
        column=column if isinstance(column, int) else None,
        excerpt=_excerpt(first),
    )
    return Fault(
        "CON-030",
        f"The query does not parse as {dialect}: {first.get('description') or error}",
        place,
        "Mend the query at that place, or check that the linked service is of the right type.",
    )


def _excerpt(error: dict[str, object]) -> str | None:
    before, marked, after = (str(error.get(part) or "") for part in ("start_context", "highlight", "end_context"))
    line = (before.rpartition("\n")[2] + marked + after).partition("\n")[0]
    if not marked:
        return None
    return f"{line}\n{' ' * len(before.rpartition(chr(10))[2])}{'^' * max(1, len(marked.partition(chr(10))[0]))}"
