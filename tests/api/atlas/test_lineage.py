"""Lineage over HTTP as Purview answers it, and as of a time; derived through resource sets."""

import datetime

import httpx
import msgspec
import pytest

from api.served import Served
from headwater.catalog.lineage.nodes import Drawn
from headwater.catalog.model import EntityHeader

ATLAS = "/datamap/api/atlas/v2"
AT = 1_700_000_000_000
SET, FILE = "azure_datalake_gen2_resource_set", "azure_datalake_gen2_path"
W = "/subscriptions/s/resourceGroups/r/providers/Microsoft.DataFactory/factories/f"


def ref(type_name: str, name: str) -> dict[str, object]:
    return {"typeName": type_name, "uniqueAttributes": {"qualifiedName": name}}


def entity(type_name: str, name: str, relation: dict[str, object] | None = None, **more: object) -> dict[str, object]:
    attributes = {"qualifiedName": name, "name": name.rpartition("/")[2], **more}
    return {"typeName": type_name, "attributes": attributes, "relationshipAttributes": relation or {}}


def copy(number: int, reads: list[str], writes: list[str]) -> dict[str, object]:
    return entity(
        "adf_copy_operation",
        f"{W}/pipelines/p/activities/a#{number}",
        {"parent": ref("adf_copy_activity", f"{W}/pipelines/p/activities/a")},
        inputs=[ref("DataSet", name) for name in reads],
        outputs=[ref("DataSet", name) for name in writes],
    )


@pytest.fixture
def copied(server: Served, client: httpx.Client) -> dict[str, str]:
    """x, y → op → z, inside an activity of a pipeline of a factory."""
    client.headers["authorization"] = f"Bearer {server.account.tokens.issue(server.account.owner).text}"
    entities = [
        *(entity("DataSet", name) for name in "xyz"),
        entity("azure_data_factory", W),
        entity("adf_pipeline", f"{W}/pipelines/p", {"workspace": ref("azure_data_factory", W)}),
        entity(
            "adf_copy_activity",
            f"{W}/pipelines/p/activities/a",
            {"pipeline": ref("adf_pipeline", f"{W}/pipelines/p")},
        ),
        copy(1, ["x", "y"], ["z"]),
    ]
    client.post(f"{ATLAS}/entity/bulk", json={"entities": entities}).raise_for_status()
    guid_of = server.account.catalog.entities.guid_of
    named = {"op": ("Process", f"{W}/pipelines/p/activities/a#1"), "a": ("Process", f"{W}/pipelines/p/activities/a")}
    named |= {name: ("DataSet", name) for name in "xyz"}
    return {key: guid_of(*value) for key, value in named.items()}


