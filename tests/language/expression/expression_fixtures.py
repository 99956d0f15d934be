"""Reads the fixtures of the expression language."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from random import Random
from typing import Any

from headwater.language.expression.context import Context

FIXTURES = Path(__file__).parents[2] / "fixtures" / "expression"
NOW = datetime.datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=datetime.UTC)


def read(name: str) -> Any:
    """Return the JSON of a fixture file."""
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def function_pairs() -> list[dict[str, Any]]:
    """Return every line of the function fixtures, each with the family that it is for."""
    return [
        {**json.loads(line), "family": file.stem}
        for file in sorted((FIXTURES / "functions").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]


def context(**changes: Any) -> Context:
    """Return the context of the fixtures: a fixed clock and a seeded source of chance."""
    given = {**read("context.json"), **changes}
    return Context(**given, clock=lambda: NOW, random=Random(0))
