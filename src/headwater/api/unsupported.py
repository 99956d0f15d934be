"""What real clients can ask for and this account does not do, with the reason: the one table of its kind.

It is asked where no route answers, so a route that is made later wins over its line here. Clients get 501 with the
reason, and never a 404 that reads like a mistake in the path. docs/guides/foreign-clients.md shows the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from headwater.errors import Fault


@dataclass(frozen=True, slots=True)
class Unsupported:
    """`path` is a regular expression for the whole path, in lower case; `methods` are those refused (none: all)."""

    path: str
    what: str
    why: str
    instead: str
    methods: frozenset[str] = frozenset()

    def refuses(self, method: str, path: str) -> bool:
        return (not self.methods or method in self.methods) and re.fullmatch(self.path, path.lower()) is not None

    @property
    def fault(self) -> Fault:
        return Fault("CAT-037", f"{self.what}: {self.why}", cure=self.instead)


_ATLAS = r"(/datamap|/catalog)?/api/atlas/v2"

UNSUPPORTED: tuple[Unsupported, ...] = (
    Unsupported(
        r"(/account)?/(listkeys|regeneratekeys)",
        "Access keys",
        "they are the keys of Purview's Event Hubs, and this account has no event hub",
        "Send entities and lineage over HTTP, with a token.",
    ),
    Unsupported(
        r"(/datamap|/catalog)/api/graphql",
        "GraphQL",
        "the account has the REST surface only",
        "Use POST …/search/query and GET …/entity/bulk.",
    ),
    Unsupported(
        r"/guardian(/.*)?",
        "Guardian",
        "its routes are Purview's own and not published",
        "Use the policy store for roles, and the Atlas routes for everything else.",
    ),
    Unsupported(
        r"/mapanddiscover(/.*)?",
        "Data estate insights",
        "reports on scans need scans, which the account does not run",
        "GET …/types/statistics counts assets; facets of a search count them by anything else.",
    ),
    Unsupported(
        r"/policystore/datapolicies(/.*)?",
        "Data policies",
        "they give access to stores, and the account guards its catalog only",
        "Give access in the store itself; roles on collections are metadata policies.",
    ),
    Unsupported(
        r"/(providers|subscriptions)(/.*)?",
        "Azure's control plane",
        "an account is no Azure resource: it is made and served by `headwater serve`",
        "docs/reference/settings.md has the account's settings.",
    ),
    Unsupported(
        r"/scan(/.*)?",
        "Scanning",
        "the account does not scan stores: it learns from runs, from OpenLineage and from what clients write",
        "Write assets with POST …/entity/bulk, or let pipelines report them.",
    ),
    Unsupported(
        r"/share(/.*)?",
        "Data sharing",
        "the account keeps what is known of data, not data",
        "Share the data where it is stored.",
    ),
    Unsupported(
        _ATLAS + r"/entity/bulk/headers",
        "Entities by the time of their classifications",
        "the account lists changes by entity, not by time",
        "Search with a filter on updateTime, and read …/entity/{guid}/audit.",
    ),
    Unsupported(
        _ATLAS + r"/search/dsl",
        "Atlas' query language",
        "the account answers keywords and filters, not DSL",
        "Use …/search/basic or POST …/search/query.",
    ),
    Unsupported(
        _ATLAS + r"/search/saved(/.*)?",
        "Saved searches",
        "the account keeps no searches",
        "Keep the search where it is used and send it again.",
    ),
)


def find(method: str, path: str) -> Unsupported | None:
    """Return why this request is refused, if it is one that the account does not do."""
    return next((item for item in UNSUPPORTED if item.refuses(method, path)), None)
