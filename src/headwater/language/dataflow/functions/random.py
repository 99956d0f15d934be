"""Functions whose second call may give another value."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Arguments, Function


def _uuid(_: Arguments) -> exp.Expr:
    return sql.cast(exp.Uuid(), types.STRING)


FUNCTIONS: tuple[Function, ...] = (
    Function("uuid", "", types.STRING, _uuid, "A new universally unique identifier.", "string", nondeterministic=True),
)
