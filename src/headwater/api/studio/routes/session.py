"""Sign in, who am I, sign out."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody

import headwater
from headwater.api.studio.shapes.base import Session, SignIn
from headwater.api.studio.viewer import COOKIE, Sessions, Viewer


def answer(viewer: NamedDependency[Viewer]) -> Session:
    """Return what a page needs to know of its reader."""
    return Session(
        user=viewer.name,
        account=viewer.account,
        roles=viewer.roles,
        can_curate=viewer.can_curate,
        can_grant=viewer.can_grant,
        version=headwater.__version__,
    )


@post("/session", status_code=200, sync_to_thread=True, operation_id="signIn")
def sign_in(
    data: JSONBody[SignIn], sessions: NamedDependency[Sessions], request: Request[Any, Any, Any]
) -> Response[Session]:
    """Exchange a one-time token, or a bearer token, for a session cookie that scripts cannot read."""
    secret = sessions.open(data.token)
    cookie = Cookie(
        key=COOKIE,
        value=secret,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return Response(answer(sessions.viewer(secret)), cookies=[cookie])


@get("/session", sync_to_thread=False, operation_id="session")
def session(viewer: NamedDependency[Viewer]) -> Session:
    """Say who holds the session; 401 where nobody does."""
    return answer(viewer)


@delete("/session", status_code=204, sync_to_thread=False, operation_id="signOut")
def sign_out() -> Response[None]:
    """Take the cookie back."""
    response: Response[None] = Response(None, status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response
