"""Lineage: what feeds what, between assets and between columns, now or as of a time. One file a question."""

from headwater.catalog.lineage.around import Degree, Lineage, Page
from headwater.catalog.lineage.picture import Asked

__all__ = ["Asked", "Degree", "Lineage", "Page"]
