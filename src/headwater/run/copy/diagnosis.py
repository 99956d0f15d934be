"""After a conversion has failed: which row, column and value it was. The engine itself only says the value."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb
from sqlglot import exp

from headwater.connectors.statements import run_statement
from headwater.errors import Fault
from headwater.run.copy.mapping import OutputColumn
from headwater.run.copy.source import misfits

_SHOWN = 80


def first_misfit(
    engine: duckdb.DuckDBPyConnection, source: exp.Expr, columns: Sequence[OutputColumn], where: str
) -> Fault | None:
    """Return the fault of the first row with a value that does not fit, None if all fit. Reads the source again."""
    suspects = [(column, misfit) for column in columns if (misfit := misfits(column)) is not None]
    if not suspects:
        return None
    run_statement(engine, "SET preserve_insertion_order = true")
    number = exp.alias_(exp.Window(this=exp.Anonymous(this="row_number")), "row")
    query = (
        exp.select(
            "row",
            exp.alias_(_chosen(suspects, lambda index, _: exp.Literal.number(index)), "column"),
            exp.alias_(_chosen(suspects, _shown), "value"),
        )
        .from_(exp.select(number, exp.Star()).from_(source).subquery())
        .where(exp.or_(*[misfit for _, misfit in suspects]))
        .order_by("row")
        .limit(1)
    )
    rows = run_statement(engine, query)
    if not rows:
        return None
    row, index, value = rows[0]
    column = suspects[index][0]
    name = column.origin or column.name
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    return Fault(
        "RUN-103",
        f"Row {row} of {where}: '{shown}' in column '{name}' is no {column.type}, as '{column.name}' of the sink is",
        cure="Mend the value, map the column as String, or set enableSkipIncompatibleRow to leave such rows out.",
    )


def _shown(_: int, column: OutputColumn) -> exp.Expr:
    raw = column.raw if column.raw is not None else exp.null()
    return exp.cast(raw.copy(), exp.DType.VARCHAR)


def _chosen(
    suspects: Sequence[tuple[OutputColumn, exp.Expr]], pick: Callable[[int, OutputColumn], exp.Expr]
) -> exp.Case:
    return exp.Case(
        ifs=[exp.If(this=misfit.copy(), true=pick(index, column)) for index, (column, misfit) in enumerate(suspects)]
    )
