"""What our own OpenLineage sink emits is valid, and our account draws from it what it draws from the Atlas sink."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from catalog.openlineage.world import World
from headwater.catalog.model import EntityBatch
from headwater.lineage.facts import LineageFact
from headwater.lineage.sinks.atlas_entities import bodies
from headwater.lineage.sinks.openlineage_events import events
from lineage.made import EVENTS, fact

PARTS = """
SELECT types.name, qualified_name FROM entities JOIN types ON types.id = type_id
WHERE status = 0 AND qualified_name NOT LIKE 'openlineage://%' AND types.name NOT LIKE 'a%_workspace'
AND types.name NOT LIKE '%_pipeline' AND types.name NOT LIKE '%_activity' AND types.name NOT LIKE '%_operation'
AND types.name != 'azure_data_factory'
"""
COLUMNS = """
SELECT a.qualified_name, source.name, b.qualified_name, sink.name, kind, subtype, expression
FROM column_edges
JOIN lineage_columns AS source ON source.id = source_id JOIN lineage_columns AS sink ON sink.id = sink_id
JOIN entities AS a ON a.id = source.entity_id JOIN entities AS b ON b.id = sink.entity_id
WHERE ended_at IS NULL
"""
FLOWS = """
SELECT source.qualified_name, sink.qualified_name
FROM lineage_edges AS one JOIN lineage_edges AS other ON other.source_id = one.target_id
JOIN entities AS source ON source.id = one.source_id JOIN entities AS sink ON sink.id = other.target_id
JOIN entities AS operation ON operation.id = one.target_id JOIN types ON types.id = operation.type_id
WHERE one.ended_at IS NULL AND other.ended_at IS NULL AND types.name LIKE '%_operation'
"""


def told(made: LineageFact) -> bool:
    """Tables that could not be told have a database in their place, which OpenLineage has no word for."""
    return bool(made.operations) and all(asset.location is not None for asset in made.assets())


@pytest.mark.parametrize("name", [name for name in EVENTS if told(fact(name))])
def test_both_sinks_draw_the_same_graph(name: str, tmp_path: Path) -> None:
    by_atlas, by_events = World.open(tmp_path / "atlas"), World.open(tmp_path / "events")
    for body in bodies(fact(name)):
        by_atlas.catalog.entities.write(msgspec.json.decode(body.encode(), type=EntityBatch), by="tester")
    for event in events(fact(name)):
        by_events.take(json.loads(msgspec.json.encode(event)))
    found = [[sorted(world.rows(query)) for query in (PARTS, COLUMNS, FLOWS)] for world in (by_atlas, by_events)]
    for world in (by_atlas, by_events):
        world.catalog.close()
    assert found[1] == found[0]
    assert found[0][0]
