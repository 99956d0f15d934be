"""No mistake of a client is the server's: whatever is sent, the answer is below 500 and has the one error shape."""

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.served import Served

# Keys that mean something somewhere.
WORDS = """
    typeName guid attributes relationshipAttributes qualifiedName uniqueAttributes name inputs entities entity end1 end2
    entityDefs endDef1 keywords filter and not path limit columnLineage columnMapping superTypes attributeDefs options
    lastRunTime runId facets
"""
NAMES = st.sampled_from(WORDS.split())
TEXTS = st.sampled_from(["DataSet", "Process", "azure_synapse_operation", "-1", "", "q", "[{}]", "\u0000", "𝄞", "*"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
ENTITIES = st.fixed_dictionaries(
    {
        "typeName": st.sampled_from(
            ["DataSet", "Process", "azure_synapse_operation", "azure_sql_column", "tabular_schema"]
        ),
        "attributes": st.dictionaries(NAMES, VALUES, max_size=4).map(
            lambda found: {"qualifiedName": "q", "name": "n", **found}
        ),
    },
    optional={"guid": VALUES, "relationshipAttributes": st.dictionaries(NAMES, VALUES, max_size=3)},
)
ROUTES = st.sampled_from(
    [
        ("POST", "/api/atlas/v2/entity"),
        ("POST", "/api/atlas/v2/entity/bulk"),
        ("PUT", "/api/atlas/v2/entity/guid/x?name=description"),
        ("PUT", "/api/atlas/v2/entity/uniqueAttribute/type/DataSet?attr:qualifiedName=q"),
        ("POST", "/api/atlas/v2/relationship"),
        ("PUT", "/api/atlas/v2/relationship"),
        ("POST", "/api/atlas/v2/types/typedefs"),
        ("PUT", "/api/atlas/v2/types/typedefs"),
        ("POST", "/catalog/api/search/query"),
        ("POST", "/catalog/api/search/suggest"),
        ("POST", "/catalog/api/browse"),
        ("PUT", "/collections/sales"),
        ("PUT", "/policystore/metadataPolicies/x"),
    ]
)
RELAXED = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def send(server: Served, client: httpx.Client, method: str, path: str, body: object) -> None:
    headers = {"authorization": f"Bearer {server.account.tokens.issue(server.account.owner).text}"}
    response = client.request(method, path, json=body, headers=headers)
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert {"requestId", "errorCode", "errorMessage"} <= response.json().keys()


@RELAXED
@given(route=ROUTES, body=VALUES)
def test_any_body_on_any_route_is_answered_below_500(
    route: tuple[str, str], body: object, server: Served, client: httpx.Client
) -> None:
    send(server, client, *route, body)


@RELAXED
@given(entities=st.lists(ENTITIES, min_size=1, max_size=3))
def test_any_entities_are_written_or_refused(entities: list[object], server: Served, client: httpx.Client) -> None:
    send(server, client, "POST", "/api/atlas/v2/entity/bulk", {"entities": entities})


@RELAXED
@given(tree=VALUES, keywords=st.none() | st.text(max_size=20))
def test_any_search_is_answered_or_refused(
    tree: object, keywords: str | None, server: Served, client: httpx.Client
) -> None:
    send(server, client, "POST", "/catalog/api/search/query", {"keywords": keywords, "filter": tree})


@RELAXED
@given(
    query=st.dictionaries(
        st.sampled_from(["depth", "width", "direction", "offset", "limit", "guid"]), TEXTS | st.integers().map(str)
    )
)
def test_any_query_parameters_of_lineage_are_answered_or_refused(
    query: dict[str, str], server: Served, client: httpx.Client
) -> None:
    headers = {"authorization": f"Bearer {server.account.tokens.issue(server.account.owner).text}"}
    for path in ("/api/atlas/v2/lineage/x", "/datamap/api/lineage/x/next", "/api/atlas/v2/entity/bulk"):
        assert client.get(path, params=query, headers=headers).status_code < 500
