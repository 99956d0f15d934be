"""ForEach: the same activities for every item of an array."""

from __future__ import annotations

from headwater.definition.activities.control import ForEachBody
from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader

MAX_BATCH_COUNT = 50


def read(properties: Reader, _: Reader, nested: ReadActivities) -> ForEachBody:
    """Read a ForEach activity. At most 50 iterations run at a time."""
    batch_count = properties.value("batchCount", 20)
    if isinstance(batch_count, int) and not 1 <= batch_count <= MAX_BATCH_COUNT:
        message = f"'batchCount' is {batch_count}, not between 1 and {MAX_BATCH_COUNT}"
        properties.fault("DEF-020", message, "batchCount", f"Choose 1 to {MAX_BATCH_COUNT}.")
    return ForEachBody(
        items=properties.value("items", required=True),
        activities=nested(properties, "activities"),
        is_sequential=properties.value("isSequential", False),
        batch_count=batch_count,
    )
