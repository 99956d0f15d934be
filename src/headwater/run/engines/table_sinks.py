"""Stages the rows of a sink in a table; tables of one database share a transaction, where the store can do that.

A sink that goes on after rows which its table refuses tries without them: half by half for rows that are refused by
themselves, then by the shortest beginning that is refused for those that clash with others. Trials are discarded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.protocol import JoiningTables, Staged, StagedTable, TableStore, TableWrite, WriteMode
from headwater.data.locations import TableLocation
from headwater.errors import ConnectorError, Fault, RunError
from headwater.plan.resolved import ResolvedDataset
from headwater.run.engines.sink_rows import ROW, SinkRows
from headwater.run.engines.staged_sink import StagedFiles, StagedSink
from headwater.transformations.options import SinkOptions

BATCH_ROWS = 100_000
_REFUSED = ("CON-032", "CON-033")
"""Codes of what is wrong with a row, not with the store."""
_MOST_REFUSED = 1_000


@dataclass(frozen=True, slots=True)
class TableTarget:
    """`earlier` are the sinks of the flow that are staged already."""

    dataset: ResolvedDataset
    table: TableLocation
    store: TableStore
    key: str
    earlier: Sequence[StagedSink] = ()


@dataclass(slots=True)
class Refused:
    """Collects rows that a table refuses, by their number, with the fault that it told."""

    faults: dict[int, Fault] = field(default_factory=dict)


def stage_table(target: TableTarget, rows: SinkRows) -> tuple[StagedSink, Refused]:
    """Stage the rows, and return those that were refused. Raises ConnectorError, RunError."""
    refused = Refused()
    if rows.options.tolerance is None:
        staged, count = _written(_stage(target, rows), rows)
    else:
        staged, count = _tolerant(target, rows, refused)
    return StagedSink(rows.name, target.dataset, target.table, rows.schema, staged, count), refused


def _stage(target: TableTarget, rows: SinkRows) -> StagedTable:
    write = _write(rows.options, rows, target.key)
    store, other = target.store, _other(target, rows)
    if other is None or not isinstance(store, JoiningTables):
        return store.stage(target.table, write)
    return store.stage_beside(target.table, write, other)


def _other(target: TableTarget, rows: SinkRows) -> Staged | None:
    """Return a staged table of the same database; a sink that tries again keeps to itself."""
    if rows.options.tolerance is not None:
        return None
    for sink in target.earlier:
        staged = sink.staged
        if not isinstance(staged, StagedFiles) and not sink.is_alone and sink.location.store == target.table.store:
            return staged
    return None


def _write(options: SinkOptions, rows: SinkRows, key: str) -> TableWrite:
    mode: WriteMode = "recreate" if options.recreate else "truncate" if options.truncate else "insert"
    return TableWrite(
        schema=rows.schema,
        key=f"{key}/{rows.name}",
        mode=mode,
        auto_create=options.recreate,
        pre_script=_script(options.pre_sqls),
        post_script=_script(options.post_sqls),
        keys=options.keys,
        action=options.action,
    )


def _written(staged: StagedTable, rows: SinkRows, *tests: exp.Expr) -> tuple[StagedTable, int]:
    query = rows.select(rows.written, *tests) if tests else rows.all_columns()
    try:
        with faults_as(DUCKDB, f"Sink '{rows.name}'"):
            return staged, staged.write(rows.engine.sql(query.sql("duckdb")).to_arrow_reader(BATCH_ROWS))
    except BaseException:
        staged.discard()
        raise


def _tolerant(target: TableTarget, rows: SinkRows, refused: Refused) -> tuple[StagedTable, int]:
    def attempt(first: int, end: int) -> tuple[StagedTable, int]:
        return _written(_stage(target, rows), rows, *_between(first, end, refused))

    def fault_of(first: int, end: int) -> Fault | None:
        """Try the rows and return why they are refused."""
        try:
            staged, _ = attempt(first, end)
        except ConnectorError as error:
            if error.code not in _REFUSED:
                raise
            return error.faults[0]
        staged.discard()
        return None

    while True:
        try:
            return attempt(0, rows.count)
        except ConnectorError as error:
            if error.code not in _REFUSED or len(refused.faults) >= rows.count:
                raise
            fault, known = error.faults[0], len(refused.faults)
        if known == 0:
            _by_themselves(fault_of, 0, rows.count, refused, rows)
        if len(refused.faults) == known:
            row = _first_clash(fault_of, rows.count)
            _note(refused, row, fault_of(0, row + 1) or fault, rows)


def _by_themselves(
    fault_of: Callable[[int, int], Fault | None], first: int, end: int, refused: Refused, rows: SinkRows
) -> None:
    if first == end or (fault := fault_of(first, end)) is None:
        return
    if end - first == 1:
        _note(refused, first, fault, rows)
        return
    middle = (first + end) // 2
    _by_themselves(fault_of, first, middle, refused, rows)
    _by_themselves(fault_of, middle, end, refused, rows)


def _first_clash(fault_of: Callable[[int, int], Fault | None], end: int) -> int:
    """Return the row with which the shortest beginning that is refused ends."""
    least, most = 0, end
    while least + 1 < most:
        middle = (least + most) // 2
        if fault_of(0, middle) is None:
            least = middle
        else:
            most = middle
    return most - 1


def _note(refused: Refused, row: int, fault: Fault, rows: SinkRows) -> None:
    refused.faults[row] = fault
    if len(refused.faults) > _MOST_REFUSED:
        message = f"Sink '{rows.name}': its table refuses more than {_MOST_REFUSED} rows, such as: {fault.message}"
        raise RunError(Fault("RUN-042", message, cure="Mend the rows before they reach the sink."))


def _between(first: int, end: int, refused: Refused) -> list[exp.Expr]:
    row = exp.column(ROW, quoted=True)
    tests: list[exp.Expr] = [
        exp.GTE(this=row, expression=exp.Literal.number(first)),
        exp.LT(this=row.copy(), expression=exp.Literal.number(end)),
    ]
    out = [number for number in refused.faults if first <= number < end]
    if out:
        tests.append(exp.not_(row.copy().isin(*(exp.Literal.number(number) for number in out), copy=False)))
    return tests


def _script(statements: tuple[str, ...]) -> str | None:
    return ";\n".join(statement.rstrip().rstrip(";") for statement in statements) or None
