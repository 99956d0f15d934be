"""Evaluated properties of control activities: of the type that is asked for, or a fault that names the property."""

from __future__ import annotations

from headwater.definition.pipeline import Activity
from headwater.errors import Fault, PlanError
from headwater.language.expression.ast import Json


def boolean(activity: Activity, name: str, value: Json) -> bool:
    """Return a boolean; `true` and `false` may come as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise _unfit(activity, name, value, "a boolean")


def integer(activity: Activity, name: str, value: Json) -> int:
    """Return an integer, also one that comes as text or as a whole float."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.strip().removeprefix("-").isdecimal():
        return int(value)
    raise _unfit(activity, name, value, "an integer")


def array(activity: Activity, name: str, value: Json) -> list[Json]:
    """Return an array."""
    if isinstance(value, list):
        return value
    raise _unfit(activity, name, value, "an array")


def text(activity: Activity, name: str, value: Json) -> str:
    """Return a text; numbers are written out."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise _unfit(activity, name, value, "a text")


def type_name(value: Json) -> str:
    """Return the type of a JSON value as variables are declared."""
    match value:
        case None:
            return "Null"
        case bool():
            return "Boolean"
        case int():
            return "Integer"
        case float():
            return "Float"
        case str():
            return "String"
        case list():
            return "Array"
        case _:
            return "Object"


def _unfit(activity: Activity, name: str, value: Json, wanted: str) -> PlanError:
    return PlanError(
        Fault(
            "PLN-028",
            f'`{name}` of {activity.type} "{activity.name}" is of type {type_name(value)}, not {wanted}',
            activity.place,
            f"Give it {wanted}, or an expression that comes to one.",
        )
    )
