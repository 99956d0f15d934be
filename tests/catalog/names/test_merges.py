"""Two assets become one, and two again: nothing is lost on the way, and nothing is left behind."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from catalog.desk import Desk, entity, ref
from headwater.catalog.merging.merges import Merge
from headwater.catalog.model import ClassificationInput
from headwater.catalog.types.in_force import Types
from headwater.errors import Conflict, Invalid, NotFound

ONE, OTHER = "mssql://srv/db/dbo/orders", "mssql://listener/db/dbo/Orders"
OUT = "https://a.blob.core.windows.net/out/plain.csv"
# What a merge leaves behind by design: its own record, histories, and keys that were handed out.
KEPT = {"catalog_merged_entities", "catalog_merges", "counters", "entity_changes", "type_versions", "types"}
STAMPS = {"updated_at", "updated_by", "version"}


def everything(desk: Desk) -> dict[str, list[str]]:
    """Return every table as sorted texts, but for history and who changed a row last."""
    with desk.catalog.store.read() as connection:
        look = inspect(connection)
        names = [name for name in look.get_table_names() if name not in KEPT and not name.startswith("documents_")]
        columns = {name: [column["name"] for column in look.get_columns(name)] for name in names}
    found = {}
    for name, all_columns in columns.items():
        wanted = ", ".join(f'"{column}"' for column in all_columns if column not in STAMPS)
        if wanted and not name.endswith("_version") and "fts" not in name:
            found[name] = sorted(map(repr, desk.rows(f"SELECT {wanted} FROM {name}")))
    return found


def table(name: str, columns: Iterable[str], **attributes: object) -> list[dict[str, object]]:
    return [
        entity("azure_sql_table", name, guid=f"-{name}", **attributes),
        *(entity("azure_sql_column", f"{name}#{one}", name=one, rel_table={"guid": f"-{name}"}) for one in columns),
    ]


def operation(name: str, source: str, *columns: str) -> dict[str, object]:
    lines = [{"source": source, "sourceColumn": column, "sinkColumn": column} for column in columns]
    return entity(
        "azure_synapse_operation",
        name,
        inputs=[ref("azure_sql_table", source)],
        outputs=[ref("azure_blob_path", OUT)],
        columnLineage=json.dumps(lines),
    )


def merge(desk: Desk, *, dry_run: bool = False) -> Merge:
    return desk.catalog.merges.merge(desk.guid(ONE), [desk.guid(OTHER)], by="curator", dry_run=dry_run)


def two(desk: Desk) -> None:
    other = table(OTHER, "Bc", owner="sales", description="from a copy")
    desk.write(entity("azure_blob_path", OUT), *table(ONE, "ab", owner="finance"), *other)
    desk.write(operation("first", ONE, "a"), operation("second", OTHER, "b", "c"))


def test_dry_run_tells_what_moves_and_changes_nothing(desk: Desk) -> None:
    two(desk)
    before = everything(desk)
    told = merge(desk, dry_run=True)
    assert told.id is None
    (found,) = told.preview
    assert found.relationships == {"azure_sql_table_columns": 1, "dataset_process_inputs": 1}
    assert found.ended_relationships == {"azure_sql_table_columns": 1}
    assert (found.lineage_edges, found.column_edges) == (1, 2)
    assert (found.merged_columns, found.moved_columns) == (("B",), ("c",))
    assert found.attributes == ("description",)
    (conflict,) = [one for one in found.conflicts if one.attribute == "owner"]
    assert (conflict.kept, conflict.dropped) == ("finance", "sales")
    assert found.aliases == (OTHER,)
    assert everything(desk) == before
    done = merge(desk)
    assert done.preview == told.preview


def test_merged_asset_has_what_both_had(desk: Desk) -> None:
    two(desk)
    merge(desk)
    found = desk.catalog.entities.get(desk.guid(ONE)).entity
    assert (found.attributes["owner"], found.attributes["description"]) == ("finance", "from a copy")
    assert [column.name for column in desk.catalog.assets.columns(found.guid)] == ["a", "b", "c"]
    read = found.relationship_attributes["inputToProcesses"]
    assert isinstance(read, list)
    assert sorted(one["qualifiedName"] for one in read if one["relationshipStatus"] == "ACTIVE") == ["first", "second"]
    sources = "SELECT DISTINCT entity_id FROM column_edges JOIN lineage_columns c ON c.id = source_id"
    assert len(desk.rows(f"{sources} WHERE ended_at IS NULL")) == 1


def test_name_that_was_merged_away_leads_to_the_other(desk: Desk) -> None:
    two(desk)
    away = desk.guid(OTHER)
    merge(desk)
    assert desk.guid(OTHER, "azure_sql_table") == desk.guid(ONE)
    desk.write(*table(OTHER, "cd"))
    assert [column.name for column in desk.catalog.assets.columns(desk.guid(ONE))] == ["a", "b", "c", "d"]
    assert desk.catalog.entities.get(away).entity.status == "DELETED"


def test_tables_of_two_services_merge_with_their_columns(desk: Desk) -> None:
    name = "mssql://pool.sql.azuresynapse.net/db/dbo/orders"
    desk.write(
        *table(ONE, "a"),
        entity("azure_synapse_dedicated_sql_table", name, guid="-1"),
        entity("azure_synapse_dedicated_sql_column", f"{name}#z", name="z", rel_table={"guid": "-1"}),
    )
    before = everything(desk)
    done = desk.catalog.merges.merge(desk.guid(ONE), [desk.guid(name)], by="curator")
    assert desk.catalog.entities.get(desk.guid(f"{ONE}#z")).entity.type_name == "azure_sql_column"
    assert [column.name for column in desk.catalog.assets.columns(desk.guid(ONE))] == ["a", "z"]
    assert done.id
    desk.catalog.merges.undo(done.id, by="curator")
    assert everything(desk) == before


def test_files_merge_with_their_schemas_and_sets(desk: Desk) -> None:
    names = [f"https://a.blob.core.windows.net/c/f{number}.csv" for number in (1, 2, 3)]
    for name in names:
        desk.write(
            entity("azure_blob_path", name, guid="-1", size=1),
            entity("tabular_schema", f"{name}#__tabular_schema", guid="-2", rel_associatedDataset={"guid": "-1"}),
            entity("column", f"{name}#__tabular_schema//x", name="x", rel_composeSchema={"guid": "-2"}),
        )
    before = everything(desk)
    done = desk.catalog.merges.merge(desk.guid(names[0]), [desk.guid(names[2])], by="curator")
    assert desk.rows("SELECT files, bytes FROM resource_sets") == [(2, 2)]
    assert done.id
    desk.catalog.merges.undo(done.id, by="curator")
    assert everything(desk) == before


def test_lineage_written_in_between_goes_with_the_one_it_speaks_of(desk: Desk) -> None:
    two(desk)
    done = merge(desk)
    desk.write(operation("third", OTHER, "b"), operation("fourth", ONE, "a"))
    assert done.id
    desk.catalog.merges.undo(done.id, by="curator")
    readers = {}
    for name in (ONE, OTHER):
        held = desk.catalog.entities.get(desk.guid(name)).entity.relationship_attributes["inputToProcesses"]
        assert isinstance(held, list)
        readers[name] = sorted(one["qualifiedName"] for one in held if one["relationshipStatus"] == "ACTIVE")
    assert readers == {ONE: ["first", "fourth"], OTHER: ["second", "third"]}


def test_what_others_wrote_since_stays_when_a_merge_is_undone(desk: Desk) -> None:
    two(desk)
    done = merge(desk)
    desk.write(entity("azure_sql_table", ONE, owner="new owner", displayName="Orders"))
    assert done.id
    desk.catalog.merges.undo(done.id, by="curator")
    found = desk.catalog.entities.get(desk.guid(ONE)).entity.attributes
    assert (found["owner"], found["displayName"], found["description"]) == ("new owner", "Orders", None)


def test_merge_is_undone_once_and_the_latest_first(desk: Desk) -> None:
    two(desk)
    third = "mssql://third/db/dbo/orders"
    desk.write(*table(third, "a"))
    first = merge(desk)
    later = desk.catalog.merges.merge(desk.guid(third), [desk.guid(ONE)], by="curator")
    assert first.id
    assert later.id
    with pytest.raises(Conflict):
        desk.catalog.merges.undo(first.id, by="curator")
    desk.catalog.merges.undo(later.id, by="curator")
    desk.catalog.merges.undo(first.id, by="curator")
    with pytest.raises(Conflict) as refused:
        desk.catalog.merges.undo(first.id, by="curator")
    assert [fault.code for fault in refused.value.faults] == ["CAT-165"]
    assert [one.undone_by for one in desk.catalog.merges.of(desk.guid(ONE))] == ["curator", "curator"]


def test_entities_that_cannot_be_one_are_refused(desk: Desk) -> None:
    two(desk)
    desk.write(entity("azure_sql_schema", "mssql://srv/db/dbo"))
    guids = [desk.guid(ONE), desk.guid("mssql://srv/db/dbo"), desk.guid("first"), desk.guid(f"{OTHER}#c")]
    with pytest.raises(Invalid) as refused:
        desk.catalog.merges.merge(desk.guid(ONE), guids, by="curator")
    assert [fault.code for fault in refused.value.faults] == ["CAT-164"] * 4
    with pytest.raises(NotFound):
        desk.catalog.merges.merge(desk.guid(ONE), ["no-such-guid"], by="curator")


def classification(desk: Desk) -> None:
    document = {"classificationDefs": [{"name": "Secret", "superTypes": [], "attributeDefs": []}]}
    types: Types = desk.catalog.types
    if "Secret" not in types.current.classifications:
        types.create(document, by="tester")


@dataclass(frozen=True)
class Choices:
    one: frozenset[str]
    other: frozenset[str]
    reads: list[tuple[bool, frozenset[str]]]
    both: bool
    direct: bool
    marked: str
    labels: frozenset[str]


CHOICES = st.builds(
    Choices,
    one=st.frozensets(st.sampled_from("abcd"), max_size=3),
    other=st.frozensets(st.sampled_from("ABde"), max_size=3),
    reads=st.lists(st.tuples(st.booleans(), st.frozensets(st.sampled_from("abde"), max_size=2)), max_size=3),
    both=st.booleans(),
    direct=st.booleans(),
    marked=st.sampled_from(["one", "other", "both", "neither"]),
    labels=st.frozensets(st.sampled_from(["x", "y"])),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=CHOICES)
def test_merge_and_undo_change_nothing(desk: Desk, choices: Choices) -> None:
    """Read over every table but history."""
    run = "".join("abcdefghij"[int(digit)] for digit in str(len(desk.rows("SELECT 1 FROM catalog_merges"))))
    one, other = f"{ONE}_{run}", f"{OTHER}_{run}"
    classification(desk)
    _write(desk, run, (one, other), choices)
    before = everything(desk)
    done = desk.catalog.merges.merge(desk.guid(one), [desk.guid(other)], by="curator")
    assert desk.guid(other, "azure_sql_table") == desk.guid(one)
    assert done.id
    desk.catalog.merges.undo(done.id, by="curator")
    after = everything(desk)
    assert {name: (rows, after[name]) for name, rows in before.items() if after[name] != rows} == {}


def _write(desk: Desk, run: str, names: tuple[str, str], choices: Choices) -> None:
    one, other = names
    desk.write(
        entity("azure_blob_path", OUT),
        *table(one, sorted(choices.one), owner="a"),
        *table(other, sorted(choices.other), description="b"),
    )
    desk.write({**entity("azure_sql_table", other), "contacts": {"Owner": [{"id": "ann"}]}})
    if choices.labels:
        desk.catalog.labels.add(desk.guid(other), sorted(choices.labels), by="tester")
    for position, (mine, columns) in enumerate(choices.reads):
        desk.write(operation(f"read {run} {position}", one if mine else other, *sorted(columns)))
    if choices.both:
        inputs = [ref("azure_sql_table", name) for name in names]
        desk.write(
            entity("azure_synapse_operation", f"both {run}", inputs=inputs, outputs=[ref("azure_blob_path", OUT)])
        )
    if choices.direct:
        desk.write(entity("azure_sql_table", one, rel_sinks=[ref("azure_sql_table", other)]))
    for name, said in ((one, ("one", "both")), (other, ("other", "both"))):
        if choices.marked in said:
            given = ClassificationInput(type_name="Secret", propagate=True)
            desk.catalog.classifications.add([desk.guid(name)], [given], by="tester")
