"""What definitions share: parameters, references to other definitions, and where a definition stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from headwater.errors import Place
from headwater.language.expression.ast import Json, Value


def empty() -> Mapping[str, Value]:
    """Return an empty, immutable mapping."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter; `type` is lower-cased: string, int, bool, array, object, float, securestring.

    The default of a securestring is a secret, so defaults stay out of `repr`.
    """

    name: str
    type: str
    default: Json = field(default=None, repr=False)
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference by name, with the arguments given to the referenced definition's parameters."""

    name: str
    parameters: Mapping[str, Value] = field(default_factory=empty)
    place: Place = field(default=Place(), compare=False)
    type: str = ""
    """As written: `DatasetReference`, `PipelineReference`, …"""
