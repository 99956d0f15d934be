"""What each function of the two languages is: signature, sentence and example, for prompts and documents."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.app.evaluation import Language
from headwater.language.dataflow.functions import examples as flow_examples
from headwater.language.dataflow.functions import registry as flow
from headwater.language.dataflow.functions.marks import MARKS
from headwater.language.dataflow.functions.meta import DOCS
from headwater.language.dataflow.scope import nearest
from headwater.language.expression.functions import examples as pipeline_examples
from headwater.language.expression.functions import registry as pipeline


@dataclass(frozen=True, slots=True)
class FunctionHelp:
    """A function as a person reads it."""

    name: str
    signature: str
    doc: str
    example: str

    def __str__(self) -> str:
        return f"{self.signature}\n  {self.doc}\n  For example: {self.example}"


def functions(language: Language) -> tuple[FunctionHelp, ...]:
    """Return every function of a language, sorted by name."""
    found = _pipeline() if language == "pipeline" else _flow()
    return tuple(sorted(found, key=lambda function: function.name.lower()))


def help_for(name: str) -> str:
    """Return what the functions of this name do in either language, or the nearest names."""
    every = [function for language in _LANGUAGES for function in functions(language)]
    found = [function for function in every if function.name.lower() == name.lower()]
    if found:
        return "\n".join(str(function) for function in found)
    return f"There is no function '{name}'. {nearest(name, (function.name for function in every))}"


_LANGUAGES: tuple[Language, ...] = ("dataflow", "pipeline")


def _pipeline() -> list[FunctionHelp]:
    examples = pipeline_examples.EXAMPLES
    return [FunctionHelp(f.name, f"@{f.signature}", f.doc, f"@{examples[f.name]}") for f in pipeline.FUNCTIONS.values()]


def _flow() -> list[FunctionHelp]:
    examples = flow_examples.EXAMPLES
    found = [FunctionHelp(f.name, f.signature, f.doc, examples[f.name]) for f in flow.FUNCTIONS.values()]
    for name, mark in MARKS.items():
        optional = "[integral]" if mark.indexed else "[string]" if mark.arguments else ""
        found.append(FunctionHelp(name, f"{name}({optional}) => {mark.result}", mark.doc, examples[name]))
    return found + [FunctionHelp(name, sig, doc, examples[name]) for name, (sig, doc) in DOCS.items()]
