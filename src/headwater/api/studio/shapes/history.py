"""The history of an asset."""

from __future__ import annotations

import datetime

from headwater.api.studio.shapes.base import Answer, Crumb


class Changed(Answer, frozen=True, kw_only=True):
    """One value of a change: what it was and what it became; empty where there was or is none."""

    name: str
    before: str = ""
    after: str = ""


class AssetChange(Answer, frozen=True, kw_only=True):
    """A change of the asset, or a relationship that began or ended; then `other` is the asset at its other end."""

    action: str
    by: str
    at: datetime.datetime | None
    changed: tuple[Changed, ...] = ()
    relationship: str = ""
    other: Crumb | None = None


class AssetHistory(Answer, frozen=True, kw_only=True):
    """Newest first; `next` is the offset of what is older."""

    changes: tuple[AssetChange, ...]
    next: int | None = None
