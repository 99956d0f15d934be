"""Which asset a dataset is: its own name's, or that of the dataset which says it has this other name too."""

from __future__ import annotations

from headwater.catalog.openlineage.facets import Symlinks, view
from headwater.catalog.openlineage.ledger import Ledger
from headwater.catalog.openlineage.names import Key, NamedAsset, Namer
from headwater.catalog.openlineage.state import DatasetState, current, unpacked


class Resolver:
    """Names datasets, and remembers them for the length of one transaction."""

    def __init__(self, ledger: Ledger, namer: Namer) -> None:
        self._ledger = ledger
        self._namer = namer
        self._own: dict[Key, NamedAsset] = {}
        self._found: dict[Key, str] = {}
        self.assets: dict[str, NamedAsset] = {}
        """Every asset that was found, by qualified name."""

    def own(self, key: Key) -> NamedAsset:
        """Return what the dataset is by its own name."""
        if key not in self._own:
            self._own[key] = self._namer.asset(key.namespace, key.name)
        return self._own[key]

    def __call__(self, key: Key) -> str:
        """Return the qualified name of the asset that the dataset is."""
        if key not in self._found:
            named = self._followed(key)
            self._found[key] = named.qualified_name
            self.assets[named.qualified_name] = named
        return self._found[key]

    def _followed(self, key: Key) -> NamedAsset:
        """Follow other names to their dataset. Datasets that name each other are the one that sorts first."""
        named = self.own(key)
        seen = {named.qualified_name: named}
        while (target := self._ledger.target(named.qualified_name)) is not None:
            named = self.own(unpacked(target))
            if named.qualified_name in seen:
                names = list(seen)
                return seen[min(names[names.index(named.qualified_name) :])]
            seen[named.qualified_name] = named
        return named

    def relink(self, dataset: DatasetState) -> set[str]:
        """Keep the other names that a dataset says it has; return the names that now lead elsewhere."""
        said = dataset.facets.get("symlinks")
        facet = view(dict(current(dataset.facets)).get("symlinks"), Symlinks)
        identifiers = (facet.identifiers if facet else None) or ()
        keys = (Key(identifier.namespace, identifier.name) for identifier in identifiers)
        aliases = {self.own(key).qualified_name for key in keys}
        own = self.own(dataset.key).qualified_name
        moved = self._ledger.set_symlinks(dataset.key, own, aliases, said.at if said and aliases else None)
        if moved:
            self._found.clear()
        return moved
