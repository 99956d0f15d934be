"""Ways through a definition: every activity with what it stands in, and every expression.

Generic over the bodies of activities: a new activity type is walked without a line here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headwater.definition.pipeline import Activity, Body, Pipeline
from headwater.language.expression.ast import Expression, Template


@dataclass(frozen=True, slots=True)
class Located:
    """An activity, the list that it stands in, and the containers around that list, outermost first."""

    activity: Activity
    siblings: tuple[Activity, ...]
    containers: tuple[Located, ...] = ()


def walk_activities(pipeline: Pipeline) -> Iterator[Located]:
    """Yield every activity of a pipeline, containers before what they hold."""
    yield from _walk(pipeline.activities, ())


def nested_lists(body: Body) -> Iterator[tuple[Activity, ...]]:
    """Yield the lists of activities that a body holds: one of a loop, two of a condition, one a case."""
    yield from _lists_in(body)


def expressions_in(thing: object) -> Iterator[Expression | Template]:
    """Yield every expression in a definition, a body or a value, but none of nested activities."""
    if isinstance(thing, Expression | Template):
        yield thing
    else:
        for part in _parts(thing):
            if not isinstance(part, Activity):
                yield from expressions_in(part)


def _walk(siblings: tuple[Activity, ...], containers: tuple[Located, ...]) -> Iterator[Located]:
    for activity in siblings:
        located = Located(activity, siblings, containers)
        yield located
        for inner in nested_lists(activity.body):
            yield from _walk(inner, (*containers, located))


def _lists_in(thing: object) -> Iterator[tuple[Activity, ...]]:
    for part in _parts(thing):
        if isinstance(part, tuple) and part and isinstance(part[0], Activity):
            yield part
        elif not isinstance(part, Expression | Template):
            yield from _lists_in(part)


def _parts(thing: object) -> Iterator[object]:
    if dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield getattr(thing, field.name)
    elif isinstance(thing, tuple):
        yield from thing
    elif isinstance(thing, Mapping):
        yield from thing.values()
