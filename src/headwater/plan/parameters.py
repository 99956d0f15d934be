"""Pipeline parameters: what is given against what is declared, all faults at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from headwater.definition.pipeline import Pipeline
from headwater.definition.reference import Parameter
from headwater.errors import Fault, PlanError, raise_if_any
from headwater.language.expression.ast import Json
from headwater.plan.lookup import cure_for_name


class _Unfit(ValueError):
    """The value is of another type."""


def check_parameters(pipeline: Pipeline, given: Mapping[str, Json], *, from_pipeline: bool = False) -> dict[str, Json]:
    """Return a value for every declared parameter.

    Numbers and booleans may come as text. With `from_pipeline`, arrays and objects may too, because ExecutePipeline
    hands them over as strings. Raises PlanError naming every missing, unknown and ill-typed parameter.
    """
    declared = {parameter.name.lower(): parameter for parameter in pipeline.parameters}
    by_name = {name.lower(): value for name, value in given.items()}
    faults = [_unknown(pipeline, name) for name in given if name.lower() not in declared]
    values: dict[str, Json] = {}
    for key, parameter in declared.items():
        if key not in by_name and not parameter.has_default:
            faults.append(_missing(pipeline, parameter))
            continue
        value = by_name.get(key, parameter.default)
        try:
            values[parameter.name] = value if key not in by_name else _fit(parameter, value, from_pipeline)
        except _Unfit:
            faults.append(_ill_typed(pipeline, parameter, value))
    raise_if_any(PlanError, faults)
    return values


def secure_parameters(pipeline: Pipeline) -> frozenset[str]:
    """Return the names of the parameters that must not be shown."""
    return frozenset(parameter.name for parameter in pipeline.parameters if parameter.type == "securestring")


def _fit(parameter: Parameter, value: Json, from_pipeline: bool) -> Json:
    if value is None:
        return None
    if from_pipeline and parameter.type in ("array", "object") and isinstance(value, str):
        return value
    fit = _FITS.get(parameter.type)
    if fit is None:
        raise _Unfit
    return fit(value)


def _array(value: Json) -> Json:
    if isinstance(value, list):
        return value
    raise _Unfit


def _bool(value: Json) -> Json:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _Unfit


def _float(value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Unfit
    try:
        number = float(value)
    except ValueError as error:
        raise _Unfit from error
    if not math.isfinite(number):
        raise _Unfit
    return value if isinstance(value, int | float) else number


def _int(value: Json) -> Json:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError as error:
            raise _Unfit from error
    raise _Unfit


def _object(value: Json) -> Json:
    if isinstance(value, dict):
        return value
    raise _Unfit


def _string(value: Json) -> Json:
    if isinstance(value, str):
        return value
    raise _Unfit


_FITS: Mapping[str, Callable[[Json], Json]] = {
    "array": _array,
    "bool": _bool,
    "float": _float,
    "int": _int,
    "object": _object,
    "securestring": _string,
    "string": _string,
}


def _unknown(pipeline: Pipeline, name: str) -> Fault:
    cure = cure_for_name(name, (parameter.name for parameter in pipeline.parameters))
    return Fault("PLN-003", f'Pipeline "{pipeline.name}" has no parameter "{name}"', pipeline.place, cure)


def _missing(pipeline: Pipeline, parameter: Parameter) -> Fault:
    return Fault(
        "PLN-002",
        f'Parameter "{parameter.name}" ({parameter.type}) of pipeline "{pipeline.name}" has no value',
        pipeline.place,
        f"Give one, as in -p {parameter.name}=…, or declare a default value.",
    )


def _ill_typed(pipeline: Pipeline, parameter: Parameter, value: Json) -> Fault:
    shown = "the value" if parameter.type == "securestring" else repr(value)
    return Fault(
        "PLN-004",
        f'Parameter "{parameter.name}" of pipeline "{pipeline.name}" is of type {parameter.type}, {shown} is not',
        pipeline.place,
        f"Give a value of type {parameter.type}; arrays and objects are written as JSON.",
    )
