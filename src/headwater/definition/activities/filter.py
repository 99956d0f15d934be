"""Filter: the items of an array for which a condition holds."""

from __future__ import annotations

from headwater.definition.activities.control import FilterBody
from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader


def read(properties: Reader, _: Reader, __: ReadActivities) -> FilterBody:
    """Read a Filter activity."""
    return FilterBody(properties.value("items", required=True), properties.value("condition", required=True))
