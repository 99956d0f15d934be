"""`headwater eval`, through the command line and in process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.app.evaluation import evaluation
from headwater.app.values import to_json
from headwater.cli.main import run

EVAL = Path(__file__).parents[1] / "fixtures" / "cli"


def lines(name: str) -> list[dict[str, Any]]:  # Any: a line is what the JSON says
    return [json.loads(line) for line in (EVAL / name).read_text(encoding="utf-8").splitlines()]


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[list[Any], int]:
    """Return the JSON lines that a command prints, and how it ends."""
    code: object = 0
    try:
        run(["eval", *arguments])
    except SystemExit as ended:
        code = ended.code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()], int(str(code or 0))


@pytest.mark.parametrize("line", lines("eval.jsonl"), ids=lambda line: line["expr"])
def test_expression_evaluated_prints_value_and_type(line: dict[str, Any]) -> None:
    with evaluation(line["language"]) as work:
        outcome = work(line["expr"], line.get("context", {}))
    assert outcome.error is None, outcome.error
    assert to_json(outcome.to_json()).decode() == line["printed"]


@pytest.mark.parametrize("line", lines("eval__invalid.jsonl"), ids=lambda line: line["expr"])
def test_expression_at_fault_prints_code_caret_and_cure(line: dict[str, Any]) -> None:
    with evaluation(line["language"]) as work:
        outcome = work(line["expr"], line.get("context", {}))
    shown = outcome.to_json()
    assert [fault["code"] for fault in shown["faults"]] == line["codes"]  # type: ignore[attr-defined]  # a list of objects
    assert line["part"] in str(shown["error"])
    assert "→" in str(shown["error"])


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (("--dataflow", "add(10, 20)"), {"value": 30, "type": "integer"}),
        (("--pipeline", "@concat('a','b')"), {"value": "ab", "type": "string"}),
        (("--dataflow", "-5 + 3"), {"value": -2, "type": "integer"}),
        (("--dataflow=1 + 1",), {"value": 2, "type": "integer"}),
        (("--dataflow", "a", "--context", '{"columns": {"a": "x"}}'), {"value": "x", "type": "string"}),
    ],
)
def test_expression_on_the_command_line_prints_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], printed: dict[str, object]
) -> None:
    assert evaluated(capsys, *arguments) == ([printed], 0)


def test_expression_at_fault_on_the_command_line_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    (shown,), code = evaluated(capsys, "--dataflow", "ad(1)")
    assert code == 1
    assert shown["error"].startswith("LNG-027 There is no function 'ad'")
    assert "^" in shown["error"]


def test_file_evaluated_gives_one_line_for_each_and_goes_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    entries = [
        '{"expr": "1 + 1"}',
        "not json",
        '{"expr": "nope("}',
        "",
        '{"context": {}}',
        '{"expr": "a", "context": []}',
        '{"expr": "a * $p", "context": {"columns": {"a": 4}}}',
    ]
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(entries), encoding="utf-8")
    given = '{"parameters": {"p": 2}}'
    shown, code = evaluated(capsys, "--jsonl", str(file), "--dataflow", "--context", given)
    assert code == 0
    assert [line.get("value") for line in shown] == [2, None, None, None, None, None, 8]
    assert ["error" in line for line in shown] == [False, True, True, True, True, True, False]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--dataflow", "1", "--pipeline", "@1"),
        ("--jsonl", "lines.jsonl"),
        ("--dataflow", "1", "--jsonl", "lines.jsonl"),
        ("--dataflow", "--jsonl", "there/is/none.jsonl"),
        ("--dataflow", "1", "--context", "{"),
        ("--dataflow", "1", "--context", "none.json"),
        ("--dataflow", "1", "--context", "[]"),
    ],
)
def test_command_line_that_makes_no_sense_is_told(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["eval", *arguments])
    assert ended.value.code == 1
    assert "SET-004" in capsys.readouterr().err


def test_expressions_piped_in_are_evaluated_by_their_language() -> None:
    command = [sys.executable, "-c", "from headwater.cli.main import run; run()", "eval"]
    given = "1 + 1\n@add(1, 2)\n\nnope()\n"
    ended = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=60)
    shown = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [line.get("value") for line in shown] == [2, 3, None]
    assert ended.returncode == 0
    assert ended.stderr == ""
