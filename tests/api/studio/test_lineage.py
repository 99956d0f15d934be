from __future__ import annotations

import pytest

from api.studio.conftest import Browser
from api.studio.flights import Demo, Guids, guid
from catalog.desk import Desk
from catalog.lifecycle.factory import report
from headwater.catalog.model import EntityBatch, EntityInput

Json = dict[str, object]


def names(view: Json) -> dict[str, str]:
    return {node["id"]: node["name"] for node in view["nodes"]}


def drawn(view: Json) -> set[str]:
    called = names(view)
    return {f"{called[edge['source']]} > {called[edge['target']]}" for edge in view["edges"]}


def linked(view: Json) -> set[str]:
    """Return the links as text: `flights.csv.dep_delay > CopyFlights.dep_delay`, indirect ones with their subtype."""
    called = names(view)
    found = set()
    for link in view["links"]:
        ends = [f"{called[link[end]['node']]}.{link[end]['column']}" for end in ("source", "target")]
        how = f" {link['subtype']}" if link["kind"] == "INDIRECT" else ""
        found.add(f"{ends[0]}{how} > {ends[1]}")
    return found


@pytest.fixture
def at(filled: Demo) -> Guids:
    return Guids(filled.account)


def test_lineage_reaches_the_files_across_both_workspaces(owner: Browser, at: Guids) -> None:
    view = owner.get("/lineage", params={"guid": at.report}).json()
    assert drawn(view) == {
        "flights.csv > CopyFlights",
        "CopyFlights > flights.parquet",
        "flights.parquet > BuildDelays",
        "airlines.csv > CopyAirlines",
        "CopyAirlines > airlines",
        "airlines > BuildDelays",
        "BuildDelays > delays_by_carrier",
        "delays_by_carrier > ExportDelayReport",
        "ExportDelayReport > delay_report.csv",
    }


def test_lineage_draws_columns_only_when_they_are_chosen(owner: Browser, at: Guids) -> None:
    view = owner.get("/lineage", params={"guid": at.report}).json()
    assert view["links"] == []
    assert all(node["columns"] == [] for node in view["nodes"])


def test_chosen_column_is_traced_to_the_columns_of_the_csv(owner: Browser, at: Guids) -> None:
    params = {"guid": at.report, "column": f"{at.report}~avg_delay", "indirect": "false"}
    assert linked(owner.get("/lineage", params=params).json()) == {
        "flights.csv.dep_delay > CopyFlights.dep_delay",
        "flights.csv.arr_delay > CopyFlights.arr_delay",
        "CopyFlights.dep_delay > flights.parquet.dep_delay",
        "CopyFlights.arr_delay > flights.parquet.arr_delay",
        "flights.parquet.dep_delay > BuildDelays.avg_delay",
        "flights.parquet.arr_delay > BuildDelays.avg_delay",
        "BuildDelays.avg_delay > delays_by_carrier.avg_delay",
        "delays_by_carrier.avg_delay > ExportDelayReport.avg_delay",
        "ExportDelayReport.avg_delay > delay_report.csv.avg_delay",
    }


def test_chosen_column_shows_what_decides_its_rows(owner: Browser, at: Guids) -> None:
    links = linked(owner.get("/lineage", params={"guid": at.report, "column": f"{at.report}~avg_delay"}).json())
    assert "delays_by_carrier.flights FILTER > ExportDelayReport.*" in links
    assert "airlines.carrier JOIN > BuildDelays.*" in links
    assert "airlines.csv.carrier > CopyAirlines.carrier" in links


def test_unfolded_data_flow_leads_through_its_steps(owner: Browser, at: Guids) -> None:
    params = {
        "guid": at.report,
        "column": f"{at.report}~avg_delay",
        "unfold": at.build_by_carrier,
        "indirect": "false",
    }
    view = owner.get("/lineage", params=params).json()
    assert {
        "flights.parquet.dep_delay > Flights.dep_delay",
        "Flown.dep_delay > Delays.delay",
        "Flown.arr_delay > Delays.delay",
        "WithAirline.delay > ByCarrierAndDay.avg_delay",
        "ReportColumns.avg_delay > DelaysByCarrier.avg_delay",
        "DelaysByCarrier.avg_delay > delays_by_carrier.avg_delay",
    } <= linked(view)
    assert {
        "flights.parquet > Flights",
        "airlines > Airlines",
        "Delays > WithAirline",
        "DelaysByCarrier > delays_by_carrier",
    } <= drawn(view)
    assert "flights.parquet > BuildDelays" not in drawn(view)
    steps = {node["name"]: node for node in view["nodes"] if node["kind"] == "step"}
    assert steps["Flown"]["expression"].startswith("Flights filter(")
    assert steps["Flown"]["rows"] == 11_150


def test_unfolded_data_flow_shows_only_the_steps_of_its_sink(owner: Browser, at: Guids) -> None:
    view = owner.get("/lineage", params={"guid": at.report, "unfold": at.build_by_carrier}).json()
    assert "ByOriginAndHour" not in names(view).values()


