"""The activities of a pipeline that touch stores, with stand-ins in the place of every store.

A copy's source that nobody has written before gets made-up rows; a data flow is rehearsed as it is alone, with the
parameters that the activity gives.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from headwater.connectors import duckdb
from headwater.connectors.folder import FolderFiles
from headwater.connectors.protocol import AnyStore, FileStore
from headwater.data.locations import FileLocation, QueryLocation, TableLocation
from headwater.data.schema import Column, Schema
from headwater.data.types import ANY, STRING, DataType
from headwater.definition.activities.execute_data_flow import ExecuteDataFlowBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, PlanError, RunError
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.plan.data_flow import flow_parameters
from headwater.plan.lookup import cure_for_name, find
from headwater.plan.resolved import ColumnMapping, CopyPlan, ResolvedDataset
from headwater.run.activities.copy import CopyRunner
from headwater.run.activities.protocol import ActivityResult, SinkToken, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.copy.files import source_files
from headwater.run.copy.options import CopyOptions, read_options, with_read_settings
from headwater.run.copy.perform import perform_copy
from headwater.run.engines.output import flow_output
from headwater.run.engines.reading import files_of, tables_of
from headwater.run.rehearsal.asks import Asks
from headwater.run.rehearsal.made_up import MadeUpOutput
from headwater.run.rehearsal.perform import Terms, staged_rehearsal
from headwater.run.rehearsal.prepare import PreparedFlow, parsed, prepare
from headwater.run.rehearsal.rows import Generator
from headwater.run.rehearsal.scratch import Scratch, file_name
from headwater.settings import Binding

_UNASKED = ("column1", "column2", "column3")


@dataclass(frozen=True, slots=True)
class StandIns:
    """A folder for each store of files and a database file for each store of tables, below one folder."""

    folder: Path

    def clear(self) -> None:
        """Remove what an earlier rehearsal left in the folder."""
        for name in ("files", "tables"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def connect(self, dataset: ResolvedDataset) -> AnyStore:
        store = dataset.location.store
        name = file_name(store.linked_service)
        if isinstance(dataset.location, FileLocation):
            return FolderFiles(self.folder / "files" / name)
        return duckdb.open_binding(store, Binding(url=f"duckdb:tables/{name}.duckdb"), self.folder, "tables")


@dataclass(frozen=True, slots=True)
class RehearsedCopy:
    """Runs activities of type Copy between stand-ins."""

    terms: Terms

    def plan(self, activity: Activity, workspace: Workspace, context: Context) -> CopyPlan:
        plan = CopyRunner().plan(activity, workspace, context)
        return _for_stand_in(replace(plan, source=_without_query(plan.source)))

    def input(self, plan: CopyPlan) -> Mapping[str, Json]:
        return CopyRunner().input(plan)

    def sinks(self, plan: CopyPlan) -> Mapping[str, ResolvedDataset]:
        return CopyRunner().sinks(plan)

    def run(self, plan: CopyPlan, surroundings: Surroundings) -> ActivityResult:
        target = _absent(plan, surroundings)
        if target is not None:
            self._make(plan, target, surroundings)
        return perform_copy(plan, surroundings)

    def _make(self, plan: CopyPlan, target: ResolvedDataset, surroundings: Surroundings) -> None:
        """Write made-up rows where the copy will read, with the copy's own writer."""
        scratch = Scratch(surroundings.scratch / "made up")
        scratch.clear()
        made = scratch.file("sources", "rows")
        asks = Asks({})
        asks.unique.update(("rows", name) for name in _keys(plan))
        generator = Generator({"rows": _columns(plan)}, asks, self.terms.rows, f"{self.terms.seed}/{target.name}")
        scratch.fill(made, generator.table("rows"))
        writing = CopyPlan(
            source=made,
            sink=target,
            source_type="ParquetSource",
            sink_type=plan.sink_type,
            source_properties={},
            sink_properties={"tableOption": "autoCreate"} if target.format is None else {},
            mapping=None,
            settings={},
        )
        perform_copy(
            writing,
            replace(
                surroundings,
                connect=lambda dataset: scratch.files if dataset is made else surroundings.connect(dataset),
                announce=lambda _: None,
                progress=lambda _: None,
                checkpoint=_NoCheckpoint(),
                resumption=None,
            ),
        )


class _NoCheckpoint:
    """Of a write that no crash has to survive."""

    def prepared(self, tokens: Sequence[SinkToken], result: ActivityResult) -> None:
        """Forget it."""


@dataclass(frozen=True, slots=True)
class RehearsedFlowPlan:
    prepared: PreparedFlow


