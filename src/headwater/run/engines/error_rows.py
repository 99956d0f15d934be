"""Rows that a sink sets apart: those that failed assertions, and those that its table refused.

They land as a file with a header in the store that the flow names for rejected rows, beside what they failed. They are
counted in the activity's output, and no asset of lineage.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pyarrow as pa
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.formats.delimited_text import DelimitedText
from headwater.connectors.protocol import FileStore
from headwater.connectors.statements import count_of, run_statement
from headwater.data.locations import FileLocation
from headwater.plan.resolved import ResolvedDataset
from headwater.run.engines.file_writing import write_file
from headwater.run.engines.sink_rows import ROW, SinkRows
from headwater.run.engines.staged_sink import WrittenFile
from headwater.run.engines.table_sinks import Refused
from headwater.transformations.options import AssertFailures, ErrorRows

# As of the original: a comma, and text in quotes where it has to be.
_FORMAT = DelimitedText(header=True, escape='"')
_REFUSED = "refused rows"

OpenFiles = Callable[[ResolvedDataset], FileStore]


def failed_rows(
    rows: SinkRows, failures: AssertFailures, rejects: ResolvedDataset | None, open_: OpenFiles, key: str
) -> tuple[int, WrittenFile | None]:
    """Return how many rows failed an assertion, and their staged file if there are any.

    Without a store for them they are counted alone. Raises ConnectorError.
    """
    failed = exp.not_(exp.Is(this=exp.column(failures.ids, quoted=True), expression=exp.null()))
    count = count_of(_run(rows, rows.select([exp.Count(this=exp.Star())], failed, taken=False)))
    if count == 0 or rejects is None:
        return count, None
    query = rows.select([*rows.schema.names, failures.ids, failures.messages], failed, taken=False)
    return count, _write(rows, query, failures.target, rejects, open_, f"{rows.name}-assert-{key}")


def refused_rows(
    rows: SinkRows,
    refused: Refused,
    target: ErrorRows | None,
    rejects: ResolvedDataset | None,
    open_: OpenFiles,
    key: str,
) -> WrittenFile | None:
    """Return the staged file of the rows that a table refused, if there are any and they are wanted.

    Each has the SQL operation, the code and the message of its fault behind its columns. Raises ConnectorError.
    """
    if not refused.faults or target is None or rejects is None:
        return None
    told = pa.table(
        {
            ROW: pa.array(list(refused.faults), pa.int64()),
            "error code": [fault.code for fault in refused.faults.values()],
            "error message": [" ".join(fault.message.split()) for fault in refused.faults.values()],
        }
    )
    rows.engine.register(_REFUSED, told)
    try:
        query = _beside(rows, told.column_names[1:])
        return _write(rows, query, target, rejects, open_, f"{rows.name}-rejected-{key}")
    finally:
        rows.engine.unregister(_REFUSED)


def _beside(rows: SinkRows, told: list[str]) -> exp.Query:
    kept, table = exp.to_identifier("kept"), exp.table_(rows.table or "", quoted=True)
    action = rows.options.action
    insert = exp.Literal.string("INSERT")
    operation = (
        insert
        if action is None
        else exp.Coalesce(this=exp.Upper(this=exp.column(action, table=kept, quoted=True)), expressions=[insert])
    )
    columns = [exp.column(name, table="kept", quoted=True) for name in rows.schema.names]
    faults = [exp.column(name, table="told", quoted=True) for name in told]
    same = exp.EQ(
        this=exp.column(ROW, table="kept", quoted=True), expression=exp.column(ROW, table="told", quoted=True)
    )
    return (
        exp.select(*columns, exp.alias_(operation, "SQL operation", quoted=True), *faults)
        .from_(table.as_("kept"))
        .join(exp.table_(_REFUSED, quoted=True).as_("told"), on=same)
        .order_by(exp.column(ROW, table="kept", quoted=True))
    )


def _write(
    rows: SinkRows, query: exp.Query, target: ErrorRows, rejects: ResolvedDataset, open_: OpenFiles, name: str
) -> WrittenFile:
    location = rejects.location
    assert isinstance(location, FileLocation), "planning gives rejected rows a store of files"
    file = f"{name.replace('/', '-')}{_FORMAT.extension}"
    place = msgspec.structs.replace(location, container=target.container, folder=target.folder, file=file)
    store = open_(rejects)
    store.attach(rows.engine)
    return write_file(store, place, query, _FORMAT, rows.engine, rows.name)


def _run(rows: SinkRows, query: exp.Query) -> list[tuple[object, ...]]:
    with faults_as(DUCKDB, f"Sink '{rows.name}'"):
        return run_statement(rows.engine, query)
