"""Studio's files: what lies in the folder, and index.html for every page that a browser asks for by its address."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

from litestar import Request
from litestar.response import File

INDEX = "index.html"


class Pages:
    """Answers what no route does. Nothing outside the folder can be had."""

    def __init__(self, folder: Path) -> None:
        self._root = folder.resolve()

    def find(self, request: Request[Any, Any, Any]) -> File | None:
        """Return the file or page of a request, or None if it is for neither."""
        if request.method not in {"GET", "HEAD"} or "authorization" in request.headers:
            return None
        path = request.url.path.strip("/")
        wanted = (self._root / path).resolve()
        if path and wanted.is_relative_to(self._root) and wanted.is_file():
            # Built files carry a digest of themselves in their names.
            lasting = "assets" in wanted.relative_to(self._root).parts
            return _file(wanted, "public, max-age=31536000, immutable" if lasting else "no-cache")
        # A program that asks for a route that is not there must not get a page.
        if "text/html" not in request.headers.get("accept", "") or not (self._root / INDEX).is_file():
            return None
        return _file(self._root / INDEX, "no-cache")


def _file(file: Path, caching: str) -> File:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": caching}
    return File(file, media_type=kind, content_disposition_type="inline", filename=file.name, headers=headers)