@dataclass(frozen=True, slots=True)
class RehearsedDataFlow:
    """Runs activities of type ExecuteDataFlow on made-up rows, and carries those whose output is made up."""

    terms: Terms

    def plan(self, activity: Activity, workspace: Workspace, context: Context) -> RehearsedFlowPlan | MadeUpOutput:
        if isinstance(activity.body, MadeUpOutput):
            return activity.body
        body = typed_body(activity, ExecuteDataFlowBody)
        flow = find(workspace.data_flows, body.data_flow.name)
        if flow is None:
            cure = cure_for_name(body.data_flow.name, workspace.data_flows)
            message = f'There is no data flow "{body.data_flow.name}"'
            raise PlanError(Fault("PLN-015", message, body.data_flow.place, cure))
        _, texts = flow_parameters(body, context)
        return RehearsedFlowPlan(prepare(workspace, flow, parsed(flow), texts))

    def input(self, plan: RehearsedFlowPlan | MadeUpOutput) -> Mapping[str, Json]:
        if isinstance(plan, MadeUpOutput):
            return {}
        return {"dataflow": {"referenceName": plan.prepared.flow.name, "type": "DataFlowReference"}}

    def sinks(self, plan: RehearsedFlowPlan | MadeUpOutput) -> Mapping[str, ResolvedDataset]:  # noqa: ARG002
        # What lands in the attempt's own scratch folder needs no token.
        return {}

    def run(self, plan: RehearsedFlowPlan | MadeUpOutput, surroundings: Surroundings) -> ActivityResult:
        if isinstance(plan, MadeUpOutput):
            return ActivityResult(output=plan.output)
        terms = replace(self.terms, folder=surroundings.scratch / "flow", engine=surroundings.engine)
        with staged_rehearsal(plan.prepared, terms, surroundings.cancelled) as done:
            return ActivityResult(output=flow_output(done.staged))


@dataclass(slots=True)
class RehearsalClock:
    """The machine's time, but nobody waits: what a pipeline would wait for is added to it."""

    _ahead: datetime.timedelta = datetime.timedelta()

    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC) + self._ahead

    def wait(self, signal: threading.Event, until: datetime.datetime) -> None:
        if not signal.is_set() and (left := until - self.now()) > datetime.timedelta():
            self._ahead += left


def _without_query(source: ResolvedDataset) -> ResolvedDataset:
    """Return a source that reads a query as one that reads a table of its own: the query's tables are not here."""
    location = source.location
    if not isinstance(location, QueryLocation):
        return source
    digest = hashlib.sha256(location.text.encode()).hexdigest()[:8]
    return replace(source, location=TableLocation(location.store, None, f"{source.name} query {digest}"))


def _for_stand_in(plan: CopyPlan) -> CopyPlan:
    """Return a copy without what only the real store can do, and with its tables made where they are not."""
    queries = ("oracleReaderQuery", "query", "sqlReaderQuery")
    source = {name: value for name, value in plan.source_properties.items() if name not in queries}
    sink = {name: value for name, value in plan.sink_properties.items() if name != "preCopyScript"}
    if isinstance(plan.sink.location, TableLocation):
        sink["tableOption"] = "autoCreate"
    return replace(plan, source_properties=source, sink_properties=sink)


def _absent(plan: CopyPlan, surroundings: Surroundings) -> ResolvedDataset | None:
    """Return where rows must be made up for the copy to read, or None if there is something already."""
    source = plan.source
    store = surroundings.connect(source)
    if not isinstance(source.location, FileLocation):
        return None if tables_of(store, source).describe(source.location) is not None else source
    read = with_read_settings(plan)
    options = read_options(read)
    if _has_files(files_of(store, source), source.location, options):
        return None
    return replace(source, location=_fitting_file(source, source.location, options))


def _has_files(store: FileStore, location: FileLocation, options: CopyOptions) -> bool:
    try:
        return bool(source_files(store, location, options))
    except RunError:
        return False


def _fitting_file(source: ResolvedDataset, location: FileLocation, options: CopyOptions) -> FileLocation:
    """Return a file that the copy's wildcards find."""
    extension = source.format.extension if source.format is not None else ""
    folder, file = options.wildcard_folder or location.folder, options.wildcard_file or location.file
    if options.prefix is not None:
        folder, _, start = options.prefix.rpartition("/")
        file = f"{start}rows{extension}"
    return msgspec.structs.replace(location, folder=_plain(folder), file=_plain(file or f"rows{extension}"))


def _plain(wildcard: str) -> str:
    """Return a name that a wildcard fits."""
    return re.sub(r"\*+", "rows", wildcard).replace("?", "x").replace("^", "").strip("/")


def _keys(plan: CopyPlan) -> Iterator[str]:
    """Yield the source's columns that are keys of an upsert."""
    upsert = plan.sink_properties.get("upsertSettings")
    keys = upsert.get("keys") if isinstance(upsert, dict) else None
    by_sink = {one.sink: one.source for one in plan.mapping or ()}
    for key in keys if isinstance(keys, list) else ():
        yield by_sink.get(str(key), str(key))


def _columns(plan: CopyPlan) -> Schema:
    """Return the columns of a copy's source: as stored, as mapped, else as its sink has them.

    A text is made up so that it fits the sink's column.
    """
    mapped = {one.source: one for one in plan.mapping or () if one.source}
    kept = {column.name: column.type for column in plan.source.schema}
    names = (*kept, *(name for name in mapped if name not in kept)) or plan.sink.schema.names or _UNASKED
    return Schema(
        tuple(Column(name, _type(kept.get(name), mapped.get(name), name, plan.sink.schema)) for name in names)
    )


def _type(stored: DataType | None, mapped: ColumnMapping | None, name: str, sink: Schema) -> DataType:
    target = sink.find(name if mapped is None else mapped.sink)
    tries = (
        None if stored == STRING else stored,
        None if mapped is None or mapped.source_type == STRING else mapped.source_type,
        None if mapped is None else mapped.sink_type,
        None if target is None else target.type,
    )
    return next((type_ for type_ in tries if type_ not in (None, ANY)), STRING) or STRING
