"""Spellings of one thing meet on one asset, whichever came first; spellings of two things do not."""

import json
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from catalog.desk import Desk, entity, ref
from headwater.catalog.catalog import Catalog
from headwater.errors import Invalid, NotFound

FIXTURES = Path(__file__).parents[2] / "fixtures" / "catalog" / "names"
PAIRS = json.loads((FIXTURES / "pairs.json").read_text(encoding="utf-8"))
TABLE, SPELLED = "mssql://srv/db/dbo/Orders", "mssql://SRV:1433/DB/[dbo]/[orders]"
FILE = "https://a.blob.core.windows.net/out/orders.csv"


@pytest.mark.parametrize("turned", [False, True], ids=["one first", "other first"])
def test_names_meet_as_the_fixture_says(turned: bool, desk: Desk) -> None:
    """One desk for all pairs: what one leaves behind is deleted before the next."""
    wrong = []
    for case in PAIRS:
        first, then = (case["other"], case["one"]) if turned else (case["one"], case["other"])
        made = desk.write(entity(*first, guid="-1")).guid_assignments["-1"]
        other = desk.write(entity(*then, guid="-1")).guid_assignments["-1"]
        together = desk.write(entity(*first, guid="-1"), entity(*then, guid="-2")).guid_assignments
        if (made == other, together["-1"], together["-2"]) != (case["meet"], made, other):
            wrong.append(case["title"])
        desk.catalog.entities.delete(sorted({made, other}), by="tester")
    assert wrong == []


def test_names_of_one_batch_meet_too(desk: Desk) -> None:
    wrong = []
    for case in PAIRS:
        made = desk.write(entity(*case["one"], guid="-1"), entity(*case["other"], guid="-2")).guid_assignments
        if (made["-1"] == made["-2"]) != case["meet"]:
            wrong.append(case["title"])
        desk.catalog.entities.delete(sorted(set(made.values())), by="tester")
    assert wrong == []


def test_first_spelling_stays_and_the_other_is_kept(desk: Desk) -> None:
    desk.write(entity("azure_sql_table", TABLE, name="Orders"))
    desk.write(entity("azure_sql_table", SPELLED, name="orders", description="x"), by="scanner")
    found = desk.catalog.entities.get(desk.guid(TABLE)).entity
    assert [found.attributes[name] for name in ("qualifiedName", "name", "description")] == [TABLE, "Orders", "x"]
    (alias,) = desk.catalog.aliases.of(found.guid)
    told = (alias.qualified_name, alias.origin, alias.created_by, alias.rules)
    assert told == (SPELLED, "written", "scanner", ("default port", "hostname case", "square brackets", "store case"))
    assert desk.rows("SELECT action FROM entity_changes ORDER BY version") == [("UPDATE",), ("ALIAS_ADD",)]


def test_writing_a_spelling_again_changes_nothing(desk: Desk) -> None:
    desk.write(entity("azure_sql_table", TABLE, name="Orders"))
    desk.write(entity("azure_sql_table", SPELLED, name="orders"))
    version = desk.catalog.entities.get(desk.guid(TABLE)).entity.version
    assert desk.write(entity("azure_sql_table", SPELLED, name="orders")).mutated_entities == {}
    assert desk.catalog.entities.get(desk.guid(TABLE)).entity.version == version


def test_lookup_by_name_takes_any_spelling_of_any_fitting_type(desk: Desk) -> None:
    desk.write(entity("azure_sql_view", TABLE))
    guid = desk.guid(TABLE)
    assert desk.guid(SPELLED, "azure_sql_view") == guid
    assert desk.guid(SPELLED, "azure_sql_dw_table") == guid
    assert desk.guid(SPELLED, "DataSet") == guid
    with pytest.raises(NotFound):
        desk.guid(SPELLED, "azure_postgresql_table")
    with pytest.raises(NotFound):
        desk.guid("mssql://srv/db/dbo/Other", "azure_sql_table")


