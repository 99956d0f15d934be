"""The few words that tests of the catalog use."""

import msgspec

from headwater.catalog.catalog import Catalog
from headwater.catalog.model import EntityBatch, Mutation


class Desk:
    """Writes entities as plain objects and answers by name."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def write(self, *entities: dict[str, object], by: str = "tester") -> Mutation:
        return self.catalog.entities.write(msgspec.convert({"entities": list(entities)}, EntityBatch), by=by)

    def guid(self, name: str, type_name: str = "Referenceable") -> str:
        return self.catalog.entities.guid_of(type_name, name)

    def name(self, guid: str) -> str:
        return str(self.catalog.entities.header(guid).attributes["qualifiedName"])

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with self.catalog.store.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]


def entity(type_name: str, qualified_name: str, guid: str | None = None, **attributes: object) -> dict[str, object]:
    """Return an entity; keywords that begin with `rel_` are relationship attributes."""
    plain = {key: value for key, value in attributes.items() if not key.startswith("rel_")}
    related = {key.removeprefix("rel_"): value for key, value in attributes.items() if key.startswith("rel_")}
    names = {"qualifiedName": qualified_name, "name": qualified_name}
    found: dict[str, object] = {"typeName": type_name, "attributes": {**names, **plain}}
    if guid is not None:
        found["guid"] = guid
    if related:
        found["relationshipAttributes"] = related
    return found


def ref(type_name: str, name: str) -> dict[str, object]:
    return {"typeName": type_name, "uniqueAttributes": {"qualifiedName": name}}
