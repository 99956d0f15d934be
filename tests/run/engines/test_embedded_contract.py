"""The embedded engine keeps the contract of data flow engines."""

from __future__ import annotations

import pytest

from contracts.data_flow_engine import DataFlowEngine, DataFlowEngineContract
from run.engines.embedded import Embedded


class TestEmbedded(DataFlowEngineContract):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> DataFlowEngine:
        return Embedded()
