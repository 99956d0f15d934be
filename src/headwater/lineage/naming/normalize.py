"""The rules by which stores are named; they lie below, because the catalog compares names by the same ones."""

from __future__ import annotations

from headwater.data.normalization import file_name, host, path, section

__all__ = ["file_name", "host", "path", "section"]
