"""Entities: their whole lives, with everything that a change of one sets off elsewhere."""

from headwater.catalog.entities.entities import Entities, Gone, Witness

__all__ = ["Entities", "Gone", "Witness"]
