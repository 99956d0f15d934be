"""Browse by source type: tiles first, then what lies one level below."""

from __future__ import annotations

from collections.abc import Iterable

from headwater.api.studio.crumbs import NODE, SOURCE, crumb
from headwater.api.studio.labels import Labels, source_family
from headwater.api.studio.shapes.base import Crumb
from headwater.api.studio.shapes.catalog import BrowseItem, BrowsePage
from headwater.api.studio.viewer import Viewer
from headwater.catalog.browse import BrowseRow, Page, Source
from headwater.catalog.catalog import Catalog
from headwater.errors import Fault, NotFound


class BrowsePages:
    """Paths: `/` for the sources, `source:<name>` for what a source starts with, `node:<guid>` for what one holds."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._labels = Labels(lambda: catalog.types.current)

    def browse(self, viewer: Viewer, path: str, offset: int, limit: int) -> BrowsePage:
        """Return one level. Raises NotFound for a path that leads nowhere."""
        if path.startswith(SOURCE):
            return self._source(viewer, path, offset, limit)
        if path.startswith(NODE):
            return self._node(viewer, path, offset, limit)
        if path in ("", "/"):
            sources = self._catalog.browse.sources(collections=viewer.readable)
            items = tuple(self._tile(source) for source in sources)
            return BrowsePage(path="/", crumbs=(), items=items, count=len(items))
        raise NotFound(Fault("CAT-001", f'There is nothing at "{path}"', cure="Start again from Browse."))

    def _source(self, viewer: Viewer, path: str, offset: int, limit: int) -> BrowsePage:
        name = path.removeprefix(SOURCE)
        source = next((s for s in self._catalog.browse.sources(collections=viewer.readable) if s.name == name), None)
        if source is None:
            raise NotFound(Fault("CAT-001", f'No asset of the source "{name}"', cure="Start again from Browse."))
        found = self._catalog.browse.tops(name, Page(limit, offset, viewer.readable))
        here = Crumb(name=name, family=source_family(source.name), path=path)
        return BrowsePage(path=path, crumbs=(here,), items=self._rows(found.rows), count=found.count)

    def _node(self, viewer: Viewer, path: str, offset: int, limit: int) -> BrowsePage:
        guid = path.removeprefix(NODE)
        found = self._catalog.browse.children(guid, Page(limit, offset, viewer.readable))
        chain = (*self._catalog.assets.parents(guid, viewer.readable), self._catalog.entities.header(guid))
        top = self._labels.of(chain[0].type_name)
        source = Crumb(name=top.source, family=source_family(top.source), path=f"{SOURCE}{top.source}")
        crumbs = (source, *(crumb(self._labels, header) for header in chain))
        return BrowsePage(path=path, crumbs=crumbs, items=self._rows(found.rows), count=found.count)

    def _tile(self, source: Source) -> BrowseItem:
        return BrowseItem(
            name=source.name,
            family=source_family(source.name),
            type_label="Source",
            path=f"{SOURCE}{source.name}",
            children=source.count,
        )

    def _rows(self, rows: Iterable[BrowseRow]) -> tuple[BrowseItem, ...]:
        return tuple(self._row(row) for row in rows)

    def _row(self, row: BrowseRow) -> BrowseItem:
        known = self._labels.of(row.type_name)
        return BrowseItem(
            name=row.name,
            family=known.family,
            type_label=known.text,
            path=None if row.is_leaf else f"{NODE}{row.guid}",
            guid=row.guid,
            children=None if row.is_leaf else row.children,
            detail=row.qualified_name,
        )
