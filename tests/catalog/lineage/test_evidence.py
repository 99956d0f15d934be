"""What stands behind an edge: its runs by page, when it held, its columns with their steps."""

import json

import pytest

from catalog.desk import Desk, entity, ref
from catalog.lineage.events import START, moment
from headwater.errors import CatalogError

STEPS = [{"name": "derive1", "kind": "derive", "column": "y", "expression": "x + 1"}]


def tell(desk: Desk, second: int, *writes: str, **more: object) -> None:
    lines = [
        {"source": "a", "sourceColumn": "x", "sink": sink, "sinkColumn": "y", "expression": "x + 1", "steps": STEPS}
        for sink in writes
    ]
    desk.write(
        entity(
            "azure_synapse_operation",
            "p",
            inputs=[ref("DataSet", "a")],
            outputs=[ref("DataSet", name) for name in writes],
            columnLineage=json.dumps(lines),
            runId=f"r{second}",
            lastRunTime=START + second * 1000,
            **more,
        )
    )


def edge_to(desk: Desk, sink: str, second: int) -> str:
    """Return the relationship that led from the process to the sink then."""
    info = desk.catalog.lineage.walk(desk.guid("p", "Process"), direction="OUTPUT", depth=1, as_of=moment(second))
    (found,) = (edge.relationship_id for edge in info.relations if desk.name(edge.to_entity_id) == sink)
    return found


def told(desk: Desk) -> None:
    """Runs 0 to 3 write b, the last one c too; from run 4 on only c is written."""
    desk.write(*(entity("DataSet", name) for name in "abc"))
    for second in range(3):
        tell(desk, second, "b", rowCount=second, dataSize=10 * second)
    tell(desk, 3, "b", "c", rowCount=3, status="Completed")
    tell(desk, 4, "c", rowCount=4)


def test_edge_tells_the_runs_between_its_begin_and_its_end(desk: Desk) -> None:
    told(desk)
    found = desk.catalog.edge_evidence.of(edge_to(desk, "b", 0))
    assert [run.run_id for run in found.runs] == ["r3", "r2", "r1", "r0"]
    assert (found.source.name, found.operation.name, found.sink.name) == ("p", "p", "b")
    assert (found.first_seen, found.last_seen, found.ended_at) == (moment(0), moment(3), moment(4))
    assert (found.rows, found.bytes, found.runs_total) == (3, 20, 4)
    assert found.created_by == "tester"


def test_edge_that_holds_has_no_end(desk: Desk) -> None:
    told(desk)
    found = desk.catalog.edge_evidence.of(edge_to(desk, "c", 4))
    assert [run.run_id for run in found.runs] == ["r4", "r3"]
    assert (found.first_seen, found.ended_at) == (moment(3), None)


def test_pages_of_runs_meet(desk: Desk) -> None:
    told(desk)
    first = desk.catalog.edge_evidence.of(edge_to(desk, "b", 0), limit=3)
    assert (len(first.runs), first.next_offset) == (3, 3)
    rest = desk.catalog.edge_evidence.of(edge_to(desk, "b", 0), limit=3, offset=3)
    assert ([run.run_id for run in rest.runs], rest.next_offset) == (["r0"], None)
    assert rest.rows == 3


def test_evidence_as_of_a_time_leaves_later_runs_out(desk: Desk) -> None:
    told(desk)
    found = desk.catalog.edge_evidence.of(edge_to(desk, "b", 0), as_of=moment(1))
    assert ([run.run_id for run in found.runs], found.last_seen, found.rows) == (["r1", "r0"], moment(1), 1)


def test_column_edges_carry_expression_steps_and_time(desk: Desk) -> None:
    told(desk)
    found = desk.catalog.edge_evidence.of(edge_to(desk, "b", 0))
    (column,) = found.columns
    assert (column.edge.source.name, column.edge.source_column) == ("a", "x")
    assert (column.edge.sink.name, column.edge.sink_column, column.edge.expression) == ("b", "y", "x + 1")
    assert [step.name for step in column.steps] == ["derive1"]
    assert (column.first_seen, column.ended_at, found.columns_total) == (moment(0), moment(4), 1)


def test_edge_into_an_operation_has_the_columns_of_that_input(desk: Desk) -> None:
    told(desk)
    info = desk.catalog.lineage.walk(desk.guid("a", "DataSet"), direction="OUTPUT", depth=1)
    (edge,) = (one.relationship_id for one in info.relations if desk.name(one.to_entity_id) == "p")
    found = desk.catalog.edge_evidence.of(edge)
    assert {column.edge.sink.name for column in found.columns} == {"b", "c"}


def test_evidence_out_of_reach_has_no_names(desk: Desk) -> None:
    told(desk)
    desk.catalog.collections.put("secret", parent=desk.catalog.name, friendly_name="secret", by="tester")
    desk.catalog.moves.move([desk.guid("a", "DataSet")], "secret", by="tester")
    found = desk.catalog.edge_evidence.of(edge_to(desk, "c", 4), readable=frozenset({desk.catalog.name}))
    (column,) = found.columns
    assert (column.edge.source.name, column.edge.source_column, column.edge.expression) == (None, None, None)
    assert (column.edge.sink.name, column.edge.sink_column) == ("c", "y")


@pytest.mark.parametrize(("guid", "code"), [("no-such-guid", "CAT-005"), ("parent", "CAT-005")])
def test_what_is_no_edge_is_refused(guid: str, code: str, desk: Desk) -> None:
    told(desk)
    desk.write(
        entity("azure_synapse_copy_activity", "activity"),
        entity("azure_synapse_operation", "q", rel_parent=ref("azure_synapse_copy_activity", "activity")),
    )
    found = desk.rows("SELECT guid FROM relationships ORDER BY id DESC LIMIT 1")
    with pytest.raises(CatalogError) as refused:
        desk.catalog.edge_evidence.of(str(found[0][0]) if guid == "parent" else guid)
    assert refused.value.code == code


@pytest.mark.parametrize("page", [{"offset": -1}, {"limit": 0}, {"limit": 10_000}])
def test_senseless_page_is_refused(page: dict[str, int], desk: Desk) -> None:
    told(desk)
    with pytest.raises(CatalogError) as refused:
        desk.catalog.edge_evidence.of(edge_to(desk, "c", 4), **page)
    assert refused.value.code == "CAT-026"
