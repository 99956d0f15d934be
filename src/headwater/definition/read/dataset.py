"""JSON of a dataset → Dataset."""

from __future__ import annotations

import difflib

from headwater.definition.dataset import Dataset, SchemaColumn
from headwater.definition.dataset_types import DATASET_TYPES
from headwater.definition.read.parameters import read_annotations, read_folder, read_parameters
from headwater.definition.read.references import find_references
from headwater.definition.reader import Reader
from headwater.definition.reference import Reference
from headwater.language.expression.ast import Json

_INERT = ("availability", "external", "policy", "published", "schema", "structure")


def read_dataset(name: str, properties: Reader) -> Dataset:
    """Read the `properties` of a dataset."""
    linked_service = properties.reference("linkedServiceName", required=True)
    schema = _read_schema(properties)
    properties.skip(*_INERT)
    return Dataset(
        name=name,
        type=read_type(properties, f"Dataset '{name}'", DATASET_TYPES),
        linked_service=linked_service or Reference("", place=properties.at("linkedServiceName")),
        type_properties=properties.object("typeProperties").rest(),
        parameters=read_parameters(properties),
        schema=schema,
        folder=read_folder(properties),
        description=properties.text("description"),
        annotations=read_annotations(properties),
        references=tuple(find_references(dict(properties.json), properties.place)),
        unknown=properties.unknown(),
        place=properties.place,
    )


def read_type(properties: Reader, what: str, known: tuple[str, ...]) -> str:
    """Return `type`; a fault with the nearest name if nobody knows it."""
    type_ = properties.text("type", required=True)
    if type_ and type_ not in known:
        by_lower = {name.lower(): name for name in known}
        near = difflib.get_close_matches(type_.lower(), by_lower, n=1, cutoff=0.6)
        cure = f"Did you mean '{by_lower[near[0]]}'?" if near else "See the types of Synapse in its documentation."
        properties.fault("DEF-005", f"{what} has the unknown type '{type_}'", "type", cure)
    return type_


def _read_schema(properties: Reader) -> tuple[SchemaColumn, ...]:
    """Read `schema`, or the older `structure`. A JSON Schema object and an expression name no columns."""
    name = "schema" if properties.json.get("schema") else "structure"
    if not isinstance(properties.json.get(name), list):
        return ()
    return tuple(_read_column(reader) for reader in properties.objects(name))


def _read_column(reader: Reader) -> SchemaColumn:
    column = SchemaColumn(
        name=reader.text("name"),
        type=_type_name(reader.raw("type")),
        precision=reader.integer("precision"),
        scale=reader.integer("scale"),
    )
    reader.skip("culture", "description", "format", "physicalType")
    reader.unknown()
    return column


def _type_name(json: Json) -> str | None:
    return json if isinstance(json, str) else None
