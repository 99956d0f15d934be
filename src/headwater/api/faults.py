"""Errors as clients see them: one shape, one handler, never a traceback.

    {"requestId", "errorCode", "errorMessage"}

`errorCode` is Atlas' where Atlas has one for the case, else ours.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

from headwater.access.audit import Audit
from headwater.access.principals import Principal
from headwater.api import unsupported
from headwater.api.encodings import TOO_LARGE
from headwater.api.web import Pages
from headwater.errors import (
    CatalogError,
    DefinitionError,
    Fault,
    Forbidden,
    HeadwaterError,
    LanguageError,
    PlanError,
    Unauthorized,
)

LOG = logging.getLogger("headwater.api")

# Our code → Atlas' code. One sorted line each.
ATLAS_CODES: Mapping[str, str] = MappingProxyType(
    {
        "ACC-001": "ATLAS-401-00-001",
        "ACC-002": "ATLAS-401-00-001",
        "ACC-003": "ATLAS-403-00-001",
        "CAT-001": "ATLAS-404-00-004",
        "CAT-002": "ATLAS-404-00-005",
        "CAT-003": "ATLAS-404-00-009",
        "CAT-004": "ATLAS-404-00-001",
        "CAT-005": "ATLAS-404-00-00C",
        "CAT-006": "ATLAS-404-00-00A",
        "CAT-007": "ATLAS-404-00-012",
        "CAT-020": "ATLAS-400-00-014",
        "CAT-021": "ATLAS-400-00-02B",
        "CAT-022": "ATLAS-400-00-01A",
        "CAT-023": "ATLAS-400-00-021",
        "CAT-024": "ATLAS-400-00-036",
        "CAT-025": "ATLAS-400-00-044",
        "CAT-026": "ATLAS-400-00-026",
        "CAT-027": "ATLAS-404-00-011",
        "CAT-028": "ATLAS-400-00-029",
        "CAT-029": "ATLAS-400-00-029",
        "CAT-030": "ATLAS-400-00-01A",
        "CAT-031": "ATLAS-409-00-001",
        "CAT-032": "ATLAS-409-00-002",
        "CAT-033": "ATLAS-409-00-004",
        "CAT-034": "ATLAS-400-00-024",
        "CAT-036": "ATLAS-400-00-01A",
        "CAT-037": "ATLAS-400-00-029",
        "CAT-038": "ATLAS-500-00-001",
        "CAT-040": "ATLAS-412-00-001",
        "CAT-041": "ATLAS-400-00-029",
        "CAT-043": "ATLAS-404-00-005",
        "CAT-060": "ATLAS-400-00-029",
        "CAT-070": "ATLAS-404-00-008",
        "CAT-071": "ATLAS-400-00-01A",
        "CAT-072": "ATLAS-400-00-06D",
        "CAT-073": "ATLAS-400-00-06B",
        "CAT-074": "ATLAS-400-00-06C",
        "CAT-075": "ATLAS-400-00-055",
        "CAT-076": "ATLAS-400-00-87D",
        "CAT-077": "ATLAS-400-00-089",
        "CAT-078": "ATLAS-400-00-08F",
        "CAT-079": "ATLAS-400-00-090",
        "CAT-080": "ATLAS-400-00-095",
        "CAT-081": "ATLAS-400-00-099",
        "CAT-082": "ATLAS-400-00-029",
        "CAT-083": "ATLAS-400-00-071",
        "CAT-120": "ATLAS-400-00-083",
        "CAT-121": "ATLAS-409-00-007",
        "CAT-122": "ATLAS-409-00-009",
        "CAT-123": "ATLAS-409-00-00A",
        "CAT-124": "ATLAS-400-00-072",
        "CAT-125": "ATLAS-400-00-07E",
        "CAT-126": "ATLAS-400-00-074",
        "CAT-127": "ATLAS-400-00-075",
        "CAT-128": "ATLAS-400-00-029",
        "CAT-129": "ATLAS-400-00-080",
        "CAT-130": "ATLAS-400-00-022",
        "CAT-131": "ATLAS-400-00-029",
        "CAT-132": "ATLAS-409-00-011",
    }
)


# What a client asked of a workspace and the workspace cannot do is the client's to mend.
ASKED_WRONGLY = (DefinitionError, LanguageError, PlanError)


def _status(error: HeadwaterError) -> int:
    if isinstance(error, CatalogError):
        return error.status
    return 400 if isinstance(error, ASKED_WRONGLY) else 500


class Refusal(msgspec.Struct, frozen=True, rename="camel"):
    """`faults` has all that is wrong, each with its cure; the first one is `error_code` and `error_message`."""

    request_id: str
    error_code: str
    error_message: str
    faults: tuple[dict[str, object], ...] = ()


class Faults:
    """The handlers. Refusals for want of a role go to the audit log; a browser on its way to Studio gets the page."""

    def __init__(self, audit: Audit, pages: Pages | None) -> None:
        self._audit = audit
        self._pages = pages

    def known(self, request: Request[Any, Any, Any], error: HeadwaterError) -> Response[Any]:
        """Answer an error of ours with its status."""
        if isinstance(error, Unauthorized) and (page := self._page(request)):
            return page
        status = _status(error)
        if isinstance(error, Forbidden):
            self._write_down(request, error)
        return _response(status, error.faults)

    def http(self, request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        """Answer what the framework refuses: no such route, wrong method, body too large."""
        if error.status_code in {404, 405} and (page := self._page(request)):
            return page
        if error.status_code in {404, 405} and (refused := unsupported.find(request.method, request.url.path)):
            return _response(501, (refused.fault,), code="ATLAS-501-00-000")
        code = f"ATLAS-{error.status_code}-00-000"
        if error.status_code == 413:
            return _response(413, (TOO_LARGE,), code=code)
        cure = "docs/reference/api.md lists the routes." if error.status_code in {404, 405} else "Mend the request."
        detail = error.detail if error.status_code != 404 else f"There is no {request.method} {request.url.path}"
        headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
        return _response(error.status_code, (Fault("CAT-039", detail, cure=cure),), headers, code=code)

    def unknown(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        """Answer what nobody foresaw: 500 and an id, by which the log has the rest."""
        id = str(uuid.uuid4())
        LOG.error("request %s: %s %s failed", id, request.method, request.url.path, exc_info=error)
        message = "The server failed; its log says why under this request's id"
        return _response(500, (Fault("CAT-038", message),), id=id)

    def _page(self, request: Request[Any, Any, Any]) -> Response[Any] | None:
        return self._pages.find(request) if self._pages else None

    def _write_down(self, request: Request[Any, Any, Any], error: HeadwaterError) -> None:
        caller = request.scope.get("user")
        who = caller.id if isinstance(caller, Principal) else ""
        self._audit.record(who, str(request.method), request.url.path, outcome="refused", detail=error.message)


def refusal(faults: tuple[Fault, ...], *, code: str | None = None, id: str | None = None) -> Refusal:
    """Return the document of a refusal; `code` is the first fault's where none is given."""
    first = faults[0]
    return Refusal(
        request_id=id or str(uuid.uuid4()),
        error_code=code or ATLAS_CODES.get(first.code, first.code),
        error_message="; ".join(fault.message for fault in faults[:10]),
        faults=tuple(fault.to_json() for fault in faults[:100]),
    )


def _response(
    status: int,
    faults: tuple[Fault, ...],
    headers: Mapping[str, str] | None = None,
    *,
    code: str | None = None,
    id: str | None = None,
) -> Response[bytes]:
    body = refusal(faults, code=code, id=id)
    found = dict(headers or {})
    if status == 401:
        found["WWW-Authenticate"] = "Bearer"
    if status == 503:
        found["Retry-After"] = "1"
    return Response(msgspec.json.encode(body), status_code=status, headers=found, media_type=MediaType.JSON)
