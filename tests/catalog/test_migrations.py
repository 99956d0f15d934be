"""A database of an earlier version is brought up to date with everything that it holds."""

import json
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from catalog.desk import Desk
from headwater.catalog.catalog import Catalog
from headwater.catalog.store.sqlite import sqlite_engines
from headwater.catalog.store.store import MIGRATIONS

TYPES = {
    "Thing": {"name": "Thing", "attributeDefs": [{"name": "text", "options": {"inHeader": "false"}}]},
    "Other": {"name": "Other", "attributeDefs": [{"name": "text"}]},
    "Below": {"name": "Below", "superTypes": ["Thing"]},
}
STATEMENTS = (
    "INSERT INTO collections VALUES (1, 'root', 'root', NULL, '', 'x', 1, 'x', 1)",
    *(
        "INSERT INTO entities VALUES"
        f" ({n}, 'guid {n}', {n}, 1, NULL, 0, 1, 1, 1, 'x', 'x', 'e{n}', 'q{n}', '{{\"qualifiedName\":\"q{n}\","
        ' "text":"long"}\', NULL, NULL)'
        for n in (1, 2, 3)
    ),
    "INSERT INTO relationships VALUES (1, 'link', 1, 1, 2, 0, 1, '{}', 'x', 1, 'x', 1)",
    "INSERT INTO lineage_edges VALUES (1, 2, 1, 5, NULL)",
    "INSERT INTO lineage_columns VALUES (1, 1, 'a', 'a'), (2, 2, 'b', 'b')",
    "INSERT INTO column_edges VALUES (1, 1, 2, 3, 0, 5, 9, 'IDENTITY', 'a', '[]')",
    "INSERT INTO documents VALUES (1, 'harbour', '', 'q1', '', '', '')",
)


def first_version(file: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    _, writing = sqlite_engines(file, 5)
    with writing.begin() as connection:
        config.attributes.update(connection=connection, version_table="catalog_version")
        command.upgrade(config, "0001")
        for id, (name, definition) in enumerate(TYPES.items(), 1):
            row = {"id": id, "name": name, "definition": json.dumps(definition)}
            made = "INSERT INTO types VALUES (:id, :name, :name, 'ENTITY', 0, 1, :definition, 'x', 1, 'x', 1)"
            connection.execute(text(made), row)
        for statement in STATEMENTS:
            connection.exec_driver_sql(statement)
    writing.dispose()


def test_first_version_is_brought_up_to_date_with_all_it_holds(tmp_path: Path) -> None:
    first_version(tmp_path / "catalog.db")
    catalog = Catalog.open(tmp_path / "catalog.db", name="root")
    desk = Desk(catalog)
    assert desk.rows("SELECT entity_id, attributes FROM entity_texts ORDER BY 1") == [
        (1, '{"text":"long"}'),
        (3, '{"text":"long"}'),
    ]
    assert catalog.entities.header("guid 3").attributes == {"qualifiedName": "q3"}
    assert catalog.entities.get("guid 3").entity.attributes["text"] == "long"
    assert catalog.entities.header("guid 2").attributes == {"qualifiedName": "q2", "text": "long"}
    assert desk.rows("SELECT * FROM lineage_edges") == [(1, 2, 1, "link", 5, None)]
    assert desk.rows("SELECT * FROM column_edges") == [(1, 1, 2, 3, 0, 5, 9, "IDENTITY", "a", "[]")]
    assert [hit.name for hit in catalog.search.suggest("har")] == ["e1"]
    catalog.close()
