"""OpenLineage's Python client, unmodified: each transport, compressed or not, and every facet that it can write."""

from __future__ import annotations

import datetime
import importlib
import inspect
import pkgutil
import uuid
from collections.abc import Iterator, Sequence

import attr
import pytest
import requests
from openlineage.client import OpenLineageClient, generated
from openlineage.client.event_v2 import (
    Dataset,
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
)
from openlineage.client.generated import base, column_lineage_dataset, lineage, parent_run, schema_dataset
from openlineage.client.naming.dataset import ABFSS, Postgres

from api.served import served
from foreign.conftest import Receiver
from headwater.lineage.sinks.openlineage_events import events
from lineage.made import EVENTS, fact

PRODUCER = "https://example.org/nightly"
SOURCE = ABFSS(container="lake", service="acct", path="raw/orders.csv")
SINK = Postgres(host="pg.local", port="5432", database="dw", schema="public", table="orders")


def at(second: int) -> str:
    return datetime.datetime(2026, 3, 1, 0, 0, second, tzinfo=datetime.UTC).isoformat()


def happened(
    state: RunState,
    run: Run,
    job: Job,
    *,
    second: int = 0,
    inputs: Sequence[InputDataset] = (),
    outputs: Sequence[OutputDataset] = (),
) -> RunEvent:
    return RunEvent(
        eventTime=at(second),
        run=run,
        job=job,
        producer=PRODUCER,
        eventType=state,
        inputs=list(inputs),
        outputs=list(outputs),
    )


def run_events() -> list[RunEvent]:
    run, job = Run(str(uuid.uuid4())), Job("airflow", "nightly.load")
    fields = [schema_dataset.SchemaDatasetFacetFields(name="id", type="int")]
    source = InputDataset(
        SOURCE.get_namespace(), SOURCE.get_name(), facets={"schema": schema_dataset.SchemaDatasetFacet(fields=fields)}
    )
    how = column_lineage_dataset.Transformation(type="DIRECT", subtype="IDENTITY")
    origin = column_lineage_dataset.InputField(source.namespace, source.name, "id", transformations=[how])
    columns = column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={"order_id": column_lineage_dataset.Fields(inputFields=[origin])}
    )
    sink = OutputDataset(SINK.get_namespace(), SINK.get_name(), facets={"columnLineage": columns})
    return [
        happened(RunState.START, run, job, inputs=[source]),
        happened(RunState.COMPLETE, run, job, second=1, inputs=[source], outputs=[sink]),
    ]


def transport(receiver: Receiver, kind: str, compression: str | None) -> dict[str, object]:
    settings: dict[str, object] = {
        "type": kind,
        "url": receiver.server.url,
        "auth": {"type": "api_key", "apiKey": receiver.key},
        "timeout": 30.0,
    }
    return settings if compression is None else {**settings, "compression": compression}


@pytest.mark.parametrize("compression", [None, "gzip"])
@pytest.mark.parametrize("kind", ["http", "async_http"])
def test_run_arrives_over_each_transport(receiver: Receiver, kind: str, compression: str | None) -> None:
    client = OpenLineageClient(config={"transport": transport(receiver, kind, compression)})
    for event in run_events():
        client.emit(event)
    assert client.close(30.0)
    assert receiver.edges() == {("orders.csv", "orders")}
    assert receiver.column_edges() == {("orders.csv", "id", "orders", "order_id")}


def test_run_arrives_over_a_composite_once(receiver: Receiver) -> None:
    both = {"one": transport(receiver, "http", None), "two": transport(receiver, "http", "gzip")}
    client = OpenLineageClient(config={"transport": {"type": "composite", "transports": both}})
    for event in run_events():
        client.emit(event)
    assert client.close(30.0)
    assert receiver.counts()["openlineage_operation"] == 1