def ask(client: httpx.Client, path: str, **params: object) -> dict[str, object]:
    answer = client.get(f"{ATLAS}/lineage/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_answer_has_every_field_that_the_portal_asks_for(client: httpx.Client, copied: dict[str, str]) -> None:
    portal = {
        "depth": 3,
        "width": 6,
        "direction": "BOTH",
        "includeParent": "true",
        "getDerivedLineage": "true",
        "forceNewApi": "true",
        "api-version": "2023-09-01",
    }
    found = ask(client, copied["a"], **portal)
    op = copied["op"]
    assert found["baseEntityGuid"] == copied["a"]
    assert (found["lineageDepth"], found["lineageWidth"], found["lineageDirection"]) == (3, 6, "BOTH")
    assert (found["includeParent"], found["childrenCount"]) == (True, 1)
    assert {(edge["fromEntityId"], edge["toEntityId"]) for edge in found["relations"]} == {
        (copied["x"], op),
        (copied["y"], op),
        (op, copied["z"]),
    }
    assert all(edge["relationshipId"] for edge in found["relations"])
    names = {guid: node["displayText"] for guid, node in found["guidEntityMap"].items()}
    chain = [(names[one["childEntityId"]], names[one["parentEntityId"]]) for one in found["parentRelations"]]
    assert chain == [("a#1", "a"), ("a", "p"), ("p", "f")]
    assert found["widthCounts"] == {
        "INPUT": {op: 2, copied["x"]: 0, copied["y"]: 0},
        "OUTPUT": {op: 1, copied["z"]: 0},
    }


def test_node_is_the_header_of_its_entity(client: httpx.Client, copied: dict[str, str]) -> None:
    client.post(f"{ATLAS}/entity/guid/{copied['x']}/labels", json=["label-1"]).raise_for_status()
    found = ask(client, copied["x"], direction="OUTPUT")
    for guid, node in found["guidEntityMap"].items():
        assert node == client.get(f"{ATLAS}/entity/guid/{guid}/header").json()


def test_drawn_node_has_the_fields_of_a_header() -> None:
    """A walk passes stored JSON on and so has a shape of its own."""

    def fields(type: type) -> dict[str, str]:
        return {field.name: field.encode_name for field in msgspec.structs.fields(type)}

    assert fields(Drawn) == fields(EntityHeader)


def test_lineage_by_unique_attribute_is_that_by_guid(client: httpx.Client, copied: dict[str, str]) -> None:
    by_name = ask(client, "uniqueAttribute/type/DataSet", **{"attr:qualifiedName": "x", "direction": "OUTPUT"})
    assert by_name == ask(client, copied["x"], direction="OUTPUT")


@pytest.mark.parametrize("prefix", ["/datamap/api", "/catalog/api", "/api"])
@pytest.mark.parametrize("end", ["next", "next/"])
def test_next_page_answers_as_purview_does(prefix: str, end: str, client: httpx.Client, copied: dict[str, str]) -> None:
    asked = {"direction": "INPUT", "offset": 1, "limit": 1, "getDerivedLineage": "true", "api-version": "x"}
    found = client.get(f"{prefix}/lineage/{copied['op']}/{end}", params=asked).json()
    assert (found["includeParent"], found["lineageDepth"], found["lineageWidth"]) == (False, 1, -1)
    assert (found["childrenCount"], found["widthCounts"], found["parentRelations"]) == (-1, {"INPUT": None}, [])
    (edge,) = found["relations"]
    assert edge["toEntityId"] == copied["op"]
    assert edge["fromEntityId"] in (copied["x"], copied["y"])


def test_as_of_shows_what_held_then(client: httpx.Client, copied: dict[str, str]) -> None:
    body = {"entities": [{**copy(1, ["x"], ["z"])}]}
    begun = datetime.datetime.now(datetime.UTC)
    client.post(f"{ATLAS}/entity/bulk", json=body).raise_for_status()
    assert len(ask(client, copied["op"])["relations"]) == 2
    for when in (begun.isoformat(), begun.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), begun.isoformat().replace("+", " ")):
        assert len(ask(client, copied["op"], asOf=when)["relations"]) == 3
    page = client.get(
        f"/datamap/api/lineage/{copied['op']}/next", params={"direction": "INPUT", "asOf": begun.isoformat()}
    )
    assert len(page.json()["relations"]) == 2
    assert ask(client, copied["op"], asOf="2001-01-01")["relations"] == []


@pytest.mark.parametrize("params", [{"asOf": "now"}, {"depth": "0"}, {"width": "0"}, {"direction": "x"}])
def test_senseless_parameters_are_refused(params: dict[str, str], client: httpx.Client, copied: dict[str, str]) -> None:
    answer = client.get(f"{ATLAS}/lineage/{copied['x']}", params=params)
    assert answer.status_code == 400
    assert answer.json()["errorCode"].startswith("ATLAS-400")


def test_lineage_of_a_resource_set_is_derived_from_its_files(client: httpx.Client, copied: dict[str, str]) -> None:
    folder = "https://a.dfs.core.windows.net/lake/sales"
    files = [f"{folder}/part-{n}.csv" for n in range(3)]
    entities: list[object] = [entity(FILE, name) for name in files]
    entities += [copy(2, ["x"], files[:1]), copy(3, files[1:2], ["z"])]
    client.post(f"{ATLAS}/entity/bulk", json={"entities": entities}).raise_for_status()
    query = {"attr:qualifiedName": f"{folder}/part-{{N}}.csv"}
    found = client.get(f"{ATLAS}/entity/uniqueAttribute/type/{SET}", params=query)
    assert found.status_code == 200, found.text
    guid = found.json()["entity"]["guid"]
    assert ask(client, guid)["relations"] == []
    derived = ask(client, guid, getDerivedLineage="true", depth=1)
    ends = {edge["fromEntityId"] for edge in derived["relations"]} | {
        edge["toEntityId"] for edge in derived["relations"]
    }
    assert {copied["x"], copied["z"]} <= ends
    assert derived["childrenCount"] == 3
    assert {one["parentEntityId"] for one in derived["parentRelations"]} == {guid}
