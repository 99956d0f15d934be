"""An account with some of everything, and what an account holds in a form that two accounts can be compared by."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import httpx
import msgspec

from api.served import Served
from headwater.app.exchange.exchange import Wanted, exchange
from headwater.app.exchange.journal import Journal
from headwater.app.exchange.report import Ledger, Summary
from headwater.app.exchange.side import Side, Token

ATLAS = "/datamap/api/atlas/v2"
TABLE = "mssql://s/db/dbo/orders"
TYPES = {
    "entityDefs": [
        {"name": "my_report", "superTypes": ["DataSet"], "attributeDefs": [{"name": "shade", "typeName": "my_shade"}]}
    ],
    "enumDefs": [{"name": "my_shade", "elementDefs": [{"value": "dark", "ordinal": 1}]}],
    "classificationDefs": [
        {"name": "Secret", "superTypes": [], "attributeDefs": [{"name": "level", "typeName": "int"}]}
    ],
    "relationshipDefs": [
        {
            "name": "my_reads",
            "relationshipCategory": "ASSOCIATION",
            "endDef1": {"type": "my_report", "name": "reads", "cardinality": "SET"},
            "endDef2": {"type": "DataSet", "name": "readBy", "cardinality": "SET"},
        }
    ],
    "termTemplateDefs": [{"name": "Kpi", "attributeDefs": [{"name": "unit"}]}],
}
EDGES = [
    {"DatasetMapping": {"Source": TABLE, "Sink": "report://r"}, "ColumnMapping": [{"Source": "id", "Sink": "key"}]}
]


def entity(type_name: str, name: str, guid: int, **more: object) -> dict[str, object]:
    links = {key.removeprefix("rel_"): value for key, value in more.items() if key.startswith("rel_")}
    attributes = {
        key: value for key, value in more.items() if key[0].islower() and not key.startswith(("rel_", "own_"))
    }
    own = {key.removeprefix("own_"): value for key, value in more.items() if key.startswith("own_")}
    return {
        "typeName": type_name,
        "guid": str(guid),
        "attributes": {"qualifiedName": name, "name": name.rsplit("/", 1)[-1], **attributes},
        "relationshipAttributes": links,
        **own,
    }


ENTITIES = [
    entity("azure_sql_table", TABLE, -1, description="orders", own_labels=["gold"], own_customAttributes={"cost": "1"}),
    entity("azure_sql_column", f"{TABLE}#id", -2, rel_table={"guid": "-1"}, data_type="int"),
    entity("azure_sql_column", f"{TABLE}#at", -3, rel_table={"guid": "-1"}, data_type="date"),
    entity(
        "my_report",
        "report://r",
        -4,
        shade="dark",
        rel_reads=[{"guid": "-1", "relationshipAttributes": {"attributes": {"how": "daily"}}}],
    ),
    entity(
        "Process",
        "process://p",
        -5,
        rel_inputs=[{"guid": "-1"}],
        rel_outputs=[{"guid": "-4"}],
        columnMapping=msgspec.json.encode(EDGES).decode(),
    ),
    entity("DataSet", "plain://d", -6, own_contacts={"Owner": [{"id": "ann", "info": "knows"}]}),
]


class Room:
    """An account's own client, under its owner."""

    def __init__(self, server: Served) -> None:
        self.server = server
        token = server.account.tokens.issue(server.account.owner).text
        self._client = httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {token}"}, timeout=30)

    def ask(self, method: str, path: str, body: object = None, **params: str) -> object:
        answer = self._client.request(method, path, json=body, params=params)
        assert answer.is_success, (method, path, answer.text)
        return answer.json() if answer.content else None

    def furnish(self) -> None:
        """Fill the account."""
        self.ask("POST", f"{ATLAS}/types/typedefs", TYPES)
        self.ask(
            "PUT",
            "/account/collections/sales",
            {"friendlyName": "Sales", "parentCollection": {"referenceName": "contoso"}},
        )
        self.ask(
            "PUT",
            "/account/collections/north",
            {"friendlyName": "North", "parentCollection": {"referenceName": "sales"}},
        )
        found = self.ask("POST", f"{ATLAS}/entity/bulk", {"entities": ENTITIES}, collectionId="north")
        guids = found["guidAssignments"]  # type: ignore[index]  # JSON.
        mark = {"typeName": "Secret", "attributes": {"level": 3}, "propagate": False}
        self.ask("POST", f"{ATLAS}/entity/guid/{guids['-3']}/classifications", [mark])
        home = self.ask("POST", f"{ATLAS}/glossary", {"name": "Glossary", "usage": "all"})["guid"]  # type: ignore[index]
        anchor = {"glossaryGuid": home}
        above = self.ask("POST", f"{ATLAS}/glossary/category", {"name": "Money", "anchor": anchor})["guid"]  # type: ignore[index]
        below = {"name": "In", "anchor": anchor, "parentCategory": {"categoryGuid": above}}
        category = self.ask("POST", f"{ATLAS}/glossary/category", below)["guid"]  # type: ignore[index]
        revenue = self.ask(
            "POST",
            f"{ATLAS}/glossary/term",
            {
                "name": "Revenue",
                "anchor": anchor,
                "status": "Approved",
                "longDescription": "what comes in",
                "contacts": {"Expert": [{"id": "ann", "info": ""}], "Steward": []},
                "resources": [{"displayName": "wiki", "url": "https://wiki"}],
                "attributes": {"Kpi": {"unit": "EUR"}},
                "categories": [{"categoryGuid": category}],
            },
        )["guid"]  # type: ignore[index]
        fee = {
            "name": "Revenue_Fee",
            "nickName": "Fee",
            "anchor": anchor,
            "parentTerm": {"termGuid": revenue},
            "synonyms": [{"termGuid": revenue, "steward": "bob"}],
        }
        self.ask("POST", f"{ATLAS}/glossary/terms", [fee])
        said = {"typeName": "AtlasGlossarySemanticAssignment", "attributes": {"confidence": 80}}
        assigned = [{"guid": guids["-1"], "relationshipAttributes": said}, {"guid": guids["-2"]}]
        self.ask("POST", f"{ATLAS}/glossary/terms/{revenue}/assignedEntities", assigned)

    def side(self, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Side:
        account = self.server.account

        async def token() -> str:
            return account.tokens.issue(account.owner).text

        client = httpx.AsyncClient(base_url=self.server.url, timeout=30)
        return Side("there", client, Token(token, lambda: True), wait)

    def holds(self) -> dict[str, object]:
        """Return everything by name, without what an account gives itself."""
        with self.server.account.catalog.store.read() as connection:
            rows = {name: sorted(map(_row, connection.exec_driver_sql(query))) for name, query in QUESTIONS.items()}
        terms = [
            _named(term)
            for glossary in self.server.account.catalog.glossary.glossaries.all()
            for term in self.server.account.catalog.glossary.terms.of_glossary(str(glossary.guid))
        ]
        return {**rows, "terms": terms, "annotations": self._annotations()}

    def _annotations(self) -> list[object]:
        catalog = self.server.account.catalog
        with catalog.store.read() as connection:
            guids = [
                guid
                for (guid,) in connection.exec_driver_sql(
                    "SELECT guid FROM entities WHERE status = 0 ORDER BY qualified_name, type_id"
                )
            ]
        found = catalog.entities.get_many(guids).entities
        return [
            (
                one.attributes["qualifiedName"],
                [(mark["typeName"], mark.get("attributes"), mark.get("propagate")) for mark in one.classifications],
                one.labels,
                [(meaning["displayText"], meaning.get("confidence")) for meaning in one.meanings],
                one.contacts,
                one.custom_attributes,
            )
            for one in found
        ]


def _row(row: Iterable[object]) -> tuple[object, ...]:
    """Return a row with its JSON in one order."""
    return tuple(
        json.dumps(json.loads(cell), sort_keys=True) if isinstance(cell, str) and cell.startswith("{") else cell
        for cell in row
    )


def _named(term: object) -> object:
    """Return a term with names for guids, and without times and who wrote it."""
    document = msgspec.to_builtins(term)
    dropped = {"guid", "createTime", "updateTime", "createdBy", "updatedBy", "lastModifiedTS"}

    def clean(value: object) -> object:
        if isinstance(value, dict):
            return {key: clean(one) for key, one in value.items() if key not in dropped and not key.endswith(("Guid",))}
        return [clean(one) for one in value] if isinstance(value, (list, tuple)) else value

    return clean(document)


QUESTIONS = {
    "entities": """SELECT types.name, qualified_name, attributes, collections.name FROM entities
        JOIN types ON types.id = type_id JOIN collections ON collections.id = collection_id WHERE status = 0""",
    "relationships": """SELECT types.name, a.qualified_name, b.qualified_name, relationships.attributes
        FROM relationships JOIN types ON types.id = relationships.type_id JOIN entities AS a ON a.id = end1_id
        JOIN entities AS b ON b.id = end2_id WHERE relationships.status = 0""",
    "columns": """SELECT a.qualified_name, source.name, b.qualified_name, sink.name FROM column_edges
        JOIN lineage_columns AS source ON source.id = source_id JOIN lineage_columns AS sink ON sink.id = sink_id
        JOIN entities AS a ON a.id = source.entity_id JOIN entities AS b ON b.id = sink.entity_id
        WHERE ended_at IS NULL""",
    "types": "SELECT name, category FROM types",
    "collections": "SELECT name, friendly_name FROM collections",
    "glossary": """SELECT types.name, qualified_name, attributes FROM entities JOIN types ON types.id = type_id
        WHERE status = 0 AND types.name LIKE 'AtlasGlossary%'""",
}


def bring(
    source: Side, target: Side, wanted: Wanted | None = None, journal: Path | None = None, seen: list[str] | None = None
) -> Summary:
    """Run an exchange."""
    ledger = Ledger(lambda kind, done, total: None if seen is None else seen.append(f"{kind} {done}/{total}"))
    return asyncio.run(exchange(source, target, wanted or Wanted(), ledger, Journal(journal)))
