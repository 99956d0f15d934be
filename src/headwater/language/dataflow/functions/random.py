"""Functions whose second call may give another value, and the number of the partition.

`random` is called a long by its documentation, but the service returns a fraction, which is what flows count on
(`random(1) * 12`). The seed does not make a run repeatable: rows have no fixed order here. There is one partition.
"""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Arguments, Function
from headwater.language.dataflow.functions.vectorized.registry import SEQUENCE

_ONLY_PARTITION = 0


def _uuid(_: Arguments) -> exp.Expr:
    return sql.cast(exp.Uuid(), types.STRING)


def _random(_: Arguments) -> exp.Expr:
    return exp.Rand()


def _next_sequence(_: Arguments) -> exp.Expr:
    return sql.call("nextval", sql.text(SEQUENCE))


def _partition(_: Arguments) -> exp.Expr:
    return sql.number(_ONLY_PARTITION)


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "nextSequence", "", types.LONG, _next_sequence, "A number that no other row has.", "math", nondeterministic=True
    ),
    Function("partitionId", "", types.INTEGER, _partition, "Number of the partition, of which there is one.", "math"),
    Function(
        "random",
        "[integral]",
        types.DOUBLE,
        _random,
        "A random number from 0 up to 1, less than 1.",
        "math",
        nondeterministic=True,
    ),
    Function("uuid", "", types.STRING, _uuid, "A new universally unique identifier.", "string", nondeterministic=True),
)