def test_exact_name_goes_before_any_other(desk: Desk) -> None:
    """Two that stood before their spellings met stay two."""
    desk.write(entity("azure_postgresql_table", "postgresql://h/d/public/t"))
    desk.write(entity("azure_postgresql_table", "postgresql://h/d/public/T"))
    desk.catalog.aliases.give(desk.guid("postgresql://h/d/public/t"), [], by="tester")
    assert desk.guid("postgresql://h/d/public/T") != desk.guid("postgresql://h/d/public/t")


def test_column_meets_the_one_that_its_table_takes_for_the_same(desk: Desk) -> None:
    desk.write(
        entity("azure_sql_table", TABLE, guid="-1"),
        entity("azure_sql_column", f"{TABLE}#Id", name="Id", rel_table={"guid": "-1"}),
    )
    desk.write(
        entity("azure_sql_dw_table", SPELLED, guid="-1"),
        entity("azure_sql_dw_column", f"{SPELLED}#ID", name="ID", rel_table={"guid": "-1"}),
        entity("azure_sql_dw_column", f"{SPELLED}#Total", name="Total", rel_table=ref("azure_sql_dw_table", SPELLED)),
    )
    assert [column.name for column in desk.catalog.assets.columns(desk.guid(TABLE))] == ["Id", "Total"]
    assert desk.catalog.entities.get(desk.guid(f"{TABLE}#Total")).entity.type_name == "azure_sql_column"


def test_column_of_a_store_that_minds_case_stays_apart(desk: Desk) -> None:
    table = "postgresql://h/d/public/t"
    for column in ("id", "ID"):
        desk.write(
            entity("azure_postgresql_table", table, guid="-1"),
            entity("azure_postgresql_column", f"{table}#{column}", name=column, rel_table={"guid": "-1"}),
        )
    assert [column.name for column in desk.catalog.assets.columns(desk.guid(table))] == ["id", "ID"]


def test_table_that_turns_out_to_be_a_view_becomes_one_with_its_columns(desk: Desk) -> None:
    desk.write(
        entity("azure_sql_schema", "mssql://srv/db/dbo", guid="-3"),
        entity("azure_sql_table", TABLE, guid="-1", rel_dbSchema={"guid": "-3"}),
        entity("azure_sql_column", f"{TABLE}#Id", name="Id", rel_table={"guid": "-1"}),
    )
    guid = desk.guid(TABLE)
    desk.write(
        entity("azure_sql_view", TABLE.lower(), guid="-1", rel_dbSchema=ref("azure_sql_schema", "mssql://srv/db/dbo")),
        entity("azure_sql_column", f"{TABLE.lower()}#Id", name="Id", rel_view={"guid": "-1"}),
    )
    found = desk.catalog.entities.get(guid).entity
    assert (found.type_name, desk.catalog.entities.counts()["azure_sql_view"]) == ("azure_sql_view", 1)
    assert "azure_sql_table" not in desk.catalog.entities.counts()
    assert [column.name for column in desk.catalog.assets.columns(guid)] == ["Id"]
    held = found.relationship_attributes
    assert isinstance(held["columns"], list)
    assert [one["relationshipType"] for one in held["columns"]] == ["azure_sql_view_columns"]
    assert isinstance(held["dbSchema"], dict)
    assert held["dbSchema"]["relationshipType"] == "azure_sql_schema_views"
    told = desk.rows("SELECT action FROM entity_changes WHERE action <> 'UPDATE' ORDER BY version")
    assert told == [("ALIAS_ADD",), ("TYPE_UPDATE",)]
    desk.write(entity("azure_sql_table", TABLE, description="a copy knows no better"))
    assert desk.catalog.entities.get(guid).entity.type_name == "azure_sql_view"


def test_copy_and_scan_meet_with_their_lineage(desk: Desk) -> None:
    """What an operation says of another spelling is of the asset, and reads back as it was written."""
    desk.write(entity("azure_sql_table", TABLE), entity("azure_blob_path", FILE))
    lineage = json.dumps([{"source": SPELLED, "sourceColumn": "id", "sink": FILE, "sinkColumn": "id"}])
    desk.write(
        entity("azure_sql_table", SPELLED, guid="-1"),
        entity(
            "azure_synapse_operation",
            "copy",
            inputs=[{"guid": "-1"}],
            outputs=[ref("azure_blob_path", FILE)],
            columnLineage=lineage,
        ),
    )
    found = desk.catalog.entities.get(desk.guid("copy")).entity
    assert isinstance(inputs := found.attributes["inputs"], list)
    assert [one["qualifiedName"] for one in inputs] == [TABLE]
    assert found.attributes["columnLineage"] == lineage
    edges = desk.rows("SELECT count(*) FROM column_edges")
    assert edges == [(1,)]
    desk.write(entity("azure_synapse_operation", "copy", description="again"))
    assert desk.rows("SELECT count(*) FROM column_edges WHERE ended_at IS NULL") == edges


