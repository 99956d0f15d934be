"""Headwater runs Azure Synapse and Data Factory pipelines anywhere, and shows where every column came from."""

__version__ = "0.1.0"
