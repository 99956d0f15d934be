"""What a vectorized function is: its SQL signature and the value it has for one row of arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

PREFIX = "hw_"


@dataclass(frozen=True, slots=True)
class Vectorized:
    """A function of a batch. `each` gets values that are not null and may return None for null."""

    name: str
    parameters: tuple[str, ...]
    """Types as DuckDB spells them."""
    result: str
    each: Callable[..., object]
    """Pure: called once for each distinct row of arguments of a batch."""

    @property
    def sql_name(self) -> str:
        """The name under which an engine has it."""
        return PREFIX + self.name
