"""Fixture files of the data flow language: one JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[2] / "fixtures" / "dataflow"


def lines(path: str) -> list[dict[str, Any]]:  # Any: a line is what the JSON says
    text = (FIXTURES / path).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def function_lines() -> list[dict[str, Any]]:  # Any: as above
    files = sorted((FIXTURES / "functions").glob("*.jsonl"))
    return [line for file in files for line in lines(f"functions/{file.name}")]
