"""The table of transformations: one line a verb, sorted."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.transformations.aggregate import AGGREGATE
from headwater.transformations.derive import DERIVE
from headwater.transformations.exists import EXISTS
from headwater.transformations.filter import FILTER
from headwater.transformations.join import JOIN
from headwater.transformations.key_generate import KEY_GENERATE
from headwater.transformations.lookup import LOOKUP
from headwater.transformations.protocol import Transformation
from headwater.transformations.select import SELECT
from headwater.transformations.sink import SINK
from headwater.transformations.sort import SORT
from headwater.transformations.source import SOURCE
from headwater.transformations.split import SPLIT
from headwater.transformations.union import UNION
from headwater.transformations.window import WINDOW

TRANSFORMATIONS: Mapping[str, Transformation] = {
    "aggregate": AGGREGATE,
    "derive": DERIVE,
    "exists": EXISTS,
    "filter": FILTER,
    "join": JOIN,
    "keyGenerate": KEY_GENERATE,
    "lookup": LOOKUP,
    "select": SELECT,
    "sink": SINK,
    "sort": SORT,
    "source": SOURCE,
    "split": SPLIT,
    "union": UNION,
    "window": WINDOW,
}
