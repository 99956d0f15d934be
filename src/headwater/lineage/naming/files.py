"""Names of stores of files: a host, containers, folders that end with a slash, files."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.data.locations import FileLocation, Store, TableLocation
from headwater.lineage.facts import Parent
from headwater.lineage.naming import normalize
from headwater.lineage.naming.protocol import Named, named, parent

ACCOUNT_TYPE = "azure_storage_account"


@dataclass(frozen=True, slots=True)
class FileNaming:
    """Types and scheme of one kind of file store; where `service` is None, names begin with the container."""

    scheme: str
    container: str
    file: str
    folder: str
    service: str | None = None
    dialect: str | None = None
    default_schema: str | None = None

    def asset(self, location: FileLocation | TableLocation, view: bool) -> Named:  # noqa: ARG002 a file is no view
        """Name a file or folder; a container as a whole is its root folder, because only paths are data sets."""
        if isinstance(location, TableLocation):
            # A table in a store of files is a folder of them.
            location = FileLocation(location.store, location.schema or "", location.table)
        sections, parents = self._root(location.store)
        if container := normalize.section(location.container):
            sections = (*sections, container)
            parents = (*parents, parent(self.container, self._name(sections), location.container.strip()))
        if folder := normalize.path(location.folder):
            sections = (*sections, folder)
        if location.file is not None:
            value = self._name((*sections, normalize.file_name(location.file)))
            return named(self.file, value, location.file.strip(), parents)
        display = location.folder.strip("/").rpartition("/")[2] or location.container
        return named(self.folder, self._name(sections) + "/", display.strip(), parents)

    def _name(self, sections: tuple[str, ...]) -> str:
        return f"{self.scheme}://" + "/".join(sections)

    def _root(self, store: Store) -> tuple[tuple[str, ...], tuple[Parent, ...]]:
        if self.service is None:
            return (), ()
        host = normalize.host(store.endpoint or store.linked_service)
        service = parent(self.service, self._name((host,)), host)
        account, _, rest = host.partition(".")
        _, core, domain = rest.partition("core.")
        if not core:
            return (host,), (service,)
        holder = parent(ACCOUNT_TYPE, self._name((f"{account}.core.{domain}",)), account)
        return (host,), (holder, service)
