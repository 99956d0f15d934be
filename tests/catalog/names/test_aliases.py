"""Names that people give: what is written under them later lands on the entity."""

import pytest

from catalog.desk import Desk, entity
from headwater.catalog.merging.aliases import AliasInput
from headwater.errors import Conflict, Invalid, NotFound

TABLE = "mssql://srv.database.windows.net/db/dbo/t"


def give(desk: Desk, name: str, alias: str, *, covers_below: bool = False) -> None:
    given = [AliasInput(qualified_name=alias, covers_below=covers_below)]
    desk.catalog.aliases.give(desk.guid(name), given, by="curator")


def test_write_under_a_given_name_lands_on_the_entity(desk: Desk) -> None:
    desk.write(entity("azure_sql_table", TABLE))
    give(desk, TABLE, "mssql://listener.corp/db/dbo/t")
    desk.write(entity("azure_sql_table", "mssql://LISTENER.corp/db/dbo/T", description="seen"))
    assert desk.catalog.entities.get(desk.guid(TABLE)).entity.attributes["description"] == "seen"


def test_type_of_ones_own_takes_given_names_too(desk: Desk) -> None:
    desk.write(entity("DataSet", "hive://a"))
    give(desk, "hive://a", "spark://a")
    assert desk.write(entity("DataSet", "spark://a", guid="-1")).guid_assignments["-1"] == desk.guid("hive://a")


def test_name_of_a_host_covers_what_is_below(desk: Desk) -> None:
    desk.write(
        entity("azure_sql_server", "mssql://srv.database.windows.net", guid="-1"),
        entity("azure_sql_db", "mssql://srv.database.windows.net/db", guid="-2", rel_server={"guid": "-1"}),
        entity("azure_sql_table", TABLE),
    )
    give(desk, "mssql://srv.database.windows.net", "mssql://listener.corp", covers_below=True)
    found = desk.write(
        entity("azure_sql_table", "mssql://listener.corp:1433/DB/dbo/T", guid="-1"),
        entity("azure_sql_table", "mssql://listener.corp/db/dbo/new", guid="-2"),
    ).guid_assignments
    assert found["-1"] == desk.guid(TABLE)
    assert desk.name(found["-2"]) == "mssql://srv.database.windows.net/db/dbo/new"
    assert desk.guid("mssql://listener.corp/db/dbo/NEW", "azure_sql_table") == found["-2"]


def test_given_name_is_taken_away_again(desk: Desk) -> None:
    desk.write(entity("azure_sql_table", TABLE))
    give(desk, TABLE, "mssql://listener/db/dbo/t")
    desk.catalog.aliases.take(desk.guid(TABLE), "mssql://listener/db/dbo/t", by="curator")
    with pytest.raises(NotFound):
        desk.guid("mssql://listener/db/dbo/t", "azure_sql_table")
    assert desk.rows("SELECT action FROM entity_changes ORDER BY version") == [("ALIAS_ADD",), ("ALIAS_DELETE",)]


def test_giving_a_name_again_changes_nothing(desk: Desk) -> None:
    desk.write(entity("azure_sql_table", TABLE))
    for _ in range(2):
        give(desk, TABLE, "mssql://listener/db/dbo/t")
    assert len(desk.catalog.aliases.of(desk.guid(TABLE))) == 1
    assert desk.catalog.entities.get(desk.guid(TABLE)).entity.version == 2


def test_name_of_another_entity_is_refused(desk: Desk) -> None:
    desk.write(entity("azure_sql_table", TABLE), entity("azure_sql_table", "mssql://other/db/dbo/t"))
    with pytest.raises(Conflict) as refused:
        give(desk, TABLE, "mssql://OTHER/db/dbo/t")
    assert [fault.code for fault in refused.value.faults] == ["CAT-162"]


@pytest.mark.parametrize("alias", ["", "  ", TABLE])
def test_name_that_says_nothing_is_refused(desk: Desk, alias: str) -> None:
    desk.write(entity("azure_sql_table", TABLE))
    with pytest.raises(Invalid) as refused:
        give(desk, TABLE, alias)
    assert [fault.code for fault in refused.value.faults] == ["CAT-161"]


def test_part_takes_no_names(desk: Desk) -> None:
    desk.write(
        entity("azure_sql_table", TABLE, guid="-1"),
        entity("azure_sql_column", f"{TABLE}#c", rel_table={"guid": "-1"}),
    )
    with pytest.raises(Invalid):
        give(desk, f"{TABLE}#c", "mssql://x/db/dbo/t#c")


def test_spelling_that_only_rules_tell_apart_cannot_be_taken_away(desk: Desk) -> None:
    desk.write(entity("azure_sql_table", TABLE))
    desk.write(entity("azure_sql_table", TABLE.upper().replace("MSSQL", "mssql")))
    (alias,) = desk.catalog.aliases.of(desk.guid(TABLE))
    with pytest.raises(Conflict) as refused:
        desk.catalog.aliases.take(desk.guid(TABLE), alias.qualified_name, by="curator")
    assert [fault.code for fault in refused.value.faults] == ["CAT-163"]
