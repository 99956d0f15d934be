"""Lineage: what feeds what, between assets and between columns, now or as of a time. One file a question."""

from headwater.catalog.lineage.around import Degree, Lineage

__all__ = ["Degree", "Lineage"]
