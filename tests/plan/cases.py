"""Cases from tests/fixtures/plan, and the definitions that they stand for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from headwater.definition.load import load_files
from headwater.definition.reference import Reference
from headwater.definition.workspace import Workspace
from headwater.errors import HeadwaterError
from headwater.language.expression.parser import parse_value

FIXTURES = Path(__file__).parent.parent / "fixtures" / "plan"
T = TypeVar("T")
Services = Mapping[str, tuple[str, Mapping[str, Any], Mapping[str, Any]]]


def cases(name: str) -> list[Any]:
    """Return the cases of a fixture file as parameters, each under its name."""
    return [pytest.param(case, id=case["name"]) for case in json.loads((FIXTURES / name).read_text(encoding="utf-8"))]


def load(files: Mapping[str, Any]) -> Workspace:
    """Return a workspace of JSON definitions by file name, faults and all."""
    return load_files({name: json.dumps(content).encode() for name, content in files.items()}, "sales")


def workspace(services: Services, datasets: Mapping[str, Mapping[str, Any]]) -> Workspace:
    """Return a workspace of linked services (type, properties, parameters) and datasets as cases write them."""
    files: dict[str, Any] = {}
    for name, (type_, properties, parameters) in services.items():
        content = {"type": type_, "typeProperties": properties, "parameters": parameters}
        files[f"linkedService/{name}.json"] = {"name": name, "properties": content}
    for name, case in datasets.items():
        service = {
            "referenceName": case["service"],
            "type": "LinkedServiceReference",
            "parameters": case.get("arguments", {}),
        }
        content = {"type": case["type"], "linkedServiceName": service, "typeProperties": case["properties"]}
        content |= {"parameters": case.get("parameters", {}), "schema": case.get("schema", [])}
        files[f"dataset/{name}.json"] = {"name": name, "properties": content}
    return load(files)


def reference(name: str, arguments: Mapping[str, Any]) -> Reference:
    """Return a reference whose arguments may be expressions."""
    return Reference(name, {key: parse_value(value)[0] for key, value in arguments.items()})


def tried(make: Callable[[], T]) -> tuple[T | None, list[str]]:
    """Return what is made and no faults, or nothing and code and message of every fault."""
    try:
        return make(), []
    except HeadwaterError as error:
        return None, [f"{fault.code} {fault.message}" for fault in error.faults]
