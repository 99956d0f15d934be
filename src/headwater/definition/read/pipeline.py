"""JSON of a pipeline → Pipeline."""

from __future__ import annotations

from headwater.definition.pipeline import Activity, Pipeline, Variable
from headwater.definition.read.activity import read_activities
from headwater.definition.read.parameters import read_annotations, read_folder, read_parameters
from headwater.definition.read.references import find_references
from headwater.definition.reader import Reader

VARIABLE_TYPES: dict[str, str] = {
    "array": "Array",
    "bool": "Boolean",
    "boolean": "Boolean",
    "integer": "Integer",
    "string": "String",
}
"""Type in any case → as the service spells it."""
_INERT = ("end", "isPaused", "lastModifiedByObjectId", "lastPublishTime", "pipelineMode", "policy", "start")


def read_pipeline(name: str, properties: Reader) -> Pipeline:
    """Read the `properties` of a pipeline."""
    properties.skip(*_INERT)
    return Pipeline(
        name=name,
        activities=_read_activities(properties),
        parameters=read_parameters(properties),
        variables=_read_variables(properties),
        concurrency=properties.integer("concurrency"),
        folder=read_folder(properties),
        annotations=read_annotations(properties),
        description=properties.text("description"),
        references=tuple(find_references(dict(properties.json), properties.place)),
        unknown=properties.unknown(),
        place=properties.place,
    )


def _read_activities(properties: Reader) -> tuple[Activity, ...]:
    if not properties.has("activities"):
        properties.fault("DEF-002", "Required property 'activities' is missing", None, "Add 'activities': [].")
    return read_activities(properties, "activities")


def _read_variables(properties: Reader) -> tuple[Variable, ...]:
    variables: list[Variable] = []
    for name, declaration in properties.members("variables"):
        written = declaration.text("type", "String", required=declaration.present)
        type_ = VARIABLE_TYPES.get(written.lower())
        if type_ is None:
            cure = f"The types are {', '.join(sorted(set(VARIABLE_TYPES.values())))}."
            declaration.fault("DEF-020", f"Variable '{name}' has the unknown type '{written}'", "type", cure)
        variables.append(Variable(name, type_ or written, declaration.raw("defaultValue")))
        declaration.unknown()
    return tuple(variables)
