"""Who is told of what goes is told in the transaction that takes it."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection

from catalog.desk import Desk, entity
from headwater.catalog.entities import Gone

TABLE, COLUMN = "azure_sql_table", "azure_sql_column"


@pytest.fixture
def guids(desk: Desk) -> list[str]:
    """A table with two columns, and one of these columns."""
    held = {"guid": "-1"}
    desk.write(entity(TABLE, "t", guid="-1"), *(entity(COLUMN, name, data_type="int", rel_table=held) for name in "ab"))
    return [desk.guid("t"), desk.guid("a")]


def refuse(connection: Connection, gone: Sequence[Gone]) -> None:
    raise InterruptedError


def test_nothing_is_deleted_that_nobody_could_be_told_of(desk: Desk, guids: list[str]) -> None:
    with pytest.raises(InterruptedError):
        desk.catalog.entities.delete(guids, by="tester", witness=refuse)
    assert {desk.catalog.entities.header(guid).status for guid in guids} == {"ACTIVE"}


def test_parts_are_counted_with_what_they_are_parts_of(desk: Desk, guids: list[str]) -> None:
    told: list[tuple[str, int]] = []
    desk.catalog.entities.delete(
        guids,
        by="tester",
        witness=lambda _, gone: told.extend((one.header.display_text, one.parts) for one in gone),
    )
    assert sorted(told) == [("a", 0), ("t", 1)]
    desk.catalog.entities.delete(guids, by="tester", witness=lambda _, gone: told.extend([("again", len(gone))]))
    assert told[2:] == [("again", 0)]
