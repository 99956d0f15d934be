"""Outputs for activities that no run does: what a pipeline's expressions read of them, made up.

`activity('Look').output.firstRow.table` gives `{"firstRow": {"table": "rehearsed"}}`. What a loop over such an output
reads of `item()` is in each of its items. So the rest of a pipeline goes on after a Lookup or a GetMetadata.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from headwater.definition.activities.control import ForEachBody
from headwater.definition.pipeline import Pipeline
from headwater.definition.walk import Located, expressions_in, walk_activities
from headwater.language.expression.ast import Call, Expr, Expression, Index, Json, Literal, Member, Template

Path: TypeAlias = tuple[str | int, ...]
"""Names of properties, and 0 for an item of a list."""
Tree: TypeAlias = "dict[str | int, Tree]"

_ITEM = ""
"""In the place of an activity's name: the item of the loop."""
_TEXT = "rehearsed"
# Property, in lower case → its value where nothing more is read of it.
_LEAVES: Mapping[str, Json] = {
    "childitems": [{"name": _TEXT, "type": "File"}],
    "columncount": 1,
    "count": 1,
    "exists": True,
    "itemtype": "File",
    "lastmodified": "2024-01-01T00:00:00Z",
    "rowscopied": 1,
    "rowsread": 1,
    "size": 1,
    "structure": [{"name": _TEXT, "type": "String"}],
    "value": [{}],
}
_CHILD_ITEM: Mapping[str, Json] = {"name": _TEXT, "type": "File"}


@dataclass(frozen=True, slots=True)
class MadeUpOutput:
    """The body of an activity that is not run, but gives this output."""

    output: Mapping[str, Json]


def made_up_outputs(pipeline: Pipeline) -> dict[str, Mapping[str, Json]]:
    """Return what is read of each activity, by its name in lower case."""
    trees: dict[str, Tree] = {}
    for located in walk_activities(pipeline):
        for name, path in _read(located):
            if path[:1] and str(path[0]).lower() == "output":
                _insert(trees.setdefault(name.lower(), {}), path[1:])
    return {name: _object(tree) for name, tree in trees.items()}


def _read(located: Located) -> Iterator[tuple[str, Path]]:
    """Yield the activities that an activity reads, with the paths; what it reads of `item()` by the loop's list."""
    over = _list_of(located)
    for name, path in _paths(located.activity.body):
        if name != _ITEM:
            yield name, path
        elif over is not None:
            yield over[0], (*over[1], 0, *path)


def _list_of(located: Located) -> tuple[str, Path] | None:
    """Return the list that the innermost loop around an activity goes over, if it is of an activity."""
    for container in reversed(located.containers):
        body = container.activity.body
        if isinstance(body, ForEachBody):
            found = next(_paths(body.items), None)
            return found if found is not None and found[0] != _ITEM else None
    return None


def _paths(thing: object) -> Iterator[tuple[str, Path]]:
    for expression in expressions_in(thing):
        for tree in _trees(expression):
            yield from _in_tree(tree)


def _trees(expression: Expression | Template) -> Iterator[Expr]:
    if isinstance(expression, Expression):
        yield expression.tree
    else:
        yield from (part for part in expression.parts if not isinstance(part, str))


def _in_tree(tree: Expr) -> Iterator[tuple[str, Path]]:
    """Yield the longest paths in an expression, then those inside its other parts."""
    found = _path(tree)
    if found is not None:
        yield found
    match tree:
        case Call(_, args):
            parts: tuple[Expr, ...] = args
        case Member(base) | Index(base, Literal()):
            parts = () if found is not None else (base,)
        case Index(base, index):
            parts = (index,) if found is not None else (base, index)
        case _:
            parts = ()
    for part in parts:
        yield from _in_tree(part)


def _path(tree: Expr) -> tuple[str, Path] | None:
    match tree:
        case Call(name, (Literal(str() as activity),)) if name.lower() == "activity":
            return activity, ()
        case Call(name, ()) if name.lower() == "item":
            return _ITEM, ()
        case Call(name, (base,)) if name.lower() in ("first", "last"):
            step: str | int = 0
        case Member(base, name):
            step = name
        case Index(base, Literal(str() as name)):
            step = name
        case Index(base, _):
            step = 0
        case _:
            return None
    found = _path(base)
    return None if found is None else (found[0], (*found[1], step))


def _insert(tree: Tree, path: Path) -> None:
    for step in path:
        known = next((key for key in tree if str(key).lower() == str(step).lower()), step)
        tree = tree.setdefault(known, {})


def _object(tree: Tree) -> dict[str, Json]:
    return {str(name): _value(str(name), inner) for name, inner in tree.items()}


def _value(name: str, tree: Tree) -> Json:
    if not tree:
        return _LEAVES.get(name.lower(), _TEXT)
    if 0 not in tree:
        return _object(tree)
    item = _value("item", tree[0]) if tree[0] else {}
    return [{**item, **_CHILD_ITEM} if name.lower() == "childitems" and isinstance(item, dict) else item]
