"""JSON of a linked service → LinkedService. What stands in it may be a secret, so no fault quotes it."""

from __future__ import annotations

from headwater.definition.linked_service import LinkedService
from headwater.definition.linked_service_types import LINKED_SERVICE_TYPES
from headwater.definition.read.dataset import read_type
from headwater.definition.read.parameters import read_annotations, read_parameters
from headwater.definition.read.references import find_references
from headwater.definition.reader import Reader


def read_linked_service(name: str, properties: Reader) -> LinkedService:
    """Read the `properties` of a linked service."""
    via = properties.reference("connectVia")
    return LinkedService(
        name=name,
        type=read_type(properties, f"Linked service '{name}'", LINKED_SERVICE_TYPES),
        type_properties=properties.object("typeProperties", required=True).rest(),
        parameters=read_parameters(properties),
        connect_via=via.name if via else None,
        description=properties.text("description"),
        annotations=read_annotations(properties),
        references=tuple(find_references(dict(properties.json), properties.place)),
        unknown=properties.unknown(),
        place=properties.place,
    )
