from __future__ import annotations

from pathlib import Path

from headwater.api.studio.openapi import document

KEPT = Path(__file__).parents[3] / "ui" / "src" / "client" / "openapi.json"


def test_document_that_the_client_is_made_from_is_fresh() -> None:
    """If not: `python -m headwater.api.studio.openapi > ui/src/client/openapi.json`, then `npm run client` in ui/."""
    assert KEPT.read_text(encoding="utf-8") == document()
