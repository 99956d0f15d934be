"""What a flow's script refers to beside itself: functions of UDF libraries, flowlets, and the values of pivots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headwater.language.dataflow.ast import Script
from headwater.language.dataflow.scope import UserFunction
from headwater.language.expression.ast import Json
from headwater.language.source import Source


@dataclass(frozen=True, slots=True)
class Flowlet:
    """A script with `input(…)` and `output(…)` in the place of its ends."""

    script: Script
    source: Source = field(repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """`pivots` are the values of the key by stream, for pivots that name none and whose data has been looked at."""

    functions: Mapping[str, UserFunction] = field(default_factory=dict)
    flowlets: Mapping[str, Flowlet] = field(default_factory=dict)
    pivots: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)


NOTHING_KNOWN = Known()
