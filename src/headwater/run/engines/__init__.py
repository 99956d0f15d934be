"""Engines that run a data flow's plan: `duckdb.py`, the embedded one, with its reading and its writing apart."""
