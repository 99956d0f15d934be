"""An impact list as a CSV table, for whichever surface is asked for one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from headwater.catalog.lineage import Impact
from headwater.catalog.lineage.impact import Reached

COLUMNS = (
    "distance",
    "kind",
    "typeName",
    "name",
    "qualifiedName",
    "guid",
    "column",
    "columnKind",
    "columnDistance",
    "via",
    "lastRunId",
    "lastRunTime",
    "lastRunStatus",
)


def table(found: Impact) -> str:
    """Return the list as CSV: a row for each column that is reached, and one for an asset of which none is known."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for reached in found.value:
        writer.writerows(_rows(reached))
    return text.getvalue()


def _rows(reached: Reached) -> Iterator[tuple[object, ...]]:
    asset, run = reached.asset, reached.last_run
    via = " > ".join(hop.operation.name or "" for hop in reached.path if hop.operation is not None)
    about = (reached.distance, reached.kind, asset.type_name, asset.name, asset.qualified_name, asset.guid)
    seen = ("", "", "") if run is None else (run.run_id, run.time.isoformat(), run.status)
    for column in reached.columns:
        yield (*about, column.name, column.kind, column.distance, via, *seen)
    if not reached.columns:
        yield (*about, "", "", "", via, *seen)
