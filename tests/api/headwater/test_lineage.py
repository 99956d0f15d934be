"""Impact, ways, evidence and columns over HTTP: what is asked, what is answered, and to whom."""

import csv
import io
import json

import httpx
import pytest

from api.served import Served

BULK = "/datamap/api/atlas/v2/entity/bulk"
AT = 1_700_000_000_000
OWN = "/headwater/v1/lineage"


def headers(server: Served, name: str = "owner") -> dict[str, str]:
    principal = server.account.owner if name == "owner" else server.account.principals.ensure("user", name)
    return {"authorization": f"Bearer {server.account.tokens.issue(principal).text}"}


def ref(type_name: str, name: str) -> dict[str, object]:
    return {"typeName": type_name, "uniqueAttributes": {"qualifiedName": name}}


def entity(type_name: str, name: str, **attributes: object) -> dict[str, object]:
    return {"typeName": type_name, "attributes": {"qualifiedName": name, "name": name, **attributes}}


def operation(number: int, source: str, sink: str) -> dict[str, object]:
    line = {"source": source, "sourceColumn": "c,1", "sinkColumn": "c,1", "expression": "trim(c)"}
    return entity(
        "azure_synapse_operation",
        f"op{number}",
        inputs=[ref("DataSet", source)],
        outputs=[ref("DataSet", sink)],
        columnLineage=json.dumps([line]),
        runId=f"run{number}",
        lastRunTime=AT + number * 1000,
        status="Completed",
        rowCount=number,
    )


@pytest.fixture
def guids(server: Served, client: httpx.Client) -> dict[str, str]:
    """a → op1 → b → op2 → c."""
    client.headers.update(headers(server))
    names = ["a", "b", "c"]
    entities = [*(entity("DataSet", name) for name in names), operation(1, "a", "b"), operation(2, "b", "c")]
    client.post(BULK, json={"entities": entities}).raise_for_status()
    guid_of = server.account.catalog.entities.guid_of
    return {name: guid_of("Asset", name) for name in (*names, "op1", "op2")}


def ask(client: httpx.Client, path: str, **params: object) -> dict[str, object]:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_impact_lists_assets_columns_and_runs(client: httpx.Client, guids: dict[str, str]) -> None:
    found = ask(client, f"{OWN}/{guids['a']}/impact")
    assert found["totals"] == {"assets": 2, "columns": 2, "operations": 2, "hidden": 0, "truncated": False}
    last = found["value"][1]
    assert (last["asset"]["name"], last["distance"], last["kind"]) == ("c", 2, "DIRECT")
    assert [hop["operation"]["name"] for hop in last["path"]] == ["op1", "op2"]
    assert last["lastRun"]["runId"] == "run2"
    assert last["columns"][0]["path"][-1]["expression"] == "trim(c)"


def test_impact_of_columns_upstream_and_as_of(client: httpx.Client, guids: dict[str, str]) -> None:
    url = f"{OWN}/{guids['c']}/impact"
    every = ask(client, url, direction="INPUT", columns="c,,1")
    assert (every["columns"], every["totals"]["assets"]) == (["c,1"], 2)
    assert ask(client, url, direction="upstream", columns="c,1")["totals"]["assets"] == 0
    early = ask(client, url, direction="INPUT", asOf="2023-11-14T22:13:21Z")
    assert early["totals"]["assets"] == 0


