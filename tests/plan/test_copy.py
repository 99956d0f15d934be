"""A Copy's JSON → its mapping, additional columns, query and settings."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.data.locations import QueryLocation
from headwater.definition.activities.copy import CopyBody, CopySide
from headwater.language.expression.context import Context
from headwater.language.expression.parser import parse_value
from headwater.plan.copy import plan_copy
from headwater.plan.resolved import ColumnMapping
from plan.cases import cases, reference, tried, workspace

SERVICES = {"sql": ("AzureSqlDatabase", {"connectionString": "Server=srv;Database=d"}, {})}
DATASETS = {"d": {"service": "sql", "type": "AzureSqlTable", "properties": {"table": "t"}}}


def line(mapping: ColumnMapping) -> str:
    constant = f" = {mapping.value!r}" if mapping.value is not None else ""
    origin = f"[{mapping.expression}{constant}]" if mapping.expression else ""
    source = _side(mapping.source, mapping.source_ordinal, mapping.source_path, mapping.source_type)
    sink = _side(mapping.sink, mapping.sink_ordinal, mapping.sink_path, mapping.sink_type)
    return f"{source}{origin} -> {sink}" + (f" format={mapping.format}" if mapping.format else "")


def _side(name: str, ordinal: int | None, path: str | None, type_: object) -> str:
    parts = (f"#{ordinal}" if ordinal else "", f"@{path}" if path else "", f":{type_}" if type_ else "")
    return name + "".join(parts)


def body(case: dict[str, Any]) -> CopyBody:
    properties = {"additionalColumns": case["additional"]} if "additional" in case else {}
    source = parse_value({**case.get("source", {}), **properties})[0]
    assert isinstance(source, dict) or hasattr(source, "items")
    return CopyBody(
        CopySide("AzureSqlSource", source),
        CopySide("AzureSqlSink"),
        reference("d", {}),
        reference("d", {}),
        parse_value(case["translator"])[0],
        False,
        {"parallelCopies": 2},
    )


@pytest.mark.parametrize("case", cases("translators.json"))
def test_copy_comes_to_its_plan(case: dict[str, Any]) -> None:
    context = Context(parameters={"p": "x"})
    plan, faults = tried(lambda: plan_copy(workspace(SERVICES, DATASETS), body(case), context))
    assert faults == case.get("faults", [])
    if plan is None:
        return
    mapping = None if plan.mapping is None else [line(one) for one in plan.mapping]
    assert mapping == case["mapping"]
    assert [line(one) for one in plan.additional] == case.get("additional_columns", [])
    query = plan.source.location.text if isinstance(plan.source.location, QueryLocation) else None
    assert query == case.get("query")
    settings = {name: value for name, value in case.get("settings", {}).items() if value is not None}
    assert plan.settings == {"parallelCopies": 2, "enableStaging": False, **settings}
