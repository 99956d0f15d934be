"""Purview's own surface beside Atlas: search, browse, collections, account, roles, and the token endpoints."""

from __future__ import annotations

from litestar import Router, get

from headwater.api.purview import (
    account,
    advanced_search,
    browse,
    collections,
    glossary,
    policies,
    resource_set_rules,
    search,
    tokens,
)
from headwater.api.transport import TENANTS

CATALOG_PREFIXES = ("/datamap/api", "/catalog/api")
ACCOUNT_PREFIXES = ("/account", "")
POLICY_PREFIXES = ("/policyStore", "/policystore")
# `purviewcli` spells this one so.
ROLES_IN_LOWER_CASE = get("/metadataroles", sync_to_thread=True)(policies.roles.fn)


def routers() -> list[Router]:
    """Return the routers of every prefix that real clients use."""
    found = [
        _router(
            path,
            (
                *search.HANDLERS,
                *advanced_search.HANDLERS,
                *browse.HANDLERS,
                *collections.CATALOG_HANDLERS,
                *glossary.HANDLERS,
            ),
        )
        for path in CATALOG_PREFIXES
    ]
    found += [
        _router(path or "/", (*account.HANDLERS, *collections.HANDLERS, *resource_set_rules.HANDLERS))
        for path in ACCOUNT_PREFIXES
    ]
    found += [_router(path, (*policies.HANDLERS, ROLES_IN_LOWER_CASE)) for path in POLICY_PREFIXES]
    return [*found, _router("/", tokens.HANDLERS), _router(TENANTS, (*tokens.DISCOVERY, tokens.keys, *tokens.TOKEN))]


def _router(path: str, handlers: tuple[object, ...]) -> Router:
    return Router(path, route_handlers=list(handlers), include_in_schema=False)  # type: ignore[arg-type]
