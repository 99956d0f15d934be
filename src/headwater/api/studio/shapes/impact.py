"""The impact tab of an asset: what it feeds, or what feeds it."""

from __future__ import annotations

import datetime
from typing import Literal

from headwater.api.studio.shapes.base import Answer

Kind = Literal["DIRECT", "INDIRECT", "UNKNOWN"]


class LastSeen(Answer, frozen=True, kw_only=True):
    run_id: str
    status: str
    at: datetime.datetime


class ImpactItem(Answer, frozen=True, kw_only=True):
    """An asset that is reached; `path` names the operations on one shortest way to it."""

    guid: str
    name: str
    family: str
    type_label: str
    distance: int
    kind: Kind
    columns: tuple[str, ...]
    path: tuple[str, ...]
    last_run: LastSeen | None = None


class Impact(Answer, frozen=True, kw_only=True):
    """Nearest first. `total` counts also what the viewer may not read, `hidden` only that; `truncated`: there is more
    than was counted.
    """

    total: int
    hidden: int
    truncated: bool
    items: tuple[ImpactItem, ...]
    continuation: str | None = None
