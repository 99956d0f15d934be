"""Real data flows of public repositories, in folders and in templates: at least nine in ten run to the end, traced."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from run.rehearsal.corpus_flows import rehearsed, size

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[4] / "shared"))
CORPUS = SHARED / "corpus"
LEAST_RUN = 0.92
LEAST_FILLED = 0.8

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public definitions is not here")


def test_real_flows_run_on_made_up_rows() -> None:
    repositories = sorted((path for path in CORPUS.iterdir() if path.is_dir()), key=size, reverse=True)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = {text: result for results in pool.map(rehearsed, repositories) for text, result in results}
    refused = [f"{r.name}: {r.failed}: {r.faults[0].code} {r.faults[0].message}" for r in found.values() if not r.ran]
    filled = sum(r.ran and all(sink.rows for sink in r.sinks) for r in found.values())
    said = "\n".join(sorted(refused))
    assert len(found) > 250
    assert [r.name for r in found.values() if r.ran and not r.is_traced] == []
    assert len(refused) <= len(found) * (1 - LEAST_RUN), said
    assert filled >= len(found) * LEAST_FILLED, f"{filled} of {len(found)} fill every sink"
