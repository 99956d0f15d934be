"""The rules that every pipeline is held against before it is planned."""

from __future__ import annotations

from headwater.plan.rules.flat_loops import flat_loops
from headwater.plan.rules.known_dependencies import known_dependencies
from headwater.plan.rules.known_pipelines import known_pipelines
from headwater.plan.rules.known_variables import known_variables
from headwater.plan.rules.no_self_reference import no_self_reference
from headwater.plan.rules.rule import Rule
from headwater.plan.rules.runnable_types import runnable_types
from headwater.plan.rules.unique_names import unique_names

RULES: tuple[Rule, ...] = (
    flat_loops,
    known_dependencies,
    known_pipelines,
    known_variables,
    no_self_reference,
    runnable_types,
    unique_names,
)