def test_environment_alone_configures_the_client(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", receiver.server.url)
    monkeypatch.setenv("OPENLINEAGE_API_KEY", receiver.key)
    OpenLineageClient().emit(run_events()[1])
    assert receiver.edges() == {("orders.csv", "orders")}


def test_static_events_arrive(receiver: Receiver) -> None:
    client = OpenLineageClient(config={"transport": transport(receiver, "http", None)})
    source, sink = (Dataset(name.get_namespace(), name.get_name()) for name in (SOURCE, SINK))
    declared = JobEvent(
        eventTime=at(0),
        producer=PRODUCER,
        job=Job("airflow", "declared"),
        inputs=[InputDataset(source.namespace, source.name)],
        outputs=[OutputDataset(sink.namespace, sink.name)],
    )
    client.emit(declared)
    client.emit(
        DatasetEvent(eventTime=at(1), producer=PRODUCER, dataset=base.StaticDataset(source.namespace, "raw/other.csv"))
    )
    assert receiver.edges() == {("orders.csv", "orders")}
    assert receiver.counts()["azure_datalake_gen2_path"] == 2


def test_explicit_lineage_of_a_job_is_taken_as_said(receiver: Receiver) -> None:
    source = lineage.LineageDatasetInput(SOURCE.get_namespace(), SOURCE.get_name(), "DATASET", field="id")
    entry = lineage.LineageDatasetEntry(
        SINK.get_namespace(), SINK.get_name(), "DATASET", fields={"order_id": lineage.LineageFieldEntry([source])}
    )
    job = Job("airflow", "told", facets={"lineage": lineage.LineageJobFacet([entry])})
    client = OpenLineageClient(config={"transport": transport(receiver, "http", None)})
    client.emit(happened(RunState.COMPLETE, Run(str(uuid.uuid4())), job))
    assert receiver.column_edges() == {("orders.csv", "id", "orders", "order_id")}


def test_parent_of_a_run_holds_its_job(receiver: Receiver) -> None:
    parent = parent_run.ParentRunFacet(parent_run.Run(str(uuid.uuid4())), parent_run.Job("airflow", "nightly"))
    run = Run(str(uuid.uuid4()), facets={"parent": parent})
    client = OpenLineageClient(config={"transport": transport(receiver, "http", None)})
    client.emit(happened(RunState.START, run, Job("airflow", "nightly.load")))
    assert receiver.counts()["openlineage_job"] == 2


def test_refused_key_is_raised_to_the_caller(receiver: Receiver) -> None:
    wrong = {**transport(receiver, "http", None), "auth": {"type": "api_key", "apiKey": "wrong"}}
    with pytest.raises(requests.HTTPError, match="401"):
        OpenLineageClient(config={"transport": wrong}).emit(run_events()[0])


def facets() -> Iterator[tuple[str, type[base.BaseFacet]]]:
    """Yield every facet of the client, with the key under which an event has it."""
    kinds = (base.RunFacet, base.JobFacet, base.DatasetFacet, base.InputDatasetFacet, base.OutputDatasetFacet)
    for module in pkgutil.iter_modules(generated.__path__):
        found = importlib.import_module(f"openlineage.client.generated.{module.name}")
        for name, type_ in inspect.getmembers(found, inspect.isclass):
            if issubclass(type_, kinds) and type_ not in kinds and type_.__module__ == found.__name__:
                yield name, type_


FACETS = dict(facets())
KEYS = ("OutputDatasetFacet", "InputDatasetFacet", "DatasetFacet", "RunFacet", "JobFacet")


def made(type_: type) -> object:
    """Return an object with its required fields filled in by their types."""
    attr.resolve_types(type_)
    values = {
        field.name: filled(field.type, field.name)
        for field in attr.fields(type_)
        if field.init and field.default is attr.NOTHING
    }
    return type_(**values)


def filled(type_: object, field: str = "") -> object:
    if type_ is str:
        return at(0) if "Time" in field else str(uuid.UUID(int=7))
    name = str(type_)
    origin = getattr(type_, "__origin__", None)
    if attr.has(type_):  # type: ignore[arg-type]
        return made(type_)  # type: ignore[arg-type]
    if origin is list:
        return [filled(type_.__args__[0])]  # type: ignore[attr-defined]
    if origin is dict:
        return {"key": filled(type_.__args__[1])}  # type: ignore[attr-defined]
    if origin is not None or "|" in name:
        arguments = type_.__args__  # type: ignore[attr-defined]
        return arguments[0] if isinstance(arguments[0], str) else filled(arguments[0])
    if isinstance(type_, type) and hasattr(type_, "__members__"):
        return next(iter(type_))  # type: ignore[call-overload]
    simple = {bool: True, int: 1, float: 1.0}
    return simple.get(type_, {})  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def facet_receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with served(tmp_path_factory.mktemp("facets")) as server:
        yield Receiver(server, server.account.principals.add_secret(server.account.owner.id))


@pytest.mark.parametrize("name", sorted(FACETS))
def test_every_facet_of_the_client_is_taken(facet_receiver: Receiver, name: str) -> None:
    facet = made(FACETS[name])
    ending = next(ending for ending in KEYS if issubclass(FACETS[name], getattr(base, ending)))
    key = name.removesuffix(ending)
    key = key[:1].lower() + key[1:]
    given = {key: facet}
    run = Run(str(uuid.uuid4()), facets=given if ending == "RunFacet" else {})
    job = Job("facets", name, facets=given if ending == "JobFacet" else {})
    source = InputDataset(
        "s3://bucket",
        f"in/{name}.csv",
        facets=given if ending == "DatasetFacet" else {},
        inputFacets=given if ending == "InputDatasetFacet" else {},
    )
    sink = OutputDataset("s3://bucket", f"out/{name}.csv", outputFacets=given if ending == "OutputDatasetFacet" else {})
    client = OpenLineageClient(config={"transport": transport(facet_receiver, "http", None)})
    client.emit(happened(RunState.COMPLETE, run, job, inputs=[source], outputs=[sink]))
    assert any(one.endswith(f"{name}.csv") for one, _ in facet_receiver.edges()) or key == "lineage"


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_our_own_events_are_what_the_specification_describes(name: str) -> None:
    """The client's classes are generated from the published schemas: what they take has the right parts."""
    for event in events(fact(name)):
        said = {"run": event["run"], "job": event["job"], "inputs": event["inputs"], "outputs": event["outputs"]}
        RunEvent(
            eventTime=event["eventTime"],
            producer=event["producer"],
            eventType=RunState[event["eventType"]],
            run=Run(event["run"]["runId"]),
            job=Job(event["job"]["namespace"], event["job"]["name"]),
        )
        for key, facet in found_facets(said):
            type_ = next(type_ for one, type_ in FACETS.items() if one.lower().startswith(key.lower()))
            parts = {part: value for part, value in facet.items() if not part.startswith("_")}
            assert fits(type_, parts), (key, parts)
            assert facet["_producer"] == event["producer"]
            assert facet["_schemaURL"].rpartition("/")[2] == type_._get_schema().rpartition("/")[2]


def found_facets(value: object) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(value, dict):
        for key in ("facets", "inputFacets", "outputFacets"):
            yield from value.get(key, {}).items()
        for inner in value.values():
            yield from found_facets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from found_facets(inner)


def fits(type_: object, value: object) -> bool:
    """Tell whether JSON has the parts that a generated class wants, all the way down."""
    origin = getattr(type_, "__origin__", None)
    if attr.has(type_):  # type: ignore[arg-type]
        attr.resolve_types(type_)  # type: ignore[arg-type]
        fields = {field.name: field for field in attr.fields(type_) if field.init}  # type: ignore[arg-type]
        required = {name for name, field in fields.items() if field.default is attr.NOTHING}
        assert isinstance(value, dict)
        assert required <= value.keys() <= fields.keys(), (type_, value.keys())
        return all(fits(fields[name].type, inner) for name, inner in value.items())
    if origin is list:
        return isinstance(value, list) and all(fits(type_.__args__[0], inner) for inner in value)  # type: ignore[attr-defined]
    if origin is dict:
        assert isinstance(value, dict)
        return all(fits(type_.__args__[1], inner) for inner in value.values())  # type: ignore[attr-defined]
    if "|" in str(type_) or origin is not None:
        kinds = type_.__args__  # type: ignore[attr-defined]
        return value is None or any(fits(kind, value) for kind in kinds if kind is not type(None))
    return isinstance(value, type_) if isinstance(type_, type) else True
