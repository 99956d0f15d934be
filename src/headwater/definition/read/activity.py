"""The envelope of an activity: name, dependencies, policy; the body is read by the type's own file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.definition.activities import other
from headwater.definition.activities.control import OtherBody
from headwater.definition.activities.registry import ACTIVITY_TYPES, nearest_activity_type
from headwater.definition.pipeline import Activity, Body, Condition, Dependency, Policy
from headwater.definition.read.timespan import read_timespan
from headwater.definition.reader import Reader
from headwater.definition.reference import empty
from headwater.language.expression.ast import Value

CONDITIONS: dict[str, Condition] = {
    "Completed": "Completed",
    "Failed": "Failed",
    "Skipped": "Skipped",
    "Succeeded": "Succeeded",
}
_STATES = ("Active", "Inactive")
_ENVELOPE = ("inputs", "outputs", "typeProperties")
_INERT = ("concurrency", "executionPriorityOrder", "longRetry", "longRetryInterval", "delay", "style")


def read_activities(owner: Reader, name: str) -> tuple[Activity, ...]:
    """Read the activities in an array property."""
    return tuple(_read_activity(reader) for reader in owner.objects(name))


def _read_activity(reader: Reader) -> Activity:
    name, type_ = reader.text("name", required=True), reader.text("type", required=True)
    body, unknown = _read_body(reader, name, type_)
    return Activity(
        name=name,
        type=type_,
        body=body,
        depends_on=tuple(_read_dependency(item) for item in reader.objects("dependsOn")),
        policy=_read_policy(reader.object("policy")),
        active=_choice(reader, "state", _STATES, "Active") == "Active",
        on_inactive_mark_as=_choice(reader, "onInactiveMarkAs", ("Failed", "Skipped", "Succeeded"), "Succeeded"),
        linked_service=reader.reference("linkedServiceName"),
        user_properties=_read_user_properties(reader),
        description=reader.text("description"),
        unknown=MappingProxyType({**reader.unknown(_ENVELOPE), **unknown}),
        place=reader.place,
    )


def _read_body(reader: Reader, name: str, type_: str) -> tuple[Body, Mapping[str, Value]]:
    """Return the body, and under `typeProperties` the properties that it does not know."""
    activity_type = ACTIVITY_TYPES.get(type_)
    properties = reader.object("typeProperties", required=activity_type is not None and activity_type.runs)
    if activity_type is None:
        if type_:
            near = nearest_activity_type(type_)
            cure = f"Did you mean '{near}'?" if near else "See the activity types of Synapse in its documentation."
            reader.fault("DEF-005", f"Activity '{name}' has the unknown type '{type_}'", "type", cure)
            reader.skip("inputs", "outputs")
        return OtherBody(properties.rest()), empty()
    if not activity_type.runs:
        message = f"Activity '{name}' is of type '{type_}', which Headwater keeps but does not run"
        reader.fault("DEF-006", message, "type", "Pipelines can be checked with it, not run.", "warning")
        return other.read(properties, reader, read_activities), empty()
    body = activity_type.read(properties, reader, read_activities)
    unknown = properties.unknown()
    return body, MappingProxyType({"typeProperties": unknown}) if unknown else empty()


def _read_dependency(reader: Reader) -> Dependency:
    known = reader.texts("dependencyConditions")
    conditions = tuple(CONDITIONS[text] for text in known if text in CONDITIONS)
    if bad := [text for text in known if text not in CONDITIONS]:
        message = f"'{bad[0]}' is no dependency condition"
        reader.fault("DEF-020", message, "dependencyConditions", f"They are {', '.join(CONDITIONS)}.")
    if not known:
        reader.fault("DEF-002", "A dependency has no conditions", None, "Add 'dependencyConditions': [\"Succeeded\"].")
    dependency = Dependency(reader.text("activity", required=True), conditions)
    reader.unknown()
    return dependency


def _read_policy(reader: Reader) -> Policy:
    default = Policy()
    interval = reader.integer("retryIntervalInSeconds", default.retry_interval_s)
    policy = Policy(
        timeout=read_timespan(reader, "timeout", default.timeout),
        retry=reader.value("retry", default.retry),
        retry_interval_s=default.retry_interval_s if interval is None else interval,
        secure_input=reader.flag("secureInput"),
        secure_output=reader.flag("secureOutput"),
    )
    reader.skip(*_INERT)
    reader.unknown()
    return policy


def _choice(reader: Reader, name: str, choices: tuple[str, ...], default: str) -> str:
    value = reader.text(name, default)
    if value not in choices:
        reader.fault("DEF-020", f"'{name}' is '{value}'", name, f"It is one of {', '.join(choices)}.")
        return default
    return value


def _read_user_properties(reader: Reader) -> Mapping[str, Value]:
    readers = reader.objects("userProperties")
    return MappingProxyType({item.text("name", required=True): item.value("value") for item in readers})
