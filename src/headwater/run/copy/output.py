"""The output of a Copy activity as the original shows it; only what applies, and nothing of Azure's bills."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from headwater.data.locations import FileLocation
from headwater.language.expression.ast import Json
from headwater.plan.resolved import CopyPlan
from headwater.run.copy.options import CopyOptions
from headwater.run.copy.writing import Written

KILO = 1024


@dataclass(frozen=True, slots=True)
class Times:
    """When the attempt began, and the seconds that its stages took."""

    started_at: datetime.datetime
    listing_s: float
    transfer_s: float

    @property
    def total_s(self) -> float:
        return self.listing_s + self.transfer_s


def copy_output(plan: CopyPlan, options: CopyOptions, written: Sequence[Written], times: Times) -> dict[str, Json]:
    """Return the activity's output: counts, duration, throughput and the profile of the transfer."""
    bytes_read = sum(one.bytes_read for one in written)
    output: dict[str, Json] = {"dataRead": bytes_read, "dataWritten": sum(one.bytes_written for one in written)}
    if isinstance(plan.source.location, FileLocation):
        output["filesRead"] = len({file.relative for one in written for file in one.task.files})
    if isinstance(plan.sink.location, FileLocation):
        output["filesWritten"] = len(written)
    output |= {"sourcePeakConnections": 1, "sinkPeakConnections": 1}
    output |= _rows(options, written)
    duration = round(times.total_s)
    output |= {
        "copyDuration": duration,
        "throughput": round(bytes_read / KILO / max(times.total_s, 0.001), 3),
        "errors": [],
        "usedParallelCopies": 1,
        "executionDetails": [_details(plan, times)],
    }
    if options.verify:
        output["dataConsistencyVerification"] = {"VerificationResult": "Verified", "InconsistentData": "None"}
    return output


def _rows(options: CopyOptions, written: Sequence[Written]) -> dict[str, Json]:
    """Return the row counts; there are none for files that nobody looked into."""
    if any(one.rows_read is None or one.rows_copied is None for one in written):
        return {}
    read = sum(one.rows_read or 0 for one in written)
    copied = sum(one.rows_copied or 0 for one in written)
    rows: dict[str, Json] = {"rowsRead": read, "rowsCopied": copied}
    return rows | {"rowsSkipped": read - copied} if options.skip_rows else rows


def _details(plan: CopyPlan, times: Times) -> dict[str, Json]:
    source, sink = plan.source.location.store.kind, plan.sink.location.store.kind
    stages: dict[str, Json] = {
        "readingFromSource": {"type": source, "workingDuration": round(times.transfer_s)},
        "writingToSink": {"type": sink, "workingDuration": round(times.transfer_s)},
    }
    if isinstance(plan.source.location, FileLocation):
        stages = {"listingSource": {"type": source, "workingDuration": round(times.listing_s)}, **stages}
    duration = round(times.total_s)
    return {
        "source": {"type": source},
        "sink": {"type": sink},
        "status": "Succeeded",
        "start": times.started_at.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z"),
        "duration": duration,
        "usedParallelCopies": 1,
        "profile": {
            "queue": {"status": "Completed", "duration": 0},
            "transfer": {"status": "Completed", "duration": duration, "details": stages},
        },
        "detailedDurations": {"queuingDuration": 0, "transferDuration": duration},
    }