def test_relationship_between_other_spellings_is_between_the_assets(desk: Desk) -> None:
    desk.write(entity("azure_sql_table", TABLE), entity("azure_blob_path", FILE))
    desk.write(entity("azure_synapse_operation", "load", inputs=[ref("azure_sql_view", SPELLED)]))
    held = desk.catalog.entities.get(desk.guid("load")).entity.attributes["inputs"]
    assert isinstance(held, list)
    assert [one["qualifiedName"] for one in held] == [TABLE]


def test_activity_and_what_hangs_on_it_meet_by_resource_id(desk: Desk) -> None:
    name = "/subscriptions/S/resourceGroups/RG/providers/Microsoft.DataFactory/factories/F/pipelines/P/activities/A"
    desk.write(
        entity("adf_copy_activity", name, guid="-1"),
        entity("adf_copy_operation", f"{name}#{FILE}#azure_blob_path", rel_parent={"guid": "-1"}),
    )
    other = name.lower()
    found = desk.write(
        entity("adf_copy_activity", other, guid="-1"),
        entity("adf_copy_operation", f"{other}#{FILE}#azure_blob_path", rel_parent={"guid": "-1"}, description="x"),
    )
    assert "CREATE" not in found.mutated_entities


def test_renamed_entity_is_found_by_its_new_name_alone(desk: Desk) -> None:
    desk.write(entity("azure_sql_table", TABLE))
    guid = desk.guid(TABLE)
    desk.write({"typeName": "azure_sql_table", "guid": guid, "attributes": {"qualifiedName": "mssql://srv/db/dbo/New"}})
    assert desk.guid("mssql://srv/db/dbo/NEW", "azure_sql_table") == guid
    with pytest.raises(NotFound):
        desk.guid(SPELLED, "azure_sql_table")


def test_deleted_entity_gives_its_spellings_free(desk: Desk) -> None:
    desk.write(entity("azure_sql_table", TABLE))
    old = desk.guid(TABLE)
    desk.catalog.entities.delete([old], by="tester")
    assert desk.write(entity("azure_sql_table", SPELLED, guid="-1")).guid_assignments["-1"] != old


def test_rename_to_a_spelling_of_anothers_name_is_refused(desk: Desk) -> None:
    desk.write(entity("azure_sql_table", TABLE), entity("azure_sql_table", "mssql://srv/db/dbo/New"))
    renamed = {"qualifiedName": SPELLED}
    with pytest.raises(Invalid) as refused:
        desk.write({"typeName": "azure_sql_table", "guid": desk.guid("mssql://srv/db/dbo/New"), "attributes": renamed})
    assert [fault.code for fault in refused.value.faults] == ["CAT-162"]


def test_names_are_learned_anew_when_the_rules_have_changed(place: Path | URL) -> None:
    """An account from before there were names, or from before a rule, opens with all of them."""
    catalog = Catalog.open(place, name="contoso")
    desk = Desk(catalog)
    desk.write(entity("azure_sql_table", TABLE))
    desk.write(entity("azure_sql_dw_table", SPELLED))
    before = desk.rows("SELECT key, spelling, origin FROM catalog_names ORDER BY spelling")
    with catalog.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM catalog_names WHERE origin = 0")
        connection.exec_driver_sql("UPDATE catalog_names SET key = 'of older rules'")
        connection.exec_driver_sql("DELETE FROM names_rules")
    catalog.close()
    again = Catalog.open(place, name="contoso")
    assert Desk(again).rows("SELECT key, spelling, origin FROM catalog_names ORDER BY spelling") == before
    again.close()
