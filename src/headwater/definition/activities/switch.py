"""Switch: the activities of the case that a text equals."""

from __future__ import annotations

from headwater.definition.activities.control import SwitchBody, SwitchCase
from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader


def read(properties: Reader, _: Reader, nested: ReadActivities) -> SwitchBody:
    """Read a Switch activity."""
    cases: list[SwitchCase] = []
    for reader in properties.objects("cases"):
        cases.append(SwitchCase(reader.text("value", required=True), nested(reader, "activities")))
        reader.unknown()
    default = nested(properties, "defaultActivities")
    return SwitchBody(properties.value("on", required=True), tuple(cases), default)
