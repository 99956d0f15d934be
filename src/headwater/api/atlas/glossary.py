"""Routes of the glossary: glossaries, categories, terms, and what terms are assigned to.

Reading asks for Data Reader on the root collection, changing for Data Curator there; assigning a term asks for it
where the assets are. Changes take `If-Match` with the version of what they change, or `lastModifiedTS` in the body of a
PUT; 412 if it has changed since.
"""

from __future__ import annotations

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import conditions, wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.glossary.session import CATEGORY
from headwater.catalog.glossary.shapes import Assigned, Category, Glossary, Page, Sort, Term
from headwater.errors import Fault, Invalid

Changes = dict[str, object]


def page(request: Incoming) -> Page:
    """Return `limit`, `offset` and `sort` of a list. Raises Invalid."""
    sort = wire.text(request, "sort", "ASC").upper() or "ASC"
    orders: dict[str, Sort] = {"ASC": "ASC", "DESC": "DESC"}
    if sort not in orders:
        raise Invalid(Fault("CAT-028", f"'sort={sort}' is no order", cure="Send sort=ASC or sort=DESC."))
    return Page(wire.number(request, "limit", -1), wire.number(request, "offset", 0), orders[sort])


def reader(account: Account, caller: Principal) -> frozenset[str]:
    """Return the collections that the caller may read. Raises Forbidden unless the root, with the glossary, is one."""
    account.roles.authorize(caller, "data/read", account.catalog.collections.root)
    return account.roles.collections(caller, "data/read")


