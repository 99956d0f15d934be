"""`unfold(array)`: a row for each item of an array, the other columns repeated; a row without items goes.

An expression holds it as a node of SQL that makes rows; derive takes that out into its FROM.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.errors import LanguageError, raise_if_any
from headwater.transformations.defined import DefinedColumn
from headwater.transformations.protocol import Given

_ITEMS = "unfolded items"
_ITEM = "item"


def unfolded(
    given: Given, defined: Sequence[DefinedColumn], frame: exp.Select
) -> tuple[tuple[DefinedColumn, ...], exp.Select, tuple[Origin, ...]]:
    """Return the columns and the FROM with the rows that `unfold` makes, and the columns that decide these rows."""
    holders = [(column, node) for column in defined for node in column.resolved.sql.find_all(exp.Explode)]
    if not holders:
        return tuple(defined), frame, ()
    first = holders[0][1].this
    cure = "Unfold one array here, and another in the next derive."
    others = [column for column, node in holders if node.this != first or node.find_ancestor(exp.Lambda)]
    message = "'unfold' takes one array of a row, and stands in no function of items"
    raise_if_any(LanguageError, [given.fault("LNG-070", message, column.node, cure) for column in others])
    item = exp.alias_(exp.Explode(this=first.copy()), _ITEM, quoted=True)
    table = exp.TableAlias(this=exp.to_identifier(_ITEMS, quoted=True))
    lateral = exp.Lateral(this=exp.select(item).subquery(), alias=table)
    text = next(iter(holders))[0].resolved.text
    effects = tuple(
        dict.fromkeys(Origin(c.table, c.name, "INDIRECT", "FILTER", text) for c in first.find_all(exp.Column))
    )
    return tuple(map(_over_items, defined)), frame.join(lateral, join_type="CROSS", copy=False), effects


def _over_items(defined: DefinedColumn) -> DefinedColumn:
    """Return the column with the item in the place of the node that makes rows."""
    value = defined.column.value.transform(
        lambda node: exp.column(_ITEM, table=_ITEMS, quoted=True) if isinstance(node, exp.Explode) else node
    )
    return replace(defined, column=replace(defined.column, value=value))
