"""The table of transformations: one line a verb, sorted."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.transformations.aggregate import AGGREGATE
from headwater.transformations.derive import DERIVE
from headwater.transformations.filter import FILTER
from headwater.transformations.join import JOIN
from headwater.transformations.protocol import Transformation
from headwater.transformations.select import SELECT
from headwater.transformations.sink import SINK
from headwater.transformations.source import SOURCE

TRANSFORMATIONS: Mapping[str, Transformation] = {
    "aggregate": AGGREGATE,
    "derive": DERIVE,
    "filter": FILTER,
    "join": JOIN,
    "select": SELECT,
    "sink": SINK,
    "source": SOURCE,
}