def test_bubble_counts_what_is_not_drawn_and_expanding_draws_it(owner: Browser, at: Guids) -> None:
    view = owner.get("/lineage", params={"guid": at.report}).json()
    lake = next(node for node in view["nodes"] if node["name"] == "flights.parquet")
    assert (lake["moreUpstream"], lake["moreDownstream"]) == (0, 1)
    more = owner.get("/lineage", params={"guid": at.report, "expand": f"{lake['id']}~downstream"}).json()
    assert "BuildDelays > delays_by_origin_hour.parquet" in drawn(more)
    again = next(node for node in more["nodes"] if node["name"] == "flights.parquet")
    assert again["moreDownstream"] == 0


def test_depth_ends_the_walk(owner: Browser, at: Guids) -> None:
    view = owner.get("/lineage", params={"guid": at.report, "depth": 1}).json()
    assert drawn(view) == {"delays_by_carrier > ExportDelayReport", "ExportDelayReport > delay_report.csv"}
    table = next(node for node in view["nodes"] if node["name"] == "delays_by_carrier")
    assert table["moreUpstream"] == 1


def test_lineage_of_an_activity_shows_all_its_operations(owner: Browser, at: Guids) -> None:
    view = owner.get("/lineage", params={"guid": at.build_activity, "depth": 1}).json()
    assert {"BuildDelays > delays_by_carrier", "BuildDelays > delays_by_origin_hour.parquet"} <= drawn(view)
    assert names(view)[view["focus"]] == "BuildDelays"


def test_process_tells_how_its_last_run_ended(owner: Browser, at: Guids) -> None:
    view = owner.get("/lineage", params={"guid": at.report}).json()
    build = next(node for node in view["nodes"] if node["name"] == "BuildDelays")
    assert (build["kind"], build["family"], build["status"]) == ("process", "dataflow", "Completed")
    assert (build["rows"], build["steps"], build["written"]) == (212, 8, True)
    assert build["detail"] == "reporting › DelayReport"
    assert build["runId"] == "0a000000-0000-0000-0000-000000000003"


def test_assets_of_a_closed_collection_are_boxes_without_a_name(filled: Demo, owner: Browser, at: Guids) -> None:
    account = filled.account
    account.catalog.collections.put("secret", friendly_name="Secret", parent="contoso", by="test")
    hidden = EntityInput(
        type_name="azure_blob_path",
        attributes={"qualifiedName": "https://x.blob.core.windows.net/secret/salaries.csv", "name": "salaries.csv"},
    )
    source = account.catalog.entities.write(EntityBatch([hidden]), by="test", collection="secret")
    new = next(iter(source.guid_assignments.values()), source.mutated_entities["CREATE"][0].guid)
    process = EntityInput(
        type_name="Process",
        attributes={
            "qualifiedName": "p1",
            "name": "Export",
            "inputs": [{"guid": new}],
            "outputs": [{"guid": at.report}],
        },
    )
    account.catalog.entities.write(EntityBatch([process]), by="test")
    reader = account.principals.ensure("user", "reader")
    account.roles.grant(reader, "data-reader", "contoso", by="test")
    account.roles.set_policy("secret", {}, inherits=False, by="test")
    session = account.sign_in.code(reader)
    assert owner.post("/session", json={"token": session}).status_code == 200
    view = owner.get("/lineage", params={"guid": at.report, "depth": 1}).json()
    assert "No access > Export" in drawn(view)
    assert "salaries" not in str(view)


def test_unknown_focus_and_bad_parameters_are_refused(owner: Browser, at: Guids) -> None:
    assert owner.get("/lineage", params={"guid": "00000000-0000-0000-0000-000000000000"}).status_code == 404
    for bad in ({"column": "nothing"}, {"expand": f"{at.report}~sideways"}, {"depth": 99}, {"depth": "deep"}):
        answer = owner.get("/lineage", params={"guid": at.report, **bad})
        assert answer.status_code == 400, bad
        assert answer.json()["faults"][0]["message"]


def test_lineage_as_of_an_earlier_time_is_that_of_then(owner: Browser, filled: Demo) -> None:
    table = guid(filled.account, "azure_sql_table", "delays_by_carrier")
    now = owner.get("/lineage", params={"guid": table, "depth": 2}).json()
    same = owner.get("/lineage", params={"guid": table, "depth": 2, "asOf": "2100-01-01T00:00:00Z"}).json()
    assert same == now
    before = owner.get("/lineage", params={"guid": table, "depth": 2, "asOf": "1999-01-01T00:00:00Z"}).json()
    assert (before["edges"], [node["id"] for node in before["nodes"]]) == ([], [table])
    wrong = owner.get("/lineage", params={"guid": table, "asOf": "soon"})
    assert wrong.status_code == 400


def test_operation_that_the_last_runs_passed_over_is_marked_stale(owner: Browser, filled: Demo) -> None:
    desk = Desk(filled.account.catalog)
    report(desk, 1, "p", "x", {"old": ("s", "t")})
    for run in range(2, 9):
        report(desk, run, "p", "x", {"new": ("s", "u")})
    view = owner.get("/lineage", params={"guid": desk.guid("s", "DataSet"), "depth": 1}).json()
    called = {id: name.rpartition("#")[2] for id, name in names(view).items()}
    assert {called[node["id"]]: node["stale"] for node in view["nodes"]} == {
        "new": False,
        "old": True,
        "s": False,
        "t": False,
        "u": False,
    }
    assert {called[edge["target"]]: edge["stale"] for edge in view["edges"] if called[edge["source"]] == "s"} == {
        "new": False,
        "old": True,
    }
