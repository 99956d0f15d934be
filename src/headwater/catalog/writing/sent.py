"""What a client sends of annotations along with an entity, and what becomes of it where the entity exists. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from headwater.catalog.model import Attributes, ClassificationInput, EntityInput

Behaviour = Literal["ignore", "merge", "replace"]


@dataclass(frozen=True, slots=True)
class Updates:
    """How a write treats annotations of entities that exist. As in Atlas, they are left alone unless it says so.

    Labels are only taken for new entities.
    """

    replace_classifications: bool = False
    business_attributes: Behaviour = "ignore"


LEFT_ALONE = Updates()


@dataclass(frozen=True, slots=True)
class Sent:
    """None: the client said nothing of it."""

    classifications: tuple[ClassificationInput, ...] | None
    labels: tuple[str, ...] | None
    business_attributes: Mapping[str, Attributes | None] | None
    updates: Updates


def sent_with(given: EntityInput, updates: Updates) -> Sent | None:
    """Return what was sent, or None if nothing was."""
    if given.classifications is None and given.labels is None and given.business_attributes is None:
        return None
    classifications = None if given.classifications is None else tuple(given.classifications)
    labels = None if given.labels is None else tuple(given.labels)
    return Sent(classifications, labels, given.business_attributes, updates)
