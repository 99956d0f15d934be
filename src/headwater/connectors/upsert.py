"""Rows that change others by their keys, as statements that every SQL store knows.

An upsert updates the rows whose keys are there and inserts the others. Rows that say themselves what becomes of them
are deleted, updated, upserted and inserted, in this order.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from headwater.errors import ConnectorError, Fault


def upsert_statements(
    target: exp.Table, incoming: exp.Table, columns: Sequence[str], keys: Sequence[str], what: str
) -> list[exp.Expr]:
    """Return the statements that bring the rows of `incoming` into `target`. Raises ConnectorError without keys."""
    _check_keys(keys, columns, what)
    return [*_update(target, incoming, columns, keys), _insert(target, incoming, columns, keys)]


def action_statements(
    target: exp.Table, incoming: exp.Table, columns: Sequence[str], keys: Sequence[str], action: str, what: str
) -> list[exp.Expr]:
    """Return the statements that do with each row of `incoming` what its column `action` says, null for an insert.

    Raises ConnectorError without keys.
    """
    written = [name for name in columns if name != action]
    _check_keys(keys, written, what)
    said = _column("new_row", action)
    deleted = exp.select("1").from_(incoming.as_("new_row")).where(_same(keys), _is(said, "delete"))
    inserted = exp.or_(_is(said, "insert"), exp.Is(this=said.copy(), expression=exp.null()))
    return [
        exp.Delete(this=target.as_("target_row"), where=exp.Where(this=exp.Exists(this=deleted))),
        *_update(target, incoming, written, keys, said.isin("update", "upsert")),
        _insert(target, incoming, written, keys, _is(said, "upsert")),
        _insert(target, incoming, written, (), inserted),
    ]


def _check_keys(keys: Sequence[str], columns: Sequence[str], what: str) -> None:
    missing = [key for key in keys if key not in columns]
    if not keys or missing:
        problem = f"the key {missing} is not among the columns" if missing else "there are no keys"
        cure = 'Name them in "upsertSettings": {"keys": [...]}, or in the keys of the sink.'
        raise ConnectorError(Fault("CON-034", f"{what} cannot be changed by keys: {problem}", cure=cure))


def _insert(
    target: exp.Table,
    incoming: exp.Table,
    columns: Sequence[str],
    keys: Sequence[str],
    chosen: exp.Expr | None = None,
) -> exp.Insert:
    """Return the insert of the chosen rows; with keys, of those whose keys are not there."""
    rows = exp.select(*[_column("new_row", name) for name in columns]).from_(incoming.as_("new_row"))
    if keys:
        rows = rows.where(exp.not_(exp.Exists(this=exp.select("1").from_(target.as_("target_row")).where(_same(keys)))))
    if chosen is not None:
        rows = rows.where(chosen)
    return exp.insert(rows, target.copy(), columns=[exp.to_identifier(name, quoted=True) for name in columns])


def _update(
    target: exp.Table,
    incoming: exp.Table,
    columns: Sequence[str],
    keys: Sequence[str],
    chosen: exp.Expr | None = None,
) -> list[exp.Expr]:
    """Return the update of the rows whose keys are there; none where there are only keys."""
    values = [name for name in columns if name not in keys]
    if not values:
        return []
    return [
        exp.Update(
            this=target.as_("target_row"),
            expressions=[exp.column(name, quoted=True).eq(_column("new_row", name)) for name in values],
            from_=exp.From(this=incoming.as_("new_row")),
            where=exp.Where(this=_same(keys) if chosen is None else exp.and_(_same(keys), chosen)),
        )
    ]


def _same(keys: Sequence[str]) -> exp.Expr:
    return exp.and_(*[_column("target_row", key).eq(_column("new_row", key)) for key in keys])


def _is(value: exp.Column, action: str) -> exp.Expr:
    return value.copy().eq(exp.Literal.string(action))


def repeated_keys(incoming: exp.Table, keys: Sequence[str]) -> exp.Select:
    """Return the query that gives a row if two rows of `incoming` have the same keys."""
    columns = [exp.column(key, quoted=True) for key in keys]
    return exp.select("1").from_(incoming.copy()).group_by(*columns).having("count(*) > 1").limit(1)


def refuse_repeated(rows: Sequence[object], keys: Sequence[str], what: str) -> None:
    """Raise ConnectorError if the query of `repeated_keys` gave a row: which one should win is not known."""
    if rows:
        cure = "Make the keys unique in the source, or name more of them in upsertSettings."
        raise ConnectorError(Fault("CON-033", f"{what} cannot be upserted: rows have the same {list(keys)}", cure=cure))


def _column(table: str, name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=table)
