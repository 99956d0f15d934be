"""Files that are written are gathered into sets; what a set comes to follows from its files alone."""

import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from headwater.catalog.resource_sets.rules import Advanced, PathPatterns, RuleConfig, Scope, ScopedRule
from headwater.errors import NotFound

ROOT = "https://a.blob.core.windows.net/c"
SET, TYPE = f"{ROOT}/data/f_{{N}}.csv", "azure_blob_resource_set"


def file(number: int, **attributes: object) -> dict[str, object]:
    values = {"isFile": True, "size": 10 * number, "modifiedTime": 1000 + number, **attributes}
    return entity("azure_blob_path", f"{ROOT}/data/f_{number}.csv", guid=f"-{number}", **values)


def numbers(desk: Desk, name: str = SET) -> tuple[object, ...]:
    found = desk.catalog.entities.get(desk.guid(name, "resource_set"), relationships=False).entity.attributes
    return tuple(found[key] for key in ("partitionCount", "totalSizeBytes", "modifiedTime", "schemaCount"))


def members(desk: Desk, name: str = SET) -> set[str]:
    held = desk.catalog.entities.get(desk.guid(name, "resource_set")).entity.relationship_attributes["members"]
    assert isinstance(held, list)
    return {one["qualifiedName"].rpartition("/")[2] for one in held if one["relationshipStatus"] == "ACTIVE"}


def test_two_files_make_a_set_and_stay_files(desk: Desk) -> None:
    said = desk.write(file(1), file(2))
    assert set(said.mutated_entities) == {"CREATE"}
    assert len(said.mutated_entities["CREATE"]) == 2
    assert (numbers(desk), members(desk)) == ((2, 30, 1002, 0), {"f_1.csv", "f_2.csv"})
    found = desk.catalog.entities.get(desk.guid(f"{ROOT}/data/f_1.csv")).entity
    assert found.version == 1
    assert isinstance(held := found.relationship_attributes["resourceSet"], dict)
    assert held["qualifiedName"] == SET


def test_file_alone_is_no_set(desk: Desk) -> None:
    desk.write(file(1))
    with pytest.raises(NotFound):
        desk.guid(SET, TYPE)


