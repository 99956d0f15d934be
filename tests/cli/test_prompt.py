"""The prompt of `headwater eval`: completion, help, and a session at a pretended terminal."""

from __future__ import annotations

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from headwater.app.evaluation import Language, evaluation
from headwater.app.function_help import functions, help_for
from headwater.cli.prompt import FunctionCompleter, ask
from headwater.language.dataflow.functions import registry
from headwater.language.dataflow.functions.marks import MARKS
from headwater.language.dataflow.functions.meta import REWRITES, SPREADS
from headwater.language.expression.ast import Json

ROW: dict[str, Json] = {
    "orders@price": 12.5,
    "orders@tax": 2.5,
    "orders@name": "Ann",
    "orders@region": "West",
    "orders@customer": 7,
    "orders@address": {"city": "Rome"},
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 + regexM", ["regexMatch"]),
        ("@conc", ["concat"]),
        ("@REGEX", []),
        ("iif(isUp", ["isUpdate", "isUpsert"]),
        ("?hasC", ["hasColumn"]),
        ("1 + ", []),
    ],
)
def test_name_begun_is_completed_in_its_language(text: str, found: list[str]) -> None:
    completions = FunctionCompleter().get_completions(Document(text), CompleteEvent())
    assert [completion.text for completion in completions] == found


def test_help_tells_signature_sentence_and_example_of_both_languages() -> None:
    shown = help_for("SUBSTRING")
    assert "substring(string, integral, [integral]) => string" in shown
    assert "@substring(" in shown
    assert shown.count("For example: ") == 2


def test_help_for_an_unknown_function_names_near_ones() -> None:
    assert help_for("lenght") == "There is no function 'lenght'. Did you mean 'length' or 'left'?"


def test_help_covers_every_function() -> None:
    names = {function.name for function in functions("dataflow")}
    assert names == {*registry.FUNCTIONS, *MARKS, *REWRITES, *SPREADS, *registry.CACHED, "byItem", "expr"}


@pytest.mark.parametrize("language", ["dataflow", "pipeline"])
def test_example_of_a_function_is_sound(language: Language) -> None:
    """An example has a value, or lacks just what it names: a cache sink, a mark, or what a run leaves behind.

    That of `unfold` makes rows, not a value.
    """
    lacking = {"LNG-026", "LNG-038", "LNG-104"}
    context: dict[str, Json] = {"columns": ROW} if language == "dataflow" else {}
    with evaluation(language) as work:
        examples = [function.example for function in functions(language) if function.name != "unfold"]
        outcomes = {example: work(example, context) for example in examples}
    wrong = {example: str(o.error) for example, o in outcomes.items() if o.error and o.error.code not in lacking}
    assert wrong == {}


def test_session_shows_values_faults_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("1 + 1\n@add(1, 2)\nnope()\n?upper\n\x04")
        ask({})
    shown = capsys.readouterr().out
    assert "2  (integer)\n3  (integer)\nLNG-027 There is no function 'nope'" in shown
    assert "upper(string) => string" in shown
