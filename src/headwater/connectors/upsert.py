"""Upsert as two statements that every SQL store knows: update the rows whose keys are there, insert the others."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from headwater.errors import ConnectorError, Fault


def upsert_statements(
    target: exp.Table, incoming: exp.Table, columns: Sequence[str], keys: Sequence[str], what: str
) -> list[exp.Expr]:
    """Return the statements that bring the rows of `incoming` into `target`. Raises ConnectorError without keys."""
    missing = [key for key in keys if key not in columns]
    if not keys or missing:
        problem = f"the key {missing} is not among the columns" if missing else "there are no keys"
        raise ConnectorError(
            Fault(
                "CON-034",
                f"{what} cannot be upserted: {problem}",
                cure='Name them in "upsertSettings": {"keys": [...]}.',
            )
        )
    old, new = target.as_("target_row"), incoming.as_("new_row")
    same = exp.and_(*[_column("target_row", key).eq(_column("new_row", key)) for key in keys])
    values = [name for name in columns if name not in keys]
    absent = exp.select("1").from_(target.as_("target_row")).where(same.copy())
    insert = exp.insert(
        exp.select(*[_column("new_row", name) for name in columns])
        .from_(incoming.as_("new_row"))
        .where(exp.not_(exp.Exists(this=absent))),
        target.copy(),
        columns=[exp.to_identifier(name, quoted=True) for name in columns],
    )
    if not values:
        return [insert]
    update = exp.Update(
        this=old,
        expressions=[exp.column(name, quoted=True).eq(_column("new_row", name)) for name in values],
        from_=exp.From(this=new),
        where=exp.Where(this=same),
    )
    return [update, insert]


def _column(table: str, name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=table)