def test_impact_as_csv_has_a_row_for_each_column(client: httpx.Client, guids: dict[str, str]) -> None:
    answer = client.get(f"{OWN}/{guids['a']}/impact", headers={"accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["name"], row["distance"], row["column"], row["columnKind"], row["via"]) for row in rows] == [
        ("b", "1", "c,1", "DIRECT", "op1"),
        ("c", "2", "c,1", "DIRECT", "op1 > op2"),
    ]
    assert [row["lastRunId"] for row in rows] == ["run1", "run2"]


def test_csv_of_a_page_names_the_next_one(client: httpx.Client, guids: dict[str, str]) -> None:
    url, accept = f"{OWN}/{guids['a']}/impact", {"accept": "text/csv"}
    first = client.get(url, params={"limit": 1}, headers=accept)
    rest = client.get(url, params={"continuation": first.headers["x-headwater-continuation"]}, headers=accept)
    assert [text.count("\r\n") for text in (first.text, rest.text)] == [2, 2]
    assert "x-headwater-continuation" not in rest.headers


def test_path_goes_one_way(client: httpx.Client, guids: dict[str, str]) -> None:
    found = ask(client, f"{OWN}/path", **{"from": guids["a"], "to": guids["c"]})
    assert (found["outcome"], found["distance"]) == ("FOUND", 2)
    assert [hop["asset"]["name"] for hop in found["path"]] == ["b", "c"]
    back = ask(client, f"{OWN}/path", **{"from": guids["c"], "to": guids["a"]})
    assert (back["outcome"], back["distance"], back["path"]) == ("NONE", None, [])
    near = ask(client, f"{OWN}/path", **{"from": guids["a"], "to": guids["c"], "depth": 1})
    assert near["outcome"] == "NONE_WITHIN_DEPTH"


def test_path_between_columns_names_what_each_step_does(client: httpx.Client, guids: dict[str, str]) -> None:
    asked = {"from": guids["a"], "to": guids["c"], "fromColumn": "c,1", "toColumn": "c,1"}
    found = ask(client, f"{OWN}/path", **asked)
    assert [(hop["operation"]["name"], hop["expression"]) for hop in found["columns"]] == [
        ("op1", "trim(c)"),
        ("op2", "trim(c)"),
    ]
    refused = client.get(f"{OWN}/path", params={"from": guids["a"], "to": guids["c"], "fromColumn": "c,1"})
    assert refused.status_code == 400


def test_impact_of_an_operation_lists_the_columns_that_it_writes(client: httpx.Client, guids: dict[str, str]) -> None:
    found = ask(client, f"{OWN}/{guids['op1']}/impact")
    assert found["totals"] == {"assets": 2, "columns": 2, "operations": 2, "hidden": 0, "truncated": False}
    first = found["value"][0]["columns"][0]
    assert (first["name"], first["distance"], first["path"][0]["operation"]["name"]) == ("c,1", 1, "op1")
    answer = client.get(f"{OWN}/{guids['op1']}/impact", headers={"accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["name"], row["column"], row["columnDistance"], row["lastRunId"]) for row in rows] == [
        ("b", "c,1", "1", "run1"),
        ("c", "c,1", "2", "run2"),
    ]


def test_path_goes_through_sets_where_that_is_asked_for(client: httpx.Client, guids: dict[str, str]) -> None:
    member = entity("resource_set_file", "file") | {
        "relationshipAttributes": {"resourceSet": ref("resource_set", "set")}
    }
    entities = [entity("resource_set", "set"), member, operation(3, "a", "file"), operation(4, "set", "b")]
    client.post(BULK, json={"entities": entities}).raise_for_status()
    file = client.get(f"{OWN}/{guids['a']}/impact").json()["value"]
    (guid,) = (one["asset"]["guid"] for one in file if one["asset"]["name"] == "file")
    asked = {"from": guid, "to": guids["c"]}
    assert ask(client, f"{OWN}/path", **asked)["outcome"] == "NONE"
    found = ask(client, f"{OWN}/path", **asked, getDerivedLineage="true")
    assert (found["outcome"], found["distance"]) == ("FOUND", 2)
    assert [(hop["asset"]["name"], hop["derived"]) for hop in found["path"]] == [
        ("set", True),
        ("b", False),
        ("c", False),
    ]
    between = {"fromColumn": "c,1", "toColumn": "c,1", "getDerivedLineage": "true"}
    refused = client.get(f"{OWN}/path", params=asked | between)
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "ATLAS-400-00-026")


def test_edge_tells_its_runs_and_columns(client: httpx.Client, guids: dict[str, str]) -> None:
    walk = ask(client, f"/datamap/api/atlas/v2/lineage/{guids['op1']}", direction="OUTPUT", depth=1)
    (edge,) = (one for one in walk["relations"] if one["toEntityId"] == guids["b"])
    found = ask(client, f"{OWN}/edge/{edge['relationshipId']}")
    assert [run["runId"] for run in found["runs"]] == ["run1"]
    assert (found["source"]["name"], found["sink"]["name"], found["rows"]) == ("op1", "b", 1)
    assert found["columns"][0]["edge"]["expression"] == "trim(c)"
    assert client.get(f"{OWN}/edge/none").status_code == 404


def test_columns_as_of_a_time(client: httpx.Client, guids: dict[str, str]) -> None:
    url = f"{OWN}/{guids['c']}/columns"
    assert len(ask(client, url, direction="INPUT")["edges"]) == 2
    assert len(ask(client, url, direction="INPUT", depth=1, kind="DIRECT")["edges"]) == 1
    assert len(ask(client, url, direction="OUTPUT")["edges"]) == 0
    then = ask(client, f"{OWN}/{guids['b']}/columns", asOf="2023-11-14T22:13:21+00:00")
    assert len(then["edges"]) == 1


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("impact", {"direction": "AROUND"}),
        ("impact", {"depth": "0"}),
        ("impact", {"depth": "deep"}),
        ("impact", {"limit": "0"}),
        ("impact", {"continuation": "'"}),
        ("impact", {"asOf": "yesterday"}),
        ("impact", {"asOf": "99999-01-01"}),
        ("columns", {"direction": "AROUND"}),
        ("columns", {"kind": "SOME"}),
        ("columns", {"depth": "0"}),
        ("columns", {"limit": "0"}),
    ],
)
def test_senseless_question_is_answered_with_400(
    path: str, params: dict[str, str], client: httpx.Client, guids: dict[str, str]
) -> None:
    answer = client.get(f"{OWN}/{guids['a']}/{path}", params=params)
    assert (answer.status_code, bool(answer.json()["errorMessage"])) == (400, True)


