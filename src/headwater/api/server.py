"""The server: every surface behind one error handler, one guard and one set of headers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from litestar import Litestar, Router
from litestar.types import ControllerRouterHandler

from headwater.access.account import Account


def create_app(
    account: Account, surfaces: Sequence[ControllerRouterHandler] = (), *, web: Path | None = None
) -> Litestar:
    """Build the ASGI application: Atlas, Purview and token surfaces, and the routers of `surfaces` beside them.

    Handlers may ask for the dependencies `account: Account` and `caller: Principal` (who sent the bearer token).
    A handler, router or path with `opt={"public": True}` needs no token. `web` is a folder of static files that is
    served at `/`, without a token; unknown paths without an extension give its index.html.
    """
    ...
