"""Options of sources and sinks that a graph takes and a run does not: of stores, and of work beside the rows.

They change no column, so that lineage and types are complete with them; whoever plans a run refuses them.
"""

from __future__ import annotations

from collections.abc import Mapping

from headwater.language.dataflow.ast import Literal, Option
from headwater.language.expression.ast import Json
from headwater.transformations.arguments import flag, value_of
from headwater.transformations.protocol import Given

_OF_STORES = (
    "alternateKeyName",
    "context",
    "corpusFolder",
    "corpusStore",
    "database",
    "databaseType",
    "entity",
    "entityPath",
    "headers",
    "httpMethod",
    "excludeFields",
    "local",
    "manifestName",
    "manifestType",
    "objectName",
    "partitionKey",
    "queryParameters",
    "requestFormat",
    "requestInterval",
    "resourceName",
    "responseFormat",
    "throughput",
)
SOURCE_OPTIONS = (
    *_OF_STORES,
    "body",
    "booleanFormat",
    "enableNativeCdc",
    "filterMap",
    "fixDecimalPrecision",
    "keys",
    "lastEventPosition",
    "netChanges",
    "paginationRules",
    "partitionPredicates",
    "preferredFractionalType",
    "preferredIntegralType",
    "readMode",
)
SINK_OPTIONS = (*_OF_STORES,)


# What they say where it is what is done anyway.
_USUAL: Mapping[str, Json] = {"booleanFormat": ["true", "false"]}
# How the types of drifted columns are guessed, where they are guessed at all.
_GUESSES = ("preferredFractionalType", "preferredIntegralType")


def not_run(given: Given, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of these options are set to something."""
    options = (given.statement.option(name) for name in names)
    return tuple(option.name for option in options if option is not None and _has_bearing(given, option))


def _has_bearing(given: Given, option: Option) -> bool:
    if _is_unset(option) or (option.name in _GUESSES and not flag(given, "inferDriftedColumnTypes")):
        return False
    return option.name not in _USUAL or value_of(given, option) != _USUAL[option.name]


def _is_unset(option: Option) -> bool:
    value = option.value
    return value == () or (isinstance(value, Literal) and value.value in (False, None, ""))
