"""A file that a client sends, in a form or as the body itself."""

from __future__ import annotations

from litestar.datastructures import UploadFile
from litestar.exceptions import SerializationException

from headwater.api.wire import Incoming
from headwater.errors import Fault, Invalid

CURE = "Send multipart/form-data with the file as its one part, named `file`."


async def uploaded(request: Incoming) -> tuple[str, bytes]:
    """Return name and content of the one file of a form. Raises Invalid."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Invalid(Fault("CAT-028", "The request is no form", cure=CURE))
    try:
        form = await request.form()
    except (SerializationException, ValueError, KeyError) as error:
        raise Invalid(Fault("CAT-028", "The form cannot be read", cure=CURE)) from error
    files = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
    if len(files) != 1:
        raise Invalid(Fault("CAT-028", f"The form has {len(files)} files", cure=CURE))
    return files[0].filename, await files[0].read()