def test_unknown_entities_are_answered_with_404(client: httpx.Client, guids: dict[str, str]) -> None:
    for path in ("no-such/impact", "no-such/columns", f"path?from={guids['a']}&to=no-such"):
        assert client.get(f"{OWN}/{path}").status_code == 404


def test_reader_of_one_end_sees_no_names_of_the_other(
    server: Served, client: httpx.Client, guids: dict[str, str]
) -> None:
    root = server.account.catalog.name
    server.account.catalog.collections.put("secret", parent=root, friendly_name="secret", by="owner")
    server.account.catalog.collections.put("open", parent=root, friendly_name="open", by="owner")
    server.account.catalog.moves.move([guids["b"], guids["op1"]], "secret", by="owner")
    server.account.catalog.moves.move([guids["a"], guids["c"], guids["op2"]], "open", by="owner")
    reader = server.account.principals.ensure("user", "reader")
    server.account.roles.grant(reader, "data-reader", "open", by="owner")
    client.headers.update(headers(server, "reader"))
    impact = ask(client, f"{OWN}/{guids['a']}/impact")
    assert (impact["totals"]["assets"], impact["totals"]["hidden"]) == (2, 1)
    (one,) = impact["value"]
    assert [hop["asset"]["name"] for hop in one["path"]] == [None, "c"]
    path = ask(client, f"{OWN}/path", **{"from": guids["a"], "to": guids["c"]})
    assert [hop["operation"]["name"] for hop in path["path"]] == [None, "op2"]
    columns = ask(client, f"{OWN}/{guids['a']}/columns", direction="OUTPUT")
    walk = ask(client, f"/datamap/api/atlas/v2/lineage/{guids['a']}", direction="BOTH")
    for told in (impact, path, columns, walk):
        text = json.dumps(told)
        assert '"b"' not in text
        assert "op1" not in text
    assert walk["guidEntityMap"][guids["b"]]["displayText"] == "(not yours to read)"
    for path_to in (f"{guids['b']}/impact", f"{guids['b']}/columns", f"path?from={guids['b']}&to={guids['c']}"):
        assert client.get(f"{OWN}/{path_to}").status_code == 403
    (edge,) = (one for one in walk["relations"] if one["toEntityId"] == guids["b"])
    assert client.get(f"{OWN}/edge/{edge['relationshipId']}").status_code == 403


def test_manual_lineage_needs_a_curator_at_both_ends(
    server: Served, client: httpx.Client, guids: dict[str, str]
) -> None:
    root = server.account.catalog.name
    server.account.catalog.collections.put("mine", parent=root, friendly_name="mine", by="owner")
    server.account.catalog.moves.move([guids["a"]], "mine", by="owner")
    curator = server.account.principals.ensure("user", "curator")
    server.account.roles.grant(curator, "data-curator", "mine", by="owner")
    body = {
        "typeName": "direct_lineage_dataset_dataset",
        "end1": {"guid": guids["a"]},
        "end2": {"guid": guids["c"]},
        "attributes": {"columnMapping": '[{"Source":"c,1","Sink":"made up"}]'},
    }
    url = "/datamap/api/atlas/v2/relationship"
    assert client.post(url, json=body, headers=headers(server, "curator")).status_code == 403
    made = client.post(url, json=body)
    assert made.status_code == 200
    found = ask(client, f"{OWN}/{guids['c']}/columns", columns="made up", direction="INPUT")
    assert [edge["sourceColumn"] for edge in found["edges"]] == ["c,1"]
    assert client.delete(f"{url}/guid/{made.json()['guid']}").status_code == 204
    assert ask(client, f"{OWN}/{guids['c']}/columns", columns="made up", direction="INPUT")["edges"] == []
