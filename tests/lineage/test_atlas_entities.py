"""A fact → the request that the account gets."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from headwater.lineage.facts import LineageFact
from headwater.lineage.sinks.atlas_entities import COLUMNS, HOLDERS, OPERATIONS_IN_A_BODY, bodies
from lineage.fixture_blocks import FIXTURES
from lineage.made import IDENTITY, event, expected, fact

REQUESTS = sorted(file.stem for file in (FIXTURES / "requests").glob("*.json"))
TYPEDEFS = Path(__file__).parents[2] / "src" / "headwater" / "catalog" / "typedefs" / "built_in"


def request_of(made: LineageFact) -> dict[str, list[dict[str, object]]]:
    [body] = bodies(made)
    return json.loads(body.encode())


@pytest.mark.parametrize("name", REQUESTS)
def test_fact_becomes_its_request(name: str) -> None:
    assert request_of(fact(name)) == json.loads(expected("requests", f"{name}.json").read_text(encoding="utf-8"))


def test_factory_has_its_own_types() -> None:
    made = msgspec.structs.replace(
        fact("copy_with_mapping"), identity=msgspec.structs.replace(IDENTITY, kind="factory")
    )
    entities = request_of(made)["entities"]
    assert [one["typeName"] for one in entities[:3]] == ["azure_data_factory", "adf_pipeline", "adf_copy_activity"]
    assert entities[-1]["typeName"] == "adf_copy_operation"
    name = entities[0]["attributes"]["qualifiedName"]
    assert name == "/subscriptions/aaaa/resourceGroups/rg/providers/Microsoft.DataFactory/factories/ingest"


def test_iterations_that_fill_one_sink_from_other_files_stay_apart() -> None:
    """The digest of the inputs parts them, so no edge joins an input and a sink that did not meet."""
    first = fact("copy_wildcard").operations[0]
    other = fact("copy_wildcard").operations[1].inputs
    names = {operation.digest for operation in (first, msgspec.structs.replace(first, inputs=other))}
    assert len(names) == 2
    swapped = msgspec.structs.replace(first, inputs=(*other, *first.inputs))
    assert swapped.digest == msgspec.structs.replace(first, inputs=(*first.inputs, *other)).digest


def test_columnmapping_says_direct_edges_only() -> None:
    mapping = json.loads(request_of(fact("data_flow"))["entities"][-1]["attributes"]["columnMapping"])
    pairs = [(pair["Source"], pair["Sink"]) for one in mapping for pair in one["ColumnMapping"]]
    assert pairs == [("dep_delay", "avg_delay"), ("name", "airline")]


def test_many_operations_are_parted_into_several_requests() -> None:
    one = event("copy_wildcard").movements[0]
    location = one.sink.location
    many = tuple(
        msgspec.structs.replace(
            one, sink=msgspec.structs.replace(one.sink, location=msgspec.structs.replace(location, file=f"{i}.csv"))
        )
        for i in range(OPERATIONS_IN_A_BODY + 1)
    )
    parted = list(bodies(fact("copy_wildcard", movements=many)))
    assert [len(body.operations) for body in parted] == [OPERATIONS_IN_A_BODY, 1]
    for body in parted:
        guids = [entity["guid"] for entity in body.entities]
        assert len(set(guids)) == len(guids)


def relationship_ends() -> set[tuple[str, str]]:
    ends = set()
    for file in TYPEDEFS.glob("*.json"):
        for definition in json.loads(file.read_text(encoding="utf-8")).get("relationshipDefs", []):
            ends |= {(definition[end]["type"], definition[end]["name"]) for end in ("endDef1", "endDef2")}
    return ends


@pytest.mark.parametrize(("type_name", "relation"), [*HOLDERS.items(), *COLUMNS.values()])
def test_relationship_is_one_that_the_catalog_has(type_name: str, relation: str) -> None:
    nothing_above = {"azure_mysql_schema", "azure_sql_dw_db"}
    if type_name not in nothing_above and not (type_name.startswith("azure_synapse") and relation == "server"):
        assert (type_name, relation) in relationship_ends()
