"""The prompt of `headwater eval`: both languages, completion of function names, `?name` for what one does."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from headwater.app.evaluation import Outcome, evaluation
from headwater.app.function_help import FunctionHelp, functions, help_for
from headwater.app.values import to_json
from headwater.language.expression.ast import Json

_WELCOME = "An expression of the data flow language, or one that begins with @; ?name tells of a function, Ctrl-D ends."


class FunctionCompleter(Completer):
    """Completes the name that is being typed: of the pipeline language where the line begins with @."""

    def __init__(self) -> None:
        self._flow = functions("dataflow")
        self._pipeline = functions("pipeline")

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        """Yield the functions that begin with the word before the cursor, ignoring case."""
        word = document.get_word_before_cursor()
        text = document.text_before_cursor.lstrip()
        known = (*self._flow, *self._pipeline) if text.startswith("?") else self._of(text)
        if not word.isidentifier():
            return
        for function in known:
            if function.name.lower().startswith(word.lower()):
                yield Completion(function.name, -len(word), display_meta=function.doc)

    def _of(self, text: str) -> tuple[FunctionHelp, ...]:
        return self._pipeline if text.startswith("@") else self._flow


def ask(context: Mapping[str, Json]) -> None:
    """Evaluate what is typed until the input ends."""
    session: PromptSession[str] = PromptSession(completer=FunctionCompleter(), complete_while_typing=False)
    sys.stdout.write(_WELCOME + "\n")
    with evaluation("dataflow") as flow, evaluation("pipeline") as pipeline:
        while True:
            try:
                text = session.prompt("> ").strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            if text.startswith("?"):
                sys.stdout.write(help_for(text[1:].strip().rstrip("()")) + "\n")
            elif text:
                show((pipeline if text.startswith("@") else flow)(text, context))


def show(outcome: Outcome) -> None:
    """Write a value and its type, or the faults as people read them."""
    if outcome.error is not None:
        sys.stdout.write(f"{outcome.error}\n")
    else:
        sys.stdout.write(f"{to_json(outcome.value).decode()}  ({outcome.type})\n")
