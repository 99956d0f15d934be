"""Data flows on made-up rows: what runs, what lands, what is traced, and what is said of those that do not run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from headwater.definition.load import load_folder
from headwater.definition.workspace import Workspace
from headwater.run.rehearsal.outcome import FlowRehearsal, Untraced
from headwater.run.rehearsal.perform import Terms, rehearse_flow

ORDERS = Path(__file__).parents[2] / "fixtures" / "rehearsal" / "orders"


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load_folder(ORDERS)


def rehearsed(workspace: Workspace, name: str, folder: Path, **terms: object) -> FlowRehearsal:
    asked = replace(Terms(folder), **terms)  # type: ignore[arg-type]  # whatever a test wants changed
    return rehearse_flow(workspace, workspace.find_data_flow(name), asked)


def test_flow_with_join_lookup_exists_and_filter_fills_every_sink(workspace: Workspace, tmp_path: Path) -> None:
    result = rehearsed(workspace, "MeetingKeys", tmp_path, rows=400)
    assert result.ran, result.faults
    assert {sink.name: sink.rows > 0 for sink in result.sinks} == dict.fromkeys(
        ("Chile", "Andes", "Others", "BlockedOrders"), True
    )
    assert result.is_traced
    assert {source.rows for source in result.sources} == {400}


@pytest.mark.parametrize("seed", range(2, 6))
def test_flow_fills_every_sink_whatever_the_seed(workspace: Workspace, tmp_path: Path, seed: int) -> None:
    result = rehearsed(workspace, "MeetingKeys", tmp_path, rows=600, seed=seed)
    assert all(sink.rows for sink in result.sinks), result.sinks


def test_flow_of_one_seed_gives_the_same_rows(workspace: Workspace, tmp_path: Path) -> None:
    first, second = (rehearsed(workspace, "MeetingKeys", tmp_path / str(number)) for number in range(2))
    assert (first.sources, first.sinks) == (second.sources, second.sinks)


def test_texts_that_the_flow_converts_do_convert(workspace: Workspace, tmp_path: Path) -> None:
    result = rehearsed(workspace, "Texts", tmp_path)
    assert result.ran, result.faults
    # Of seven columns that are asked whether they are null, a tenth each is.
    assert result.sinks[0].rows > 60


def test_source_without_columns_gets_those_that_the_flow_asks_for(workspace: Workspace, tmp_path: Path) -> None:
    result = rehearsed(workspace, "Undeclared", tmp_path, is_kept=True)
    assert result.ran, result.faults
    assert [(source.name, source.is_guessed) for source in result.sources] == [("Left", True), ("Right", True)]
    left = pq.read_schema(tmp_path / "sources" / "Left.parquet").names
    assert set(left) == {"order_key", "price", "quantity", "ordered_on"}
    assert pq.read_schema(tmp_path / "sources" / "Right.parquet").names == ["right_key"]


def test_upserts_and_deletes_change_a_table_that_has_half_of_the_keys(workspace: Workspace, tmp_path: Path) -> None:
    result = rehearsed(workspace, "Upserts", tmp_path, rows=100, is_kept=True)
    assert result.ran, result.faults
    orders = pq.read_table(tmp_path / "sources" / "Orders.parquet").to_pylist()
    with duckdb.connect(str(tmp_path / "tables.duckdb"), read_only=True) as database:
        kept = {key for (key,) in database.sql('SELECT order_id FROM dbo."Table"').fetchall()}
    deleted = {row["order_id"] for row in orders if row["gone"]}
    assert deleted
    assert kept == {row["order_id"] for row in orders} - deleted
    assert str(tmp_path / "sinks" / "Table.parquet") == result.sinks[0].path


def test_kept_folder_of_an_earlier_rehearsal_is_used_again(workspace: Workspace, tmp_path: Path) -> None:
    first, second = (rehearsed(workspace, "Upserts", tmp_path, rows=40, is_kept=True) for _ in range(2))
    assert first.sinks == second.sinks
    assert pq.read_metadata(tmp_path / "sinks" / "Table.parquet").num_rows <= 40


def test_unknown_column_is_told_with_caret_and_cure(workspace: Workspace, tmp_path: Path) -> None:
    result = rehearsed(workspace, "UnknownColumn", tmp_path)
    (fault,) = result.faults
    assert (result.failed, fault.code, fault.place.line) == ("type", "LNG-021", 5)
    assert fault.place.file == "dataflow/UnknownColumn.json"
    assert fault.place.excerpt is not None
    assert fault.place.excerpt.endswith("^^^^^^")
    assert dict(result.stages()) == {"parse": True, "type": False, "run": False}


def test_script_that_does_not_parse_is_told_as_such(workspace: Workspace, tmp_path: Path) -> None:
    result = rehearsed(workspace, "Unparsed", tmp_path)
    assert (result.failed, result.faults[0].code) == ("parse", "LNG-001")


def test_missing_datasets_and_options_are_needs_and_no_failures(workspace: Workspace, tmp_path: Path) -> None:
    result = rehearsed(workspace, "Missing", tmp_path)
    assert result.ran, result.faults
    said = "\n".join(fault.message for fault in result.needs)
    assert 'There is no dataset "NoSuchDataset"' in said
    assert 'Sink "Nowhere" of data flow "Missing" has no dataset' in said
    assert 'Source "Gone" sets netChanges, which is not supported' in said


def test_what_a_script_asks_of_another_kind_of_store_is_a_need(workspace: Workspace, tmp_path: Path) -> None:
    result = rehearsed(workspace, "Asks", tmp_path)
    assert result.ran, result.faults
    assert [fault.message for fault in result.needs] == [
        'Sink "Result" sets preSQLs, but dataset "Result" is files',
    ]


def test_column_made_from_nothing_is_told_with_its_expression(workspace: Workspace, tmp_path: Path) -> None:
    (sink,) = rehearsed(workspace, "Missing", tmp_path).sinks
    assert sink.untraced == (
        Untraced("day", "derive 'Made' makes it from no column: $day"),
        Untraced("made", "derive 'Made' makes it from no column: currentTimestamp()"),
    )
    assert sink.is_traced


def test_store_without_connector_is_needed_unless_it_is_bound(workspace: Workspace, tmp_path: Path) -> None:
    codes = [fault.code for fault in rehearsed(workspace, "Upserts", tmp_path / "1").needs]
    bound = rehearsed(workspace, "Upserts", tmp_path / "2", bound=frozenset({"Warehouse"}))
    assert "CON-002" in codes
    assert "CON-002" not in [fault.code for fault in bound.needs]


def test_flow_that_takes_too_long_is_stopped_and_told(workspace: Workspace, tmp_path: Path) -> None:
    result = rehearsed(workspace, "MeetingKeys", tmp_path, limit_s=0.0)
    (fault,) = result.faults
    assert (result.failed, fault.code) == ("run", "RUN-004")
    assert "--rows" in fault.cure
