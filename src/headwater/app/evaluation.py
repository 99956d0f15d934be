"""Expressions of both languages tried out: a text and its surroundings in, the value as JSON or the faults out.

Surroundings are JSON. For the data flow language: `parameters` and `columns`, each name with a value, or with
`{"value": …, "type": "decimal(10,2)"}`. For the pipeline language: `parameters`, `variables`, `activities`, `pipeline`
(system variables), `globalParameters`, `trigger`, `item`, `dataset`, `linkedService` and `utcNow`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from headwater.app import samples, values
from headwater.errors import Fault, HeadwaterError, LanguageError
from headwater.language.dataflow.evaluate import Evaluator, evaluator
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.language.expression.parser import parse_value

Language = Literal["dataflow", "pipeline"]
_MAPS = {
    "activities": "activities",
    "dataset": "dataset",
    "globalparameters": "global_parameters",
    "linkedservice": "linked_service",
    "parameters": "parameters",
    "pipeline": "pipeline",
    "trigger": "trigger",
    "variables": "variables",
}
_CLOCKS = ("clock", "utcnow")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an expression came to: a value with its type, or faults."""

    value: object = None
    """What `values.to_json` writes."""
    type: str = ""
    error: HeadwaterError | None = None

    def to_json(self) -> dict[str, object]:
        """Return `{"value", "type"}`, or `{"error", "faults"}`: the text for people and the faults for programs."""
        if self.error is not None:
            return {"error": str(self.error), "faults": [fault.to_json() for fault in self.error.faults]}
        return {"value": self.value, "type": self.type}


Evaluate = Callable[[str, Mapping[str, Json]], Outcome]


@contextmanager
def evaluation(language: Language) -> Iterator[Evaluate]:
    """Open what evaluates expressions of a language, as many as wanted."""
    if language == "pipeline":
        yield lambda text, context: _outcome(lambda: _pipeline_value(text, context))
        return
    with evaluator() as engine:
        yield lambda text, context: _outcome(lambda: _flow_value(engine, text, context))


def _outcome(work: Callable[[], Outcome]) -> Outcome:
    try:
        return work()
    except HeadwaterError as error:
        return Outcome(error=error)
    except RecursionError:
        cure = "Split it into parts."
        return Outcome(error=LanguageError(Fault("LNG-106", "The expression is nested too deeply", cure=cure)))


def _flow_value(engine: Evaluator, text: str, context: Mapping[str, Json]) -> Outcome:
    value, type_ = engine.literal(text, samples.scope_of(context))
    return Outcome(values.from_engine(value, type_), str(type_))


def _pipeline_value(text: str, context: Mapping[str, Json]) -> Outcome:
    value, faults = parse_value(text)
    if faults:
        raise LanguageError(*faults)
    result = evaluate(value, _context(context))
    return Outcome(result, values.name_of_type(result))


def _context(given: Mapping[str, Json]) -> Context:
    """Return the surroundings of a pipeline expression. Raises LanguageError for what they cannot be."""
    maps: dict[str, Mapping[str, Json]] = {}
    item: Json = None
    in_loop = False
    clock: Callable[[], datetime.datetime] | None = None
    for name, value in given.items():
        lowered = name.lower()
        if lowered == "item":
            item, in_loop = value, True
        elif lowered in _CLOCKS:
            clock = _clock(name, value)
        elif lowered not in _MAPS:
            raise samples.unknown(name, (*_MAPS.values(), "item", "utcNow"))
        elif not isinstance(value, dict):
            raise samples.wrong(f"'{name}' of the context is not an object", 'Write {"name": value, …}.')
        else:
            maps[_MAPS[lowered]] = value
    # The names of `maps` are those of Context's own fields.
    context = Context(**maps, item=item, in_loop=in_loop)  # type: ignore[arg-type]
    return context if clock is None else Context(**maps, item=item, in_loop=in_loop, clock=clock)  # type: ignore[arg-type]


def _clock(name: str, value: Json) -> Callable[[], datetime.datetime]:
    try:
        moment = datetime.datetime.fromisoformat(str(value))
    except ValueError as error:
        raise samples.wrong(f"'{name}' of the context is no moment: {value}", "Write 2024-05-06T07:08:09Z.") from error
    utc = moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None else moment.astimezone(datetime.UTC)
    return lambda: utc
