"""The end of things: stale operations, retention, deletes with all that hangs on them."""

from headwater.catalog.lifecycle.cascade import Asked, Consequences, Named, Reader
from headwater.catalog.lifecycle.definitions import Definitions, PipelineNames
from headwater.catalog.lifecycle.keeping import FOREVER, Keeping
from headwater.catalog.lifecycle.lifecycle import Lifecycle, StalePage, StaleProcess
from headwater.catalog.lifecycle.retention import Purged
from headwater.catalog.lifecycle.stale import stale

__all__ = [
    "FOREVER",
    "Asked",
    "Consequences",
    "Definitions",
    "Keeping",
    "Lifecycle",
    "Named",
    "PipelineNames",
    "Purged",
    "Reader",
    "StalePage",
    "StaleProcess",
    "stale",
]
