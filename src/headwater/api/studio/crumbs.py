"""Entities as steps of a path and as items of a list."""

from __future__ import annotations

from headwater.api.studio.labels import Labels
from headwater.api.studio.shapes.base import Crumb
from headwater.catalog.model import EntityHeader

SOURCE = "source:"
NODE = "node:"


def crumb(labels: Labels, header: EntityHeader) -> Crumb:
    """Return an entity as a link to its page, and to what it holds in Browse."""
    return Crumb(
        name=header.display_text,
        family=labels.of(header.type_name).family,
        guid=header.guid,
        path=f"{NODE}{header.guid}",
    )
