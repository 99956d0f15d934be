"""What is known of an expression before the run, and why the rest is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from headwater.language.expression.ast import Json, Value
from headwater.language.expression.context import Context
from headwater.language.expression.references import Mention, mentions

_STATIC_SYSTEM = frozenset({"datafactory", "pipeline"})
_ALWAYS_OPEN: Mapping[str, str] = {
    "clock": "the time of the run",
    "random": "a random value",
    "trigger": "what triggers the run",
}


@dataclass(frozen=True, slots=True)
class Known:
    """The values that are known already, at one place of a pipeline. `items` are those of the loop around it."""

    workspace: str
    pipeline: str
    parameters: Mapping[str, Json]
    global_parameters: Mapping[str, Json] = field(default_factory=dict)
    items: tuple[Json, ...] | None = None

    def contexts(self) -> tuple[Context, ...]:
        """Return the contexts to evaluate in: one, or one for each item of the loop."""
        system: dict[str, Json] = {"DataFactory": self.workspace, "Pipeline": self.pipeline}
        if self.items is None:
            return (Context(self.parameters, pipeline=system, global_parameters=self.global_parameters),)
        return tuple(
            Context(
                self.parameters,
                pipeline=system,
                global_parameters=self.global_parameters,
                item=item,
                in_loop=True,
            )
            for item in self.items
        )

    def why_unknown(self, *values: Value) -> str:
        """Return what must run before these values are known, or an empty text if they are known."""
        found = (mention for value in values for mention in mentions(value))
        return self._first_reason(found)

    def _first_reason(self, found: Iterable[Mention]) -> str:
        return next((reason for mention in found if (reason := self._reason(mention))), "")

    def _reason(self, mention: Mention) -> str:
        match mention.kind:
            case "activity":
                return f'what activity "{mention.name}" gives' if mention.name else "what activities give"
            case "item":
                return "" if self.items is not None else "the item of the loop"
            case "parameter":
                known = {name.lower() for name in self.parameters}
                return "" if (mention.name or "").lower() in known else f'parameter "{mention.name or "?"}"'
            case "system":
                known_name = (mention.name or "").lower() in _STATIC_SYSTEM
                return "" if known_name else f"pipeline().{mention.name or '?'}"
            case "variable":
                return f'variable "{mention.name or "?"}"'
            case "dataset" | "globalParameter" | "linkedService":
                return ""
            case open_kind:
                return _ALWAYS_OPEN[open_kind]
