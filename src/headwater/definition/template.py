"""An ARM template of a factory or workspace → the files of the Git layout, so that both are read by the same code.

Template expressions are `[concat(parameters('factoryName'), '/load')]`: literals, `concat`, `parameters` and
`variables` are evaluated, in texts of any depth. A parameter without a default stands for its own name, since only a
deployment gives it a value. Other functions stay as written, with a warning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from headwater.definition.json_text import read_json
from headwater.definition.load import load_files
from headwater.definition.workspace import Kind, Workspace
from headwater.errors import DefinitionError, Fault, Place, raise_if_any
from headwater.language.expression.ast import Json

# Last part of a resource's type → folder of the Git layout.
_FOLDERS: Mapping[str, str] = {
    "credentials": "credential",
    "dataflows": "dataflow",
    "datasets": "dataset",
    "integrationruntimes": "integrationRuntime",
    "linkedservices": "linkedService",
    "pipelines": "pipeline",
    "triggers": "trigger",
}
_SYNAPSE = "microsoft.synapse/"
_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(\w+)|(.))")
_EMPTY: Mapping[str, Json] = {"array": [], "bool": False, "int": 0, "object": {}, "secureobject": {}}


def load_template(file: Path, name: str | None = None) -> Workspace:
    """Load the definitions of an ARM template; the workspace is called as the file is if `name` is None.

    It is a Synapse workspace if a resource is one of Synapse's, else a factory. Raises DefinitionError if the file
    cannot be read or holds no definitions.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise _unusable(file, f"cannot be read: {error.strerror}") from error
    document, faults = read_json(data, Place(file.name))
    raise_if_any(DefinitionError, faults)
    files, warnings = template_files(document, file.name)
    if not files:
        raise _unusable(file, "holds no definitions")
    types = (str(resource.get("type", "")).lower() for _, resource in _resources(document))
    kind: Kind = "synapse" if any(type_.startswith(_SYNAPSE) for type_ in types) else "factory"
    workspace = load_files(files, name or file.stem, kind)
    return replace(workspace, faults=(*workspace.faults, *faults, *warnings))


def template_files(document: Json, file: str = "") -> tuple[dict[str, bytes], tuple[Fault, ...]]:
    """Return the definitions of a template as `folder/name.json` → content, those of nested templates too."""
    files: dict[str, bytes] = {}
    warnings: dict[str, Fault] = {}
    for template, resource in _resources(document):
        scope = _Scope(template, warnings, Place(file))
        folder = _FOLDERS.get(str(resource.get("type", "")).rpartition("/")[2].lower())
        if folder is None or not isinstance(resource.get("properties"), dict):
            continue
        name = str(scope.value(resource.get("name", ""))).rpartition("/")[2]
        definition = {"name": name, "properties": scope.value(resource["properties"])}
        files[f"{folder}/{name}.json"] = json.dumps(definition).encode()
    return files, tuple(warnings.values())


def _resources(template: Json) -> Iterator[tuple[Mapping[str, Json], Mapping[str, Json]]]:
    """Yield the resources of a template with it, at any depth."""
    if not isinstance(template, dict):
        return
    waiting = [*_listed(template.get("resources"))]
    while waiting:
        resource = waiting.pop(0)
        yield template, resource
        waiting += _listed(resource.get("resources"))
        properties = resource.get("properties")
        if isinstance(properties, dict):
            yield from _resources(properties.get("template"))


def _listed(resources: Json) -> list[Mapping[str, Json]]:
    found = resources.values() if isinstance(resources, dict) else resources if isinstance(resources, list) else ()
    return [resource for resource in found if isinstance(resource, dict)]


@dataclass(frozen=True, slots=True)
class _Scope:
    template: Mapping[str, Json]
    warnings: dict[str, Fault] = field(repr=False)
    place: Place

    def value(self, json: Json) -> Json:
        """Return a value with the expressions in it evaluated."""
        match json:
            case dict():
                return {key: self.value(member) for key, member in json.items()}
            case list():
                return [self.value(item) for item in json]
            case str() if json.startswith("[["):
                return json[1:]
            case str() if json.startswith("[") and json.endswith("]"):
                return self._evaluated(json)
            case _:
                return json

    def _evaluated(self, text: str) -> Json:
        reader = _Reader([match.groups() for match in _TOKEN.finditer(text[1:-1]) if match.group().strip()])
        try:
            return self._expression(reader)
        except _Unknown as unknown:
            message = f"The template's expression '{text}' is kept as it is: {unknown} is not evaluated"
            cure = "Export the template with values, or check the definitions of the Git folder."
            self.warnings.setdefault(text, Fault("DEF-004", message, self.place, cure, "warning"))
            return text

    def _expression(self, reader: _Reader) -> Json:
        literal, name, other = reader.next()
        if literal is not None:
            return literal.replace("''", "'")
        if name is None:
            raise _Unknown(f"'{other or 'its end'}'")
        arguments = self._arguments(reader)
        known = [str(argument) for argument in arguments]
        if name.lower() == "concat" and all(isinstance(argument, str | int) for argument in arguments):
            return "".join(known)
        if name.lower() == "parameters" and len(known) == 1:
            return self._parameter(known[0])
        variables = self.template.get("variables")
        if name.lower() == "variables" and len(known) == 1 and isinstance(variables, dict) and known[0] in variables:
            return self.value(variables[known[0]])
        raise _Unknown(f"'{name}'")

    def _arguments(self, reader: _Reader) -> list[Json]:
        arguments: list[Json] = []
        if reader.next()[2] != "(":
            raise _Unknown("a name without arguments")
        while not reader.skips(")"):
            arguments.append(self._expression(reader))
            reader.skips(",")
        if not reader.at_end and reader.tokens[reader.place][2] in (".", "["):
            raise _Unknown("a part of a value")
        return arguments

    def _parameter(self, name: str) -> Json:
        declared = self.template.get("parameters")
        parameter = declared.get(name) if isinstance(declared, dict) else None
        if not isinstance(parameter, dict):
            return name
        if "defaultValue" in parameter:
            return self.value(parameter["defaultValue"])
        return _EMPTY.get(str(parameter.get("type", "")).lower(), name)


class _Unknown(Exception):
    """What an expression holds that is not evaluated."""


@dataclass(slots=True)
class _Reader:
    """Tokens of one expression: a literal, a name or a sign each."""

    tokens: list[tuple[str | None, ...]]
    place: int = 0

    @property
    def at_end(self) -> bool:
        return self.place >= len(self.tokens)

    def next(self) -> tuple[str | None, str | None, str | None]:
        if self.at_end:
            return None, None, None
        literal, name, other = self.tokens[self.place]
        self.place += 1
        return literal, name, other

    def skips(self, sign: str) -> bool:
        """Pass over a sign if it comes next, and say whether it did; at the end every sign is there."""
        if self.at_end or self.tokens[self.place][2] == sign:
            self.place += 1
            return True
        return False


def _unusable(file: Path, why: str) -> DefinitionError:
    cure = "Name an ARM template, or a folder that holds pipeline/, dataset/, linkedService/ …"
    return DefinitionError(Fault("DEF-017", f"'{file}' {why}", Place(), cure))
