"""Search under the path by which Purview's first clients know it: `…/api/atlas/v2/search/advanced`."""

from __future__ import annotations

from litestar import post

from headwater.api.purview import search

advanced = post("/atlas/v2/search/advanced", status_code=200, sync_to_thread=True)(search.query.fn)
HANDLERS = (advanced,)
