"""What a rule is: a pure function from a pipeline to its faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from headwater.definition.pipeline import Pipeline
from headwater.definition.workspace import Workspace
from headwater.errors import Fault

Rule = Callable[[Workspace, Pipeline], Iterator[Fault]]
