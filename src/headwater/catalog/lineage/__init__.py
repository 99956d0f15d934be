"""Lineage: what feeds what, between assets and between columns, now or as of a time. One file a question."""

from headwater.catalog.lineage.around import Degree, Lineage, Page
from headwater.catalog.lineage.evidence import EdgeEvidence, Evidence
from headwater.catalog.lineage.impact import Impact, ImpactList, Question
from headwater.catalog.lineage.path import Path, PathSearch, Sought
from headwater.catalog.lineage.picture import Asked

__all__ = [
    "Asked",
    "Degree",
    "EdgeEvidence",
    "Evidence",
    "Impact",
    "ImpactList",
    "Lineage",
    "Page",
    "Path",
    "PathSearch",
    "Question",
    "Sought",
]
