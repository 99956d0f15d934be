"""The OpenAPI document of Studio's API, which the browser's client is generated from.

`python -m headwater.api.studio.openapi` prints it; `ui/src/client/openapi.json` is the copy that a test keeps fresh.
"""

from __future__ import annotations

import json
import sys

import msgspec
from litestar import Litestar, Router
from litestar.openapi.config import OpenAPIConfig

from headwater.api.studio.router import DEPENDENCIES, HANDLERS, PATH, constant


def document() -> str:
    """Return the document as JSON text with sorted keys."""
    nothing = {name: constant(None) for name in DEPENDENCIES}
    router = Router(path=PATH, route_handlers=HANDLERS, dependencies=nothing)
    app = Litestar([router], openapi_config=OpenAPIConfig(title="Headwater Studio", version="1"))
    return json.dumps(app.openapi_schema.to_schema(), indent=1, sort_keys=True, default=msgspec.to_builtins) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