@get("/glossary", sync_to_thread=True)
def read_glossaries(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """All glossaries by name, with the headers of their terms and categories, unless `ignoreTermsAndCategories`."""
    reader(account, caller)
    held = not wire.flag(request, "ignoreTermsAndCategories")
    return wire.answer(account.catalog.glossary.glossaries.all(page(request), held=held))


@post("/glossary", status_code=200, sync_to_thread=True)
def create_glossary(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Make a glossary. Its name is unique and takes no `@` and no `.`."""
    given, permit = wire.read(body, Glossary), wire.permit(account, caller)
    return wire.answer(account.catalog.glossary.glossaries.create(given, by=caller.id, permit=permit))


@get("/glossary/{guid:str}", sync_to_thread=True)
def read_glossary(account: Served, caller: Caller, guid: FromPath[str]) -> Response[bytes]:
    """A glossary with the headers of its terms and categories."""
    reader(account, caller)
    return wire.answer(account.catalog.glossary.glossaries.get(guid))


@get("/glossary/{guid:str}/detailed", sync_to_thread=True)
def read_detailed(account: Served, caller: Caller, guid: FromPath[str]) -> Response[bytes]:
    """A glossary with its terms and categories in full."""
    readable = reader(account, caller)
    return wire.answer(account.catalog.glossary.glossaries.detail(guid, readable=readable))


@put("/glossary/{guid:str}", sync_to_thread=True)
def replace_glossary(
    account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Replace a glossary's own attributes; what it holds stays."""
    given, permit = wire.read(body, Glossary), wire.permit(account, caller)
    return wire.answer(
        account.catalog.glossary.glossaries.replace(
            guid, given, by=caller.id, permit=permit, expected=conditions.expected(request)
        )
    )


@put("/glossary/{guid:str}/partial", sync_to_thread=True)
def change_glossary(
    account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Change the given attributes of a glossary."""
    given, permit = wire.read(body, Changes), wire.permit(account, caller)
    return wire.answer(
        account.catalog.glossary.glossaries.change(
            guid, given, by=caller.id, permit=permit, expected=conditions.expected(request)
        )
    )


@delete("/glossary/{guid:str}", status_code=204, sync_to_thread=True)
def delete_glossary(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[None]:
    """Delete a glossary with its terms and categories."""
    account.catalog.glossary.glossaries.delete(
        guid, by=caller.id, permit=wire.permit(account, caller), expected=conditions.expected(request)
    )
    return wire.nothing()


@get("/glossary/{guid:str}/categories", sync_to_thread=True)
def read_categories(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """The categories of a glossary by name."""
    reader(account, caller)
    return wire.answer(account.catalog.glossary.categories.of_glossary(guid, page(request)))


@get("/glossary/{guid:str}/categories/headers", sync_to_thread=True)
def read_category_headers(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """The headers of the categories of a glossary by name."""
    reader(account, caller)
    return wire.answer(account.catalog.glossary.categories.headers(guid, page(request)))


@get("/glossary/{guid:str}/terms", sync_to_thread=True)
def read_terms(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """The terms of a glossary by name."""
    readable = reader(account, caller)
    return wire.answer(account.catalog.glossary.terms.of_glossary(guid, page(request), readable=readable))


@get("/glossary/{guid:str}/terms/headers", sync_to_thread=True)
def read_term_headers(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """The headers of the terms of a glossary by name."""
    reader(account, caller)
    return wire.answer(account.catalog.glossary.terms.headers(guid, page(request)))


@post("/glossary/category", status_code=200, sync_to_thread=True)
def create_category(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Make a category in the glossary that `anchor` names."""
    given, permit = wire.read(body, Category), wire.permit(account, caller)
    return wire.answer(account.catalog.glossary.categories.create([given], by=caller.id, permit=permit)[0])


@post("/glossary/categories", status_code=200, sync_to_thread=True)
def create_categories(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Make categories, all of them or none."""
    given, permit = wire.read(body, list[Category]), wire.permit(account, caller)
    return wire.answer(account.catalog.glossary.categories.create(given, by=caller.id, permit=permit))


@get("/glossary/category/{guid:str}", sync_to_thread=True)
def read_category(account: Served, caller: Caller, guid: FromPath[str]) -> Response[bytes]:
    """A category with what stands above and below it, and its terms."""
    reader(account, caller)
    return wire.answer(account.catalog.glossary.categories.get(guid))


@put("/glossary/category/{guid:str}", sync_to_thread=True)
def replace_category(
    account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Replace a category; those below it are renamed as its name demands."""
    given, permit = wire.read(body, Category), wire.permit(account, caller)
    return wire.answer(
        account.catalog.glossary.categories.replace(
            guid, given, by=caller.id, permit=permit, expected=conditions.expected(request)
        )
    )


@put("/glossary/category/{guid:str}/partial", sync_to_thread=True)
def change_category(
    account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Change the given attributes of a category."""
    given, permit = wire.read(body, Changes), wire.permit(account, caller)
    return wire.answer(
        account.catalog.glossary.categories.change(
            guid, given, by=caller.id, permit=permit, expected=conditions.expected(request)
        )
    )


@delete("/glossary/category/{guid:str}", status_code=204, sync_to_thread=True)
def delete_category(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[None]:
    """Delete a category. Those below it move to the top; its terms stay."""
    account.catalog.glossary.categories.delete(
        guid, by=caller.id, permit=wire.permit(account, caller), expected=conditions.expected(request)
    )
    return wire.nothing()


@get("/glossary/category/{guid:str}/related", sync_to_thread=True)
def read_related_categories(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """The category above (`parent`) and those below (`children`)."""
    reader(account, caller)
    return wire.answer(account.catalog.glossary.categories.related(guid, page(request)))


@get("/glossary/category/{guid:str}/terms", sync_to_thread=True)
def read_category_terms(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """The headers of the terms of a category by name."""
    reader(account, caller)
    return wire.answer(account.catalog.glossary.terms.headers(guid, page(request), of=CATEGORY))


@post("/glossary/term", status_code=200, sync_to_thread=True)
def create_term(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Make a term in the glossary that `anchor` names. Its qualified name, if not given, is `<name>@<glossary>`."""
    given, permit = wire.read(body, Term), wire.permit(account, caller)
    return wire.answer(account.catalog.glossary.terms.create([given], by=caller.id, permit=permit)[0])


@post("/glossary/terms", status_code=200, sync_to_thread=True)
def create_terms(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Make terms, all of them or none."""
    given, permit = wire.read(body, list[Term]), wire.permit(account, caller)
    return wire.answer(account.catalog.glossary.terms.create(given, by=caller.id, permit=permit))


@get("/glossary/term/{guid:str}", sync_to_thread=True)
def read_term(account: Served, caller: Caller, guid: FromPath[str]) -> Response[bytes]:
    """A term with its relations, and the assets with it that the caller may read."""
    readable = reader(account, caller)
    return wire.answer(account.catalog.glossary.terms.get(guid, readable=readable))


@put("/glossary/term/{guid:str}", sync_to_thread=True)
def replace_term(
    account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Replace a term: what is not sent is taken away, but for the assets that it is assigned to."""
    given, permit = wire.read(body, Term), wire.permit(account, caller)
    return wire.answer(
        account.catalog.glossary.terms.replace(
            guid, given, by=caller.id, permit=permit, expected=conditions.expected(request)
        )
    )


@put("/glossary/term/{guid:str}/partial", sync_to_thread=True)
def change_term(
    account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Change the given attributes of a term."""
    given, permit = wire.read(body, Changes), wire.permit(account, caller)
    return wire.answer(
        account.catalog.glossary.terms.change(
            guid, given, by=caller.id, permit=permit, expected=conditions.expected(request)
        )
    )


@delete("/glossary/term/{guid:str}", status_code=204, sync_to_thread=True)
def delete_term(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[None]:
    """Delete a term and the terms below it; no asset has them any more."""
    account.catalog.glossary.terms.delete(
        guid, by=caller.id, permit=wire.permit(account, caller), expected=conditions.expected(request)
    )
    return wire.nothing()


@get("/glossary/terms/{guid:str}/related", sync_to_thread=True)
def read_related_terms(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """The terms that a term is related to, by relation."""
    reader(account, caller)
    return wire.answer(account.catalog.glossary.terms.related(guid, page(request)))


@get("/glossary/terms/{guid:str}/assignedEntities", sync_to_thread=True)
def read_assigned(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """The assets that a term is assigned to and that the caller may read, by name."""
    readable = reader(account, caller)
    return wire.answer(account.catalog.glossary.assignments.of(guid, page(request), readable=readable))


@post("/glossary/terms/{guid:str}/assignedEntities", status_code=204, sync_to_thread=True)
def assign(account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody) -> Response[None]:
    """Assign a term to assets, each by guid or by type and unique attributes.

    With a single asset, `If-Match` takes its tag or version; 412 if it has changed since.
    """
    reader(account, caller)
    given, permit = wire.read(body, list[Assigned]), wire.permit(account, caller)
    account.catalog.glossary.assignments.assign(
        guid, given, by=caller.id, permit=permit, expected=conditions.expected(request)
    )
    return wire.nothing()


def _unassign(account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody) -> Response[None]:
    """Take a term from assets, each with the `relationshipGuid` of its assignment. `If-Match` as in assigning."""
    reader(account, caller)
    given, permit = wire.read(body, list[Assigned]), wire.permit(account, caller)
    account.catalog.glossary.assignments.unassign(
        guid, given, by=caller.id, permit=permit, expected=conditions.expected(request)
    )
    return wire.nothing()


# The same under two methods: clients that cannot send a body with DELETE send it with PUT.
_ASSIGNED = "/glossary/terms/{guid:str}/assignedEntities"
unassign = delete(_ASSIGNED, status_code=204, sync_to_thread=True)(_unassign)
unassign_by_put = put(_ASSIGNED, status_code=204, sync_to_thread=True)(_unassign)

HANDLERS = (
    assign,
    change_category,
    change_glossary,
    change_term,
    create_categories,
    create_category,
    create_glossary,
    create_term,
    create_terms,
    delete_category,
    delete_glossary,
    delete_term,
    read_assigned,
    read_categories,
    read_category,
    read_category_headers,
    read_category_terms,
    read_detailed,
    read_glossaries,
    read_glossary,
    read_related_categories,
    read_related_terms,
    read_term,
    read_term_headers,
    read_terms,
    replace_category,
    replace_glossary,
    replace_term,
    unassign,
    unassign_by_put,
)
