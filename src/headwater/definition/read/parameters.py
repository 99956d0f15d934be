"""Declared parameters, as pipelines, datasets and linked services write them."""

from __future__ import annotations

from headwater.definition.reader import Reader
from headwater.definition.reference import Parameter
from headwater.language.expression.ast import Json

PARAMETER_TYPES: tuple[str, ...] = ("array", "bool", "float", "int", "object", "securestring", "string")


def read_parameters(reader: Reader) -> tuple[Parameter, ...]:
    """Return what `parameters` declares, in its order."""
    parameters: list[Parameter] = []
    for name, declaration in reader.members("parameters"):
        if not declaration.present:
            continue
        type_ = declaration.text("type", "string", required=True).lower()
        if type_ not in PARAMETER_TYPES:
            cure = f"The types are {', '.join(PARAMETER_TYPES)}."
            declaration.fault("DEF-020", f"Parameter '{name}' has the unknown type '{type_}'", "type", cure)
        default = declaration.raw("defaultValue")
        parameters.append(Parameter(name, type_, default, default is not None))
        declaration.skip("metadata")
        declaration.unknown()
    return tuple(parameters)


def read_annotations(reader: Reader) -> tuple[Json, ...]:
    """Return `annotations`; anything but an array is a fault."""
    if isinstance(annotations := reader.raw("annotations"), list):
        return tuple(annotations)
    if annotations is not None:
        reader.fault("DEF-003", "Property 'annotations' is not an array", "annotations", "Make it an array.")
    return ()


def read_folder(reader: Reader) -> str | None:
    """Return the name in `folder`, None if there is none."""
    folder = reader.object("folder")
    return folder.text("name") or None if folder.present else None
