"""A location → the type, name and parents under which Purview keeps it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.data.locations import FileLocation, Store, TableLocation
from headwater.lineage.naming import normalize
from headwater.lineage.naming.protocol import Named
from headwater.lineage.naming.registry import NAMINGS, naming_of
from lineage.fixture_blocks import FIXTURES, Block, blocks

BLOCKS = list(blocks(FIXTURES / "names.txt"))
TYPEDEFS = Path(__file__).parents[2] / "src" / "headwater" / "catalog" / "typedefs" / "built_in"


def named_in(block: Block) -> Named:
    fields = dict(line.partition(":")[::2] for line in block.given.splitlines())
    fields = {key: value.strip(" ") for key, value in fields.items()}
    store = Store("lakeLink", fields["kind"], fields["endpoint"], fields.get("database"))
    location: FileLocation | TableLocation
    if "table" in fields:
        location = TableLocation(store, fields.get("schema"), fields["table"])
    else:
        location = FileLocation(store, fields["container"], fields.get("folder", ""), fields.get("file"))
    return naming_of(store.kind).asset(location, "view" in fields)


def printed(named: Named) -> str:
    things = [(named.id, named.name), *((parent.id, parent.name) for parent in named.parents)]
    return "\n".join(f"{id.type_name} {id.qualified_name} ({name})" for id, name in things)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.title)
def test_location_has_purviews_name(block: Block) -> None:
    assert printed(named_in(block)) == block.expected


def test_namings_are_sorted_and_each_has_a_fixture() -> None:
    assert list(NAMINGS) == sorted(NAMINGS)
    shown = {block.given.partition("\n")[0].removeprefix("kind: ") for block in BLOCKS}
    aliases = {"AzureStorage", "PostgreSql"}
    assert set(NAMINGS) - aliases <= shown


def test_every_type_that_a_name_has_is_in_the_catalog() -> None:
    known = {
        definition["name"]
        for file in TYPEDEFS.glob("*.json")
        for definition in json.loads(file.read_text(encoding="utf-8")).get("entityDefs", ())
    }
    named = [named_in(block) for block in BLOCKS]
    used = {id.type_name for one in named for id in (one.id, *(parent.id for parent in one.parents))}
    assert used <= known


@given(st.text(max_size=30))
def test_normalizing_a_section_twice_changes_nothing(text: str) -> None:
    once = normalize.section(text)
    assert normalize.section(once) == once
    assert normalize.path(normalize.path(text)) == normalize.path(text)
    assert normalize.file_name(normalize.file_name(text)) == normalize.file_name(text)


@given(st.text("ABcd[]{} /.", max_size=20))
def test_normalized_path_has_no_empty_or_bracketed_section(text: str) -> None:
    for section in normalize.path(text).split("/") if normalize.path(text) else []:
        assert section
        assert not set(section) & set(" {}")
