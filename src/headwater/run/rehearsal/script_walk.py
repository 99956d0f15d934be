"""Goes through the expressions of a script's statements, however deep. Separate, because all that looks for what a
flow asks of its columns walks the same way.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from headwater.language.dataflow.ast import Node


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes in it, outer before inner."""
    # Not recursive: a sum of many terms is as deep as it is long.
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(list(children(one))))


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly in a node, in the order of its fields."""
    for field in dataclasses.fields(node):
        yield from _nodes(getattr(node, field.name))


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
