"""Values to JSON: types kept, text interpolated, and errors that point at the argument."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.errors import LanguageError, Place
from headwater.language.expression.ast import Json
from headwater.language.expression.evaluate import evaluate
from headwater.language.expression.parser import parse_value
from language.expression.expression_fixtures import context, function_pairs, read


def run(text: Any, **changes: Any) -> Json:
    value, faults = parse_value(text, Place("f.json", "$.x"))
    assert faults == ()
    return evaluate(value, context(**changes))


def error_of(text: str, **changes: Any) -> LanguageError:
    with pytest.raises(LanguageError) as caught:
        run(text, **changes)
    return caught.value


@pytest.mark.parametrize("pair", read("values.json"), ids=lambda pair: str(pair["value"]))
def test_evaluate_json_value_gives_result(pair: dict[str, Any]) -> None:
    value, faults = parse_value(pair["value"])
    if pair["kind"] == "fault":
        assert [fault.code for fault in faults] == pair["faults"]
        return
    assert type(value).__name__ == pair["kind"]
    result = evaluate(value, context())
    assert (result, type(result)) == (pair["result"], type(pair["result"]))


@pytest.mark.parametrize("pair", function_pairs(), ids=lambda pair: f"{pair['family']}: {pair['expr']}")
def test_evaluate_function_pair_holds(pair: dict[str, Any]) -> None:
    if "error" in pair:
        assert error_of(f"@{pair['expr']}").code == pair["error"]
        return
    result = run(f"@{pair['expr']}")
    assert (result, type(result)) == (pair["result"], type(pair["result"]))


def test_evaluate_wrong_argument_points_at_it() -> None:
    fault = error_of("@concat('a', toLower(add(1, 2)))").faults[0]
    assert fault.message == "'toLower' takes a string as argument 1, not an integer"
    assert fault.place == Place("f.json", "$.x", 1, 22, "@concat('a', toLower(add(1, 2)))\n" + " " * 21 + "^" * 9)


def test_evaluate_missing_property_names_those_there_are() -> None:
    fault = error_of("@pipeline().parameters.nmae").faults[0]
    assert (fault.message, fault.cure) == (
        "There is no property 'nmae'",
        "There are: 'count', 'list', 'name'.",
    )


def test_evaluate_item_outside_loop_is_refused() -> None:
    assert error_of("@item()", in_loop=False).code == "LNG-104"


def test_evaluate_trigger_without_trigger_is_refused() -> None:
    assert error_of("@trigger().startTime", trigger={}).code == "LNG-104"
    assert error_of("@triggerBody().fileName", trigger={}).code == "LNG-104"


def test_evaluate_error_never_quotes_a_value() -> None:
    """A value may come from a secure parameter."""
    for expression in (
        "int(pipeline().parameters.s)",
        "json(pipeline().parameters.s)",
        "addDays(pipeline().parameters.s, 1)",
    ):
        assert "hunter2" not in str(error_of(f"@{expression}", parameters={"s": "hunter2"}))


def test_evaluate_argument_is_evaluated_once() -> None:
    """The same guid on both sides: each call draws one number from the source of chance."""
    first = run("@createArray(guid(), guid())")
    assert isinstance(first, list)
    assert first[0] != first[1]
    assert first == run("@createArray(guid(), guid())")


def test_evaluate_deepest_expression_needs_no_more_stack_than_there_is() -> None:
    assert run("@" + "string(" * 99 + "'x'" + ")" * 99) == "x"


def test_evaluate_secret_text_is_not_shown() -> None:
    value, _ = parse_value("Password=hunter2;Server=@{linkedService().none}", Place("f.json", "$.x"), secret=True)
    with pytest.raises(LanguageError) as caught:
        evaluate(value, context())
    assert "hunter2" not in str(caught.value)
    assert caught.value.faults[0].place == Place("f.json", "$.x", 1, 27)
