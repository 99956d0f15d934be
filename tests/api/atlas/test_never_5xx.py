"""No mistake of a client is the server's: whatever is sent, the answer is below 500 and has the one error shape."""

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.served import Served

# Keys that mean something somewhere.
WORDS = """
    typeName guid attributes relationshipAttributes qualifiedName uniqueAttributes name inputs entities entity end1 end2
    entityDefs endDef1 keywords filter and not path limit columnLineage columnMapping superTypes attributeDefs options
    lastRunTime runId facets status lastModifiedTS isIncomplete contacts customAttributes relationshipAttributes labels
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
    optional={
        "guid": VALUES,
        "relationshipAttributes": st.dictionaries(NAMES, VALUES, max_size=3),
        "lastModifiedTS": VALUES,
        "status": st.sampled_from(["ACTIVE", "DELETED"]),
        "customAttributes": st.dictionaries(TEXTS, TEXTS, max_size=2),
        "contacts": st.dictionaries(
            TEXTS, st.lists(st.dictionaries(NAMES, VALUES, max_size=2), max_size=2), max_size=2
        ),
    },
)
ROUTES = st.sampled_from(
    [
        ("POST", "/api/atlas/v2/entity"),
        ("POST", "/api/atlas/v2/entity/bulk"),
        ("PUT", "/api/atlas/v2/entity/guid/x?name=description"),
        ("PUT", "/api/atlas/v2/entity/uniqueAttribute/type/DataSet?attr:qualifiedName=q"),
        ("PUT", "/api/atlas/admin/purge/"),
        ("POST", "/headwater/v1/entity/restore"),
        ("POST", "/api/atlas/v2/relationship"),
        ("PUT", "/api/atlas/v2/relationship"),
        ("POST", "/api/atlas/v2/types/typedefs"),
        ("PUT", "/api/atlas/v2/types/typedefs"),
        ("POST", "/api/atlas/v2/search/basic"),
        ("POST", "/api/atlas/v2/search/quick"),
        ("PATCH", "/account"),
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


@RELAXED
@given(
    query=st.dictionaries(
        st.sampled_from(
            ["version", "time", "limit", "offset", "count", "startKey", "auditAction", "sortBy", "sortOrder", "guid"]
        ),
        TEXTS | st.integers().map(str) | st.just("2024-05-01T00:00:00Z"),
    ),
    tag=st.sampled_from(["*", '"1"', "1", '"1-ab", W/"2"', "\u00e9", '"', '"99999999999999999999"']),
)
def test_any_question_of_history_and_any_tag_are_answered_or_refused(
    query: dict[str, str], tag: str, server: Served, client: httpx.Client
) -> None:
    token = server.account.tokens.issue(server.account.owner).text
    said = {"authorization": f"Bearer {token}".encode(), "if-match": tag.encode(), "if-none-match": tag.encode()}
    made = {"entity": {"typeName": "DataSet", "guid": "-1", "attributes": {"qualifiedName": "q", "name": "n"}}}
    answer = client.post("/api/atlas/v2/entity", json=made, headers={"authorization": f"Bearer {token}"})
    guid = answer.json()["guidAssignments"]["-1"]
    for path in (f"/headwater/v1/entity/{guid}/history", f"/headwater/v1/entity/{guid}/asOf"):
        assert client.get(path, params=query, headers=said).status_code < 500
    assert client.get(f"/api/atlas/v2/entity/{guid}/audit", params=query, headers=said).status_code < 500
    assert client.get(f"/api/atlas/v2/entity/guid/{guid}", params=query, headers=said).status_code < 500
    assert client.post("/api/atlas/v2/entity", json=made, headers=said).status_code < 500


ATTRIBUTES = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "b", "name", "inputs"])},
    optional={
        "typeName": st.sampled_from(["int", "array<string>", "DataSet", "array<mine>", "map<string,DataSet>"]) | VALUES,
        "cardinality": st.sampled_from(["SINGLE", "SET"]) | VALUES,
        "isOptional": VALUES,
        "valuesMaxCount": VALUES,
        "defaultValue": VALUES,
        "constraints": st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(["ownedRef", "inverseRef"]) | VALUES}, optional={"params": VALUES}
            ),
            max_size=2,
        )
        | VALUES,
    },
)


@RELAXED
@given(attributes=st.lists(ATTRIBUTES, max_size=3), method=st.sampled_from(["POST", "PUT"]))
def test_any_attributes_of_a_type_are_taken_or_refused(
    attributes: list[object], method: str, server: Served, client: httpx.Client
) -> None:
    mine = {"name": "mine", "superTypes": ["DataSet"], "attributeDefs": attributes}
    send(server, client, method, "/api/atlas/v2/types/typedefs", {"entityDefs": [mine]})
