"""The server: every surface behind one error handler, one guard and one set of headers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.types import ControllerRouterHandler

from headwater import __version__
from headwater.access.account import Account
from headwater.api import atlas, headwater, openlineage, purview
from headwater.api.encodings import MAX_BODY
from headwater.api.faults import Faults
from headwater.api.guard import Guard, caller
from headwater.api.transport import Transport
from headwater.api.web import Pages
from headwater.errors import HeadwaterError


def create_app(
    account: Account, surfaces: Sequence[ControllerRouterHandler] = (), *, web: Path | None = None
) -> Litestar:
    """Build the ASGI application: Atlas, Purview, OpenLineage and token routes, and the routers of `surfaces`.

    Handlers may ask for the dependencies `account: Account` and `caller: Principal` (who sent the token). A handler
    or router with `opt={"public": True}` needs no token. `web` is a folder of static files that is served at `/`
    without a token; a browser that asks for any other page gets its index.html.
    """
    faults = Faults(account.audit, Pages(web) if web is not None else None)
    handlers: list[ControllerRouterHandler] = [
        *atlas.routers(),
        headwater.router(),
        *purview.routers(),
        openlineage.router(account),
        *surfaces,
    ]
    app = Litestar(
        handlers,
        dependencies={
            "account": Provide(lambda: account, sync_to_thread=False),
            "caller": Provide(caller, sync_to_thread=False),
        },
        guards=[Guard(account)],
        exception_handlers={
            HeadwaterError: faults.known,
            HTTPException: faults.http,
            Exception: faults.unknown,
        },
        logging_config=None,
        openapi_config=OpenAPIConfig(title="Headwater", version=__version__, path="/schema"),
        request_max_body_size=MAX_BODY,
    )
    app.asgi_handler = Transport(app.asgi_handler)
    return app