def test_files_of_several_writes_come_together(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.write(file(number))
    assert (numbers(desk), members(desk)) == ((3, 60, 1003, 0), {"f_1.csv", "f_2.csv", "f_3.csv"})


def test_file_that_is_written_again_counts_once(desk: Desk) -> None:
    desk.write(file(1), file(2))
    version = desk.catalog.entities.get(desk.guid(SET)).entity.version
    desk.write(file(1), file(2))
    assert (numbers(desk)[0], desk.catalog.entities.get(desk.guid(SET)).entity.version) == (2, version)
    desk.write(file(2, size=7))
    assert numbers(desk)[:2] == (2, 17)


def test_set_stands_below_the_container_of_its_files(desk: Desk) -> None:
    held = {"guid": "-9"}
    desk.write(
        entity("azure_blob_container", ROOT, guid="-9"), file(1, rel_container=held), file(2, rel_container=held)
    )
    assert [header.type_name for header in desk.catalog.assets.parents(desk.guid(SET))] == ["azure_blob_container"]


def test_deleted_file_leaves_its_set_and_the_last_takes_it_along(desk: Desk) -> None:
    desk.write(file(1), file(2))
    desk.catalog.entities.delete([desk.guid(f"{ROOT}/data/f_2.csv")], by="tester")
    assert (numbers(desk)[:3], members(desk)) == ((1, 10, 1001), {"f_1.csv"})
    desk.catalog.entities.delete([desk.guid(f"{ROOT}/data/f_1.csv")], by="tester")
    with pytest.raises(NotFound):
        desk.guid(SET, TYPE)
    desk.write(file(3), file(4))
    assert numbers(desk)[:2] == (2, 70)


def test_set_that_a_client_writes_takes_in_what_fits_and_keeps_what_was_said(desk: Desk) -> None:
    desk.write(file(1))
    desk.write(entity(TYPE, SET, partitionCount=100))
    desk.write(file(2))
    assert (numbers(desk)[:2], members(desk)) == ((100, 30), {"f_1.csv", "f_2.csv"})
    desk.catalog.entities.delete([desk.guid(f"{ROOT}/data/f_{number}.csv") for number in (1, 2)], by="tester")
    assert desk.guid(SET, TYPE)


def test_restored_files_are_counted_in_again(desk: Desk) -> None:
    desk.write(file(1), file(2), file(3))
    guids = [desk.guid(f"{ROOT}/data/f_{number}.csv") for number in (1, 2, 3)]
    desk.catalog.entities.delete(guids, by="tester")
    desk.catalog.entities.restore(guids[:2], by="tester")
    assert (numbers(desk), members(desk)) == ((2, 30, 1002, 0), {"f_1.csv", "f_2.csv"})
    desk.catalog.entities.restore(guids[2:], by="tester")
    assert (numbers(desk), members(desk)) == ((3, 60, 1003, 0), {"f_1.csv", "f_2.csv", "f_3.csv"})


def test_set_of_another_spelling_is_the_set(desk: Desk) -> None:
    spelled = SET.replace("https://a.", "https://A.")
    desk.write(file(1))
    desk.write(entity(TYPE, spelled))
    desk.write(file(2))
    assert desk.catalog.entities.counts()[TYPE] == 1
    assert members(desk, spelled) == {"f_1.csv", "f_2.csv"}


def test_deleted_set_comes_back_with_the_next_file(desk: Desk) -> None:
    desk.write(file(1), file(2))
    old = desk.guid(SET)
    desk.catalog.entities.delete([old], by="tester")
    desk.write(file(3))
    assert desk.guid(SET) != old
    assert members(desk) == {"f_1.csv", "f_2.csv", "f_3.csv"}


def test_folders_documents_and_plain_names_are_gathered_into_nothing(desk: Desk) -> None:
    names = ("folder1/", "report1.pdf", "report2.pdf", "Book1.xlsx", "Book2.xlsx", "plain.csv")
    desk.write(*(entity("azure_blob_path", f"{ROOT}/{name}") for name in names))
    desk.write(*(entity("azure_blob_path", f"{ROOT}/d{number}", isFile=False) for number in (1, 2)))
    assert "azure_blob_resource_set" not in desk.catalog.entities.counts()


def test_schemas_are_counted_by_their_columns(desk: Desk) -> None:
    for number, columns in ((1, "ab"), (2, "ba"), (3, "abc")):
        name = f"{ROOT}/data/f_{number}.csv"
        desk.write(
            file(number),
            entity(
                "tabular_schema", f"{name}#__tabular_schema", guid="-98", rel_associatedDataset={"guid": f"-{number}"}
            ),
            *(
                entity("column", f"{name}#__tabular_schema//{column}", name=column, rel_composeSchema={"guid": "-98"})
                for column in columns
            ),
        )
    assert numbers(desk)[3] == 2


def test_lineage_stays_on_the_files(desk: Desk) -> None:
    """No edge is drawn to the set: what fed one file did not feed the others."""
    desk.write(entity("DataSet", "source"), file(1), file(2))
    lineage = json.dumps([{"source": "source", "sourceColumn": "a", "sinkColumn": "a"}])
    target = ref("azure_blob_path", f"{ROOT}/data/f_1.csv")
    desk.write(entity("Process", "p", inputs=[ref("DataSet", "source")], outputs=[target], columnLineage=lineage))
    held = desk.catalog.entities.get(desk.guid(SET)).entity.relationship_attributes
    assert held["outputFromProcesses"] == []
    rows = desk.rows("SELECT count(*) FROM lineage_edges")
    assert rows == [(2,)]


@pytest.mark.parametrize(
    ("type_name", "root"),
    [
        ("aws_s3_v2_object", "s3://bucket2"),
        ("azure_datalake_gen1_path", "adl://lake1.azuredatalakestore.net"),
        ("azure_datalake_gen2_path", "https://acct1.dfs.core.windows.net/fs1"),
        ("azure_file", "https://acct1.file.core.windows.net/share1"),
    ],
)
def test_every_store_of_files_has_sets_below_its_containers(desk: Desk, type_name: str, root: str) -> None:
    desk.write(*(entity(type_name, f"{root}/x{number}.csv") for number in (1, 2)))
    assert numbers(desk, f"{root}/x{{N}}.csv")[0] == 2


def scoped(*rules: ScopedRule, scope: str = f"{ROOT}/sales", **options: object) -> RuleConfig:
    given = PathPatterns(
        created_by="tester",
        enable_default_patterns=True,
        scoped_rules=(Scope(binding_url=scope, store_type="azure_blob", rules=rules),),
    )
    return RuleConfig(path_pattern_config=given)


def write_sales(desk: Desk) -> None:
    names = [f"{ROOT}/sales/{region}/{day}.csv" for region in ("emea", "apac") for day in ("20240101", "20240102")]
    desk.write(*(entity("azure_blob_path", name) for name in names))


def test_rule_of_an_account_tells_sets_apart_by_what_is_static(desk: Desk) -> None:
    rule = ScopedRule(qualified_name="{{region:string}}/{day:date}.csv", display_name="Sales of {{region}}")
    desk.catalog.resource_set_rules.put(scoped(rule), by="tester")
    write_sales(desk)
    found = {desk.name(desk.guid(f"{ROOT}/sales/{region}/{{day}}.csv")) for region in ("emea", "apac")}
    assert len(found) == 2
    assert desk.catalog.entities.header(desk.guid(f"{ROOT}/sales/emea/{{day}}.csv")).display_text == "Sales of emea"


def test_rule_that_groups_what_varies_makes_one_set(desk: Desk) -> None:
    desk.catalog.resource_set_rules.put(
        scoped(ScopedRule(qualified_name="{region:string}/{day:date}.csv")), by="tester"
    )
    write_sales(desk)
    assert numbers(desk, f"{ROOT}/sales/{{region}}/{{day}}.csv")[0] == 4


def test_rule_that_does_not_group_keeps_the_patterns_away(desk: Desk) -> None:
    rule = ScopedRule(qualified_name="emea/{day:date}.csv", is_resource_set=False)
    desk.catalog.resource_set_rules.put(scoped(rule), by="tester")
    write_sales(desk)
    assert desk.catalog.entities.counts()[TYPE] == 1
    assert numbers(desk, f"{ROOT}/sales/apac/{{N}}.csv")[0] == 2


def test_narrower_scope_goes_first(desk: Desk) -> None:
    wide = Scope(
        binding_url=ROOT,
        store_type="azure_blob",
        rules=(ScopedRule(qualified_name="sales/{region:string}/{day:int}.csv"),),
    )
    narrow = Scope(
        binding_url=f"{ROOT}/sales/emea/",
        store_type="azure_blob",
        rules=(ScopedRule(qualified_name="{day:int}.csv", is_resource_set=False),),
    )
    given = PathPatterns(created_by="t", enable_default_patterns=False, scoped_rules=(wide, narrow))
    desk.catalog.resource_set_rules.put(RuleConfig(path_pattern_config=given), by="tester")
    write_sales(desk)
    assert numbers(desk, f"{ROOT}/sales/{{region}}/{{day}}.csv")[0] == 2


def test_processing_none_gathers_nothing(desk: Desk) -> None:
    config = RuleConfig(advanced_resource_set=Advanced(resource_set_processing="None"))
    desk.catalog.resource_set_rules.put(config, by="tester")
    desk.write(file(1), file(2))
    assert TYPE not in desk.catalog.entities.counts()


def test_changed_rules_hold_for_what_is_written_again(desk: Desk) -> None:
    write_sales(desk)
    desk.catalog.resource_set_rules.put(scoped(ScopedRule(qualified_name="{region:string}/{day:int}.csv")), by="tester")
    assert numbers(desk, f"{ROOT}/sales/emea/{{N}}.csv")[0] == 2
    write_sales(desk)
    assert numbers(desk, f"{ROOT}/sales/{{region}}/{{day}}.csv")[0] == 4
    assert members(desk, f"{ROOT}/sales/{{region}}/{{day}}.csv") == {"20240101.csv", "20240102.csv"}


STEPS = st.lists(st.sampled_from(range(1, 6)), min_size=2, max_size=8)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=STEPS, cuts=st.sets(st.integers(1, 7)))
def test_order_and_repetition_of_files_do_not_matter(desk: Desk, order: list[int], cuts: set[int]) -> None:
    """Whatever order files come in, alone or together: what stands is the same as if each came once."""
    run = next(RUNS)
    folder = f"{ROOT}/run-{'abcdefghij'[run // 10 % 10]}{'abcdefghij'[run % 10]}"
    bounds = [0, *sorted(cut for cut in cuts if cut < len(order)), len(order)]
    for start, end in itertools.pairwise(bounds):
        desk.write(
            *(
                entity("azure_blob_path", f"{folder}/f_{number}.csv", size=number, modifiedTime=number)
                for number in dict.fromkeys(order[start:end])
            )
        )
    expected = set(order)
    if len(expected) < 2:
        with pytest.raises(NotFound):
            desk.guid(f"{folder}/f_{{N}}.csv", TYPE)
        return
    assert numbers(desk, f"{folder}/f_{{N}}.csv") == (len(expected), sum(expected), max(expected), 0)
    assert members(desk, f"{folder}/f_{{N}}.csv") == {f"f_{number}.csv" for number in expected}


RUNS = itertools.count()
