"""Home: tiles by source and collection, recent runs, and the lineage that has not arrived."""

from __future__ import annotations

from headwater.api.studio.crumbs import SOURCE
from headwater.api.studio.labels import source_family
from headwater.api.studio.pages.monitor import MonitorPages
from headwater.api.studio.shapes.base import Tile
from headwater.api.studio.shapes.monitor import Home, WaitingFact
from headwater.api.studio.viewer import Viewer
from headwater.api.studio.workspaces import Runs
from headwater.catalog.catalog import Catalog
from headwater.catalog.search import FacetRequest, SearchRequest
from headwater.run.records import PipelineRun, RunQuery

_RECENT = 8
_LOOKED_AT = 30
_SHOWN = 10


class HomePages:
    def __init__(self, catalog: Catalog, runs: Runs, monitor: MonitorPages) -> None:
        self._catalog = catalog
        self._runs = runs
        self._monitor = monitor

    def home(self, viewer: Viewer) -> Home:
        """Return the first page as far as the viewer may read."""
        sources = self._catalog.browse.sources(collections=viewer.readable)
        runs = self._runs.page(RunQuery(limit=_LOOKED_AT)).value if viewer.readable else ()
        waiting = self._waiting(runs)
        failed = sum(1 for fact in waiting if fact.status == "Failed")
        pending = sum(self._runs.waiting().values()) if viewer.readable else 0
        return Home(
            assets=sum(source.count for source in sources),
            sources=tuple(
                Tile(
                    key=f"{SOURCE}{source.name}",
                    label=source.name,
                    family=source_family(source.name),
                    count=source.count,
                )
                for source in sources
            ),
            collections=self._collections(viewer),
            recent=tuple(self._monitor.row(run) for run in runs[:_RECENT]),
            pending=pending,
            failed=failed,
            waiting=waiting[:_SHOWN],
        )

    def _collections(self, viewer: Viewer) -> tuple[Tile, ...]:
        request = SearchRequest(keywords="*", limit=1, facets=(FacetRequest("collectionId", 100),))
        result = self._catalog.search.query(request, collections=viewer.readable)
        counted = {entry.value: entry.count for entry in result.facets.get("collectionId", ())}
        return tuple(
            Tile(
                key=collection.name,
                label=collection.friendly_name,
                family="collection",
                count=counted.get(collection.name, 0),
            )
            for collection in self._catalog.collections.all()
            if collection.name in viewer.readable
        )

    def _waiting(self, runs: tuple[PipelineRun, ...]) -> tuple[WaitingFact, ...]:
        """Return the activities of recent runs whose lineage is still on its way or has failed."""
        found = []
        for run in runs:
            activities = self._runs.activities(run.run_id)
            reports = self._runs.reports(activity.activity_run_id for activity in activities)
            for activity in activities:
                report = reports[activity.activity_run_id]
                if report.status in ("Failed", "Pending"):
                    found.append(
                        WaitingFact(
                            workspace=run.workspace,
                            pipeline=run.pipeline_name,
                            activity=activity.activity_name,
                            run_id=run.run_id,
                            activity_run_id=activity.activity_run_id,
                            status=report.status,
                            reason=report.reason or "",
                        )
                    )
        return tuple(found)
