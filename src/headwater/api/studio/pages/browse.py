"""Browse by source type: tiles first, then what lies one level below."""

from __future__ import annotations

from headwater.api.studio.labels import label
from headwater.api.studio.shapes.base import Crumb
from headwater.api.studio.shapes.catalog import BrowseItem, BrowsePage
from headwater.api.studio.viewer import Viewer
from headwater.catalog.browse import BrowseRow, Source
from headwater.catalog.catalog import Catalog
from headwater.catalog.model import EntityHeader
from headwater.errors import Fault, NotFound

SOURCES = "source:"
NODE = "node:"


class BrowsePages:
    """Paths: `/` for the sources, `source:<name>` for what a source starts with, `node:<guid>` for what one holds."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def browse(self, viewer: Viewer, path: str, offset: int, limit: int) -> BrowsePage:
        """Return one level. Raises NotFound for a path that leads nowhere."""
        if path.startswith(SOURCES):
            return self._source(viewer, path, offset, limit)
        if path.startswith(NODE):
            return self._node(viewer, path, offset, limit)
        if path in ("", "/"):
            sources = self._catalog.browse.sources(collections=viewer.readable)
            items = tuple(_tile(source) for source in sources)
            return BrowsePage(path="/", crumbs=(), items=items, count=len(items))
        raise NotFound(Fault("CAT-001", f'There is nothing at "{path}"', cure="Start again from Browse."))

    def _source(self, viewer: Viewer, path: str, offset: int, limit: int) -> BrowsePage:
        name = path.removeprefix(SOURCES)
        source = next((s for s in self._catalog.browse.sources(collections=viewer.readable) if s.name == name), None)
        if source is None:
            raise NotFound(Fault("CAT-001", f'No asset of the source "{name}"', cure="Start again from Browse."))
        rows: list[BrowseRow] = []
        total, skip = 0, offset
        for type_name in source.roots:
            wanted = max(0, limit - len(rows))
            found = self._catalog.browse.by_type(
                type_name, limit=max(1, wanted), offset=skip, collections=viewer.readable
            )
            rows += found.rows[:wanted]
            total += found.count
            skip = max(0, skip - found.count)
        crumb = Crumb(name=name, family=_family(source), path=path)
        return BrowsePage(path=path, crumbs=(crumb,), items=tuple(_row(row) for row in rows), count=total)

    def _node(self, viewer: Viewer, path: str, offset: int, limit: int) -> BrowsePage:
        guid = path.removeprefix(NODE)
        found = self._catalog.browse.children(guid, limit=limit, offset=offset, collections=viewer.readable)
        chain = (*self._catalog.entities.parents(guid), self._catalog.entities.header(guid))
        source = label(chain[0].type_name).source
        crumbs = [Crumb(name=source, family=label(chain[0].type_name).family, path=f"{SOURCES}{source}")]
        crumbs += [_crumb(header) for header in chain]
        return BrowsePage(
            path=path, crumbs=tuple(crumbs), items=tuple(_row(row) for row in found.rows), count=found.count
        )


def _crumb(header: EntityHeader) -> Crumb:
    return Crumb(
        name=header.display_text,
        family=label(header.type_name).family,
        guid=header.guid,
        path=f"{NODE}{header.guid}",
    )


def _family(source: Source) -> str:
    return label(source.roots[0]).family if source.roots else "dataset"


def _tile(source: Source) -> BrowseItem:
    return BrowseItem(
        name=source.name,
        family=_family(source),
        type_label="Source",
        path=f"{SOURCES}{source.name}",
        children=source.count,
    )


def _row(row: BrowseRow) -> BrowseItem:
    known = label(row.type_name)
    return BrowseItem(
        name=row.name,
        family=known.family,
        type_label=known.text,
        path=None if row.is_leaf else f"{NODE}{row.guid}",
        guid=row.guid,
        children=None if row.is_leaf else row.children,
        detail=row.qualified_name,
    )
