"""The glossary and its terms."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from headwater.api.studio.pages.glossary import GlossaryPages
from headwater.api.studio.shapes.glossary import GlossaryPage, NewTerm, TermPage
from headwater.api.studio.viewer import Viewer

Who = NamedDependency[Viewer]
Pages = NamedDependency[GlossaryPages]


@get("/glossary", sync_to_thread=True, operation_id="glossary")
def glossary(
    viewer: Who,
    glossary_pages: Pages,
    guid: FromQuery[str] = "",
    offset: Annotated[int, QueryParameter(ge=0, le=100_000)] = 0,
) -> GlossaryPage:
    """The terms of a glossary by name; of the first glossary if none is named."""
    return glossary_pages.page(viewer, guid, offset)


@get("/glossary/terms/{guid:str}", sync_to_thread=True, operation_id="term")
def term(viewer: Who, glossary_pages: Pages, guid: FromPath[str]) -> TermPage:
    """A term, what it is related to, and the assets that it is assigned to."""
    return glossary_pages.term(viewer, guid)


@post("/glossary/terms", status_code=200, sync_to_thread=True, operation_id="createTerm")
def create_term(viewer: Who, glossary_pages: Pages, data: JSONBody[NewTerm]) -> TermPage:
    """Make a draft of a term; needs Data Curator on the root collection."""
    return glossary_pages.create(viewer, data)
