"""A folder in the Git layout of Synapse or Data Factory → Workspace. What is wrong in the files is in its `faults`.

`load_files` is the pure half: names and bytes in, workspace out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from headwater.definition.data_flow import DataFlow
from headwater.definition.dataset import Dataset
from headwater.definition.json_text import read_json
from headwater.definition.linked_service import LinkedService
from headwater.definition.pipeline import Pipeline
from headwater.definition.read.data_flow import read_data_flow
from headwater.definition.read.dataset import read_dataset
from headwater.definition.read.linked_service import read_linked_service
from headwater.definition.read.pipeline import read_pipeline
from headwater.definition.reader import Reader
from headwater.definition.workspace import Kind, Workspace
from headwater.errors import DefinitionError, Fault, Place
from headwater.language.expression.ast import Json

OTHER_FOLDERS: tuple[str, ...] = (
    "adfcdc",
    "credential",
    "factory",
    "globalParameters",
    "integrationRuntime",
    "kqlscript",
    "linkConnection",
    "managedVirtualNetwork",
    "notebook",
    "sparkJobDefinition",
    "sqlscript",
    "trigger",
)
"""Folders whose files are kept as JSON."""

SECRET_FOLDERS: tuple[str, ...] = ("credential", "integrationRuntime", "linkedService")
"""Folders whose files may hold secrets: no fault quotes from them."""

TYPED_FOLDERS: tuple[str, ...] = ("dataflow", "dataset", "linkedService", "pipeline")
FOLDERS: tuple[str, ...] = tuple(sorted((*OTHER_FOLDERS, *TYPED_FOLDERS), key=str.lower))

_BY_LOWER = {folder.lower(): folder for folder in FOLDERS}
_ENVELOPE = ("$schema", "etag", "id", "location", "name", "properties", "type")


def load_folder(folder: Path, name: str | None = None, kind: Kind = "synapse") -> Workspace:
    """Load every definition below `folder`; the workspace is called as the folder is if `name` is None.

    Raises DefinitionError only where the folder is missing, cannot be read, or holds no definitions.
    """
    if not folder.is_dir():
        raise _unusable(folder, "is no folder", "Name the folder that holds pipeline/, dataset/, linkedService/ …")
    try:
        files = {f"{file.parent.name}/{file.name}": file.read_bytes() for file in _definition_files(folder)}
    except OSError as error:
        raise _unusable(folder, f"cannot be read: {error.strerror}", f"Allow reading '{error.filename}'.") from error
    if not files:
        raise _unusable(folder, "holds no definitions", f"They stand in folders below it: {', '.join(FOLDERS)}.")
    return load_files(files, name or folder.resolve().name, kind)


def _unusable(folder: Path, why: str, cure: str) -> DefinitionError:
    return DefinitionError(Fault("DEF-017", f"'{folder}' {why}", Place(), cure))


def load_files(files: Mapping[str, bytes], name: str, kind: Kind = "synapse") -> Workspace:
    """Load definitions from `folder/file.json` → content. Never raises for what the files hold."""
    loading = _Loading()
    for file, data in files.items():
        folder = _BY_LOWER.get(file.partition("/")[0].lower())
        if folder is not None:
            loading.add(folder, file, data)
    return loading.workspace(name, kind)


def _definition_files(folder: Path) -> Iterable[Path]:
    for sub in sorted(folder.iterdir()):
        if sub.is_dir() and sub.name.lower() in _BY_LOWER:
            yield from (file for file in sorted(sub.iterdir()) if file.suffix.lower() == ".json" and file.is_file())


@dataclass(slots=True)
class _Loading:
    """What has been read so far; lives only while a workspace is being loaded."""

    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    linked_services: dict[str, LinkedService] = field(default_factory=dict)
    data_flows: dict[str, DataFlow] = field(default_factory=dict)
    other: dict[str, dict[str, Mapping[str, Json]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    """Folder and lower-cased name → file, to find names that occur twice."""

    def add(self, folder: str, file: str, data: bytes) -> None:
        """Read one file."""
        place = Place(file)
        json, faults = read_json(data, place, secret=folder in SECRET_FOLDERS)
        self.faults.extend(faults)
        if isinstance(json, dict):
            self._add_json(folder, json, Reader(json, Place(file, "$"), self.faults, secret=folder in SECRET_FOLDERS))
        elif not faults:
            cure = 'A definition is an object: {"name": …, "properties": {…}}.'
            self.faults.append(Fault("DEF-003", "The file does not hold an object", place, cure))

    def _add_json(self, folder: str, json: Mapping[str, Json], reader: Reader) -> None:
        file = reader.place.file or ""
        stem = file.rpartition("/")[2].removesuffix(".json")
        name = reader.text("name", required=folder in TYPED_FOLDERS) or stem
        if name != stem:
            message = f"The definition is called '{name}', but the file '{stem}.json'"
            reader.fault("DEF-018", message, "name", "Give both one name; references go by the name.", "warning")
        twin = self.files.setdefault((folder, name.lower()), file)
        if twin != file:
            message = f"The name '{name}' is taken by '{twin}'; names do not differ by case alone"
            reader.fault("DEF-007", message, "name", "Rename one of them.")
            return
        if folder in TYPED_FOLDERS:
            properties = reader.object("properties", required=True)
            self._add_typed(folder, name, properties)
            reader.skip(*_ENVELOPE)
            reader.unknown()
        else:
            self.other.setdefault(folder, {})[name] = json

    def _add_typed(self, folder: str, name: str, properties: Reader) -> None:
        match folder:
            case "dataflow":
                self.data_flows[name] = read_data_flow(name, properties)
            case "dataset":
                self.datasets[name] = read_dataset(name, properties)
            case "linkedService":
                self.linked_services[name] = read_linked_service(name, properties)
            case _:
                self.pipelines[name] = read_pipeline(name, properties)

    def workspace(self, name: str, kind: Kind) -> Workspace:
        """Return the workspace of what has been read."""
        return Workspace(
            name=name,
            kind=kind,
            pipelines=MappingProxyType(self.pipelines),
            datasets=MappingProxyType(self.datasets),
            linked_services=MappingProxyType(self.linked_services),
            data_flows=MappingProxyType(self.data_flows),
            other=MappingProxyType({folder: MappingProxyType(found) for folder, found in self.other.items()}),
            global_parameters=_global_parameters(self.other),
            faults=tuple(self.faults),
        )


def _global_parameters(other: Mapping[str, Mapping[str, Mapping[str, Json]]]) -> Mapping[str, Json]:
    """Return name → value of what the factory's own file declares."""
    found: dict[str, Json] = {}
    for definition in (other.get("factory") or {}).values():
        properties = definition.get("properties")
        declared = properties.get("globalParameters") if isinstance(properties, dict) else None
        for name, parameter in (declared if isinstance(declared, dict) else {}).items():
            if isinstance(parameter, dict) and "value" in parameter:
                found[name] = parameter["value"]
    return MappingProxyType(found)
