"""What a function is: its documented signature, its result type and its SQL; and how arguments fit parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sqlglot import exp

from headwater.data.types import DataType
from headwater.language.dataflow.functions import kinds
from headwater.language.dataflow.scope import Resolved

Family = Literal[
    "aggregate",
    "array",
    "comparison",
    "conditional",
    "conversion",
    "date",
    "hash",
    "logical",
    "map",
    "math",
    "meta",
    "string",
    "window",
]
Arguments: TypeAlias = tuple[Resolved, ...]
Builder: TypeAlias = Callable[[Arguments], exp.Expr]
ResultRule: TypeAlias = Callable[[tuple[DataType, ...]], DataType | None]
LambdaRule: TypeAlias = Callable[[tuple[DataType, ...]], dict[str, DataType]]


class Refused(Exception):
    """A builder cannot express these arguments exactly; `argument` is the index of the one to point at."""

    def __init__(self, code: str, message: str, cure: str, argument: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.cure, self.argument = code, message, cure, argument


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `kind` is a key of `kinds.KINDS`."""

    kind: str
    optional: bool = False
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language; `parameters` reads like the documentation: `"string, [integral]"`, `"any..."`."""

    name: str
    parameters: str
    result: DataType | ResultRule
    build: Builder
    doc: str
    family: Family = "string"
    role: Literal["scalar", "aggregate", "window"] = "scalar"
    conditions: frozenset[int] | Callable[[int], frozenset[int]] = frozenset()
    """Arguments that decide and do not flow into the value, or a rule from their number: CONDITIONAL in lineage."""
    lambdas: Mapping[int, LambdaRule] = field(default_factory=dict)
    """Arguments that are lambdas, with the variables that they may use, from the types of the arguments before."""
    nondeterministic: bool = False
    result_of_values: Callable[[Arguments], DataType] | None = None
    """The result type where it depends on constants among the arguments."""

    @property
    def signature(self) -> str:
        """The signature for documentation: `substring(string, integral, [integral]) => string`."""
        result = "any" if callable(self.result) else str(self.result)
        return f"{self.name}({self.parameters}) => {result}"


def parse_parameters(text: str) -> tuple[Parameter, ...]:
    """Return the parameters that a signature lists."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return tuple(_parameter(part) for part in parts)


def _parameter(part: str) -> Parameter:
    optional, repeated = part.startswith("["), part.rstrip("]").endswith("...")
    kind = part.strip("[]").removesuffix("...").strip()
    if kind not in kinds.KINDS:
        raise KeyError(f"no kind of parameter is called '{kind}'")
    return Parameter(kind, optional, repeated)


def arity(parameters: tuple[Parameter, ...]) -> tuple[int, int | None]:
    """Return the least and the greatest number of arguments; None: no bound."""
    least = sum(not parameter.optional for parameter in parameters)
    return least, None if any(parameter.repeated for parameter in parameters) else len(parameters)


def parameter_at(parameters: tuple[Parameter, ...], index: int) -> Parameter:
    """Return the parameter that the argument at this index fills; the last one repeats."""
    return parameters[min(index, len(parameters) - 1)]
