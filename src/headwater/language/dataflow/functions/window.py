"""Functions that look at the rows of a window; the window transformation adds the OVER."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import DataType
from headwater.language.dataflow.functions import kinds, sql
from headwater.language.dataflow.functions.function import Arguments, Builder, Function


def _rank(node: type[exp.Func]) -> Builder:
    return lambda _: sql.cast(node(), types.INTEGER)


def _cume_dist(_: Arguments) -> exp.Expr:
    return exp.CumeDist()


def _ntile(args: Arguments) -> exp.Expr:
    return sql.cast(exp.Ntile(this=args[0].sql), types.INTEGER)


def _neighbour(node: type[exp.Lag | exp.Lead]) -> Builder:
    def build(args: Arguments) -> exp.Expr:
        offset = args[1].sql if len(args) > 1 else sql.number(1)
        default = sql.converted(args[2], args[0].type) if len(args) > 2 else None
        return node(this=args[0].sql, offset=offset, default=default)

    return build


def _neighbour_type(given: tuple[DataType, ...]) -> DataType | None:
    return kinds.common_type(given[0], given[2]) if len(given) > 2 else given[0]


_ARGUMENTS = "any, [integral], [any]"

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "cumeDist", "", types.DOUBLE, _cume_dist, "Share of rows that are not behind this one.", "window", "window"
    ),
    Function("denseRank", "", types.INTEGER, _rank(exp.DenseRank), "Rank without gaps.", "window", "window"),
    Function("lag", _ARGUMENTS, _neighbour_type, _neighbour(exp.Lag), "Value some rows before.", "window", "window"),
    Function("lead", _ARGUMENTS, _neighbour_type, _neighbour(exp.Lead), "Value some rows after.", "window", "window"),
    Function("nTile", "integral", types.INTEGER, _ntile, "Number of the bucket of a row.", "window", "window"),
    Function("rank", "", types.INTEGER, _rank(exp.Rank), "Rank with gaps after ties.", "window", "window"),
    Function("rowNumber", "", types.INTEGER, _rank(exp.RowNumber), "Number of a row, from 1.", "window", "window"),
)
