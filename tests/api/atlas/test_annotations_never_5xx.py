"""Whatever is sent as classifications, labels or business metadata: the answer is below 500, in the one error shape."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.served import Served

KEYS = """
    typeName attributes level propagate entityGuid validityPeriods startTime endTime timeZone classification entityGuids
    entityTypeName entitiesUniqueAttributes qualifiedName guidHeaderMap classifications ops code teams labels
    businessAttributes contacts Owner Expert id removePropagationsOnEntityDelete
"""
TEXTS = st.sampled_from(["Personal", "DataSet", "", "q", "-1", "2026/01/01 00:00:00", "UTC", "\u0000", "𝄞", "../x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4),
    max_leaves=12,
)
MARK = st.fixed_dictionaries(
    {"typeName": st.sampled_from(["Personal", "Nothing"])},
    optional={
        "attributes": st.none() | st.dictionaries(st.sampled_from(["level", "other"]), VALUES, max_size=2),
        "propagate": VALUES,
        "validityPeriods": st.lists(
            st.dictionaries(st.sampled_from(["startTime", "endTime", "timeZone"]), TEXTS), max_size=2
        ),
        "entityGuid": TEXTS,
    },
)
BODIES = st.one_of(
    VALUES,
    st.lists(MARK, max_size=3),
    st.dictionaries(st.just("ops"), VALUES, max_size=1),
    st.fixed_dictionaries({"classification": MARK, "entityGuids": st.just(["{guid}"])}),
    st.fixed_dictionaries(
        {"guidHeaderMap": st.fixed_dictionaries({"{guid}": st.fixed_dictionaries({"classifications": st.lists(MARK)})})}
    ),
)
PATHS = [
    ("POST", "guid/{guid}/classifications"),
    ("PUT", "guid/{guid}/classifications"),
    ("POST", "bulk/classification"),
    ("POST", "bulk/setClassifications"),
    ("POST", "guid/{guid}/labels"),
    ("PUT", "guid/{guid}/labels"),
    ("DELETE", "guid/{guid}/labels"),
    ("POST", "guid/{guid}/businessmetadata"),
    ("POST", "guid/{guid}/businessmetadata/ops"),
    ("DELETE", "guid/{guid}/businessmetadata"),
    ("DELETE", "guid/{guid}/businessmetadata/ops"),
    ("POST", "businessmetadata/import"),
]
TYPES = {
    "classificationDefs": [{"name": "Personal", "attributeDefs": [{"name": "level", "typeName": "int"}]}],
    "businessMetadataDefs": [
        {
            "name": "ops",
            "options": {"applicableEntityTypes": '["DataSet"]', "maxStrLength": "8"},
            "attributeDefs": [{"name": "code"}, {"name": "teams", "typeName": "array<int>"}],
        }
    ],
}
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def ready(server: Served, client: httpx.Client) -> tuple[dict[str, str], str]:
    """The owner's headers, and the guid of an entity."""
    headers = {"authorization": f"Bearer {server.account.tokens.issue(server.account.owner).text}"}
    client.post("/api/atlas/v2/types/typedefs", json=TYPES, headers=headers)
    entity = {"typeName": "DataSet", "attributes": {"qualifiedName": "q", "name": "q"}}
    client.post("/api/atlas/v2/entity", json={"entity": entity}, headers=headers)
    return headers, server.account.catalog.entities.guid_of("DataSet", "q")


def checked(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert {"requestId", "errorCode", "errorMessage"} <= response.json().keys()


@RELAXED
@given(where=st.sampled_from(PATHS), body=BODIES)
def test_any_body_is_taken_or_refused(
    where: tuple[str, str], body: object, ready: tuple[dict[str, str], str], client: httpx.Client
) -> None:
    headers, guid = ready
    method, path = where
    content = json.dumps(body).replace("{guid}", guid)
    url = f"/api/atlas/v2/entity/{path.replace('{guid}', guid)}"
    checked(client.request(method, url, content=content.encode(), headers=headers))
    checked(client.get(f"/api/atlas/v2/entity/guid/{guid}", headers=headers))


@RELAXED
@given(
    marks=st.lists(MARK, max_size=2) | VALUES,
    labels=st.lists(TEXTS, max_size=2) | VALUES,
    business=st.dictionaries(st.sampled_from(["ops", "none"]), VALUES, max_size=2) | VALUES,
    contacts=st.dictionaries(st.sampled_from(["Owner", "Expert", "Chief"]), VALUES, max_size=2) | VALUES,
    how=st.sampled_from(["", "?replaceClassifications=true&businessAttributeUpdateBehavior=replace"]),
)
def test_any_annotations_of_an_entity_are_taken_or_refused(
    marks: object,
    labels: object,
    business: object,
    contacts: object,
    how: str,
    ready: tuple[dict[str, str], str],
    client: httpx.Client,
) -> None:
    headers, _ = ready
    entity = {
        "typeName": "DataSet",
        "attributes": {"qualifiedName": "q", "name": "q"},
        "classifications": marks,
        "labels": labels,
        "businessAttributes": business,
        "contacts": contacts,
    }
    checked(client.post(f"/api/atlas/v2/entity/bulk{how}", json={"entities": [entity]}, headers=headers))


@RELAXED
@given(name=st.sampled_from(["x.csv", "x", ""]), content=st.binary(max_size=200) | TEXTS.map(str.encode))
def test_any_file_is_taken_or_refused(
    name: str, content: bytes, ready: tuple[dict[str, str], str], client: httpx.Client
) -> None:
    headers, _ = ready
    files = {"file": (name, content, "text/csv")}
    checked(client.post("/api/atlas/v2/entity/businessmetadata/import", files=files, headers=headers))
