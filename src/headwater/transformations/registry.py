"""The table of transformations: one line a verb, sorted."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.transformations.aggregate import AGGREGATE
from headwater.transformations.alter_row import ALTER_ROW
from headwater.transformations.assertion import ASSERT
from headwater.transformations.call import CALL
from headwater.transformations.cast import CAST
from headwater.transformations.derive import DERIVE
from headwater.transformations.exists import EXISTS
from headwater.transformations.filter import FILTER
from headwater.transformations.flatten import FLATTEN
from headwater.transformations.flowlet_ends import FLOWLET_INPUT, FLOWLET_OUTPUT
from headwater.transformations.join import JOIN
from headwater.transformations.key_generate import KEY_GENERATE
from headwater.transformations.lookup import LOOKUP
from headwater.transformations.parse import PARSE
from headwater.transformations.pivot import PIVOT
from headwater.transformations.protocol import Transformation
from headwater.transformations.rank import RANK
from headwater.transformations.select import SELECT
from headwater.transformations.sink import SINK
from headwater.transformations.sort import SORT
from headwater.transformations.source import SOURCE
from headwater.transformations.split import SPLIT
from headwater.transformations.stringify import STRINGIFY
from headwater.transformations.union import UNION
from headwater.transformations.unpivot import UNPIVOT
from headwater.transformations.window import WINDOW

TRANSFORMATIONS: Mapping[str, Transformation] = {
    "aggregate": AGGREGATE,
    "alterRow": ALTER_ROW,
    "assert": ASSERT,
    "call": CALL,
    "cast": CAST,
    "derive": DERIVE,
    "exists": EXISTS,
    "filter": FILTER,
    "foldDown": FLATTEN,
    "input": FLOWLET_INPUT,
    "join": JOIN,
    "keyGenerate": KEY_GENERATE,
    "lookup": LOOKUP,
    "output": FLOWLET_OUTPUT,
    "parse": PARSE,
    "pivot": PIVOT,
    "rank": RANK,
    "select": SELECT,
    "sink": SINK,
    "sort": SORT,
    "source": SOURCE,
    "split": SPLIT,
    "stringify": STRINGIFY,
    "union": UNION,
    "unpivot": UNPIVOT,
    "window": WINDOW,
}
