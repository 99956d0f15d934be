"""A workspace whose pipelines report runs, as a sink sends them."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.desk import Desk, entity, ref
from headwater.catalog.catalog import Catalog
from headwater.catalog.lifecycle import Keeping, StaleProcess

WORKSPACE = "/w"


def report(
    desk: Desk,
    run: int,
    pipeline: str,
    activity: str,
    flows: dict[str, tuple[str, str]],
    *,
    status: str = "Completed",
    by: str = "tester",
) -> None:
    """Report run number `run`, which also is its time: operations by name, each from one dataset to another."""
    at = {"lastRunTime": run * 1000, "runId": f"run{run}"}
    holder = f"{WORKSPACE}/pipelines/{pipeline}"
    inside = f"{holder}/activities/{activity}"
    entities = [
        entity("azure_synapse_workspace", WORKSPACE),
        entity("azure_synapse_pipeline", holder, **at, rel_workspace=ref("azure_synapse_workspace", WORKSPACE)),
        entity(
            "azure_synapse_copy_activity",
            inside,
            **at,
            status=status,
            rel_pipeline=ref("azure_synapse_pipeline", holder),
        ),
        *(entity("DataSet", name) for pair in flows.values() for name in pair),
    ]
    for given in entities[1:3]:
        attributes = given["attributes"]
        assert isinstance(attributes, dict)
        attributes["name"] = str(attributes["qualifiedName"]).rpartition("/")[2]
    for name, (source, sink) in flows.items():
        mapping = f'[{{"source":"{source}","sourceColumn":"a","sinkColumn":"b"}}]'
        entities.append(
            entity(
                "azure_synapse_operation",
                f"{inside}#{name}",
                **at,
                activityRunId=f"{run}.{name}",
                status=status,
                inputs=[ref("DataSet", source)],
                outputs=[ref("DataSet", sink)],
                columnLineage=mapping,
                rel_parent=ref("azure_synapse_copy_activity", inside),
            )
        )
    desk.write(*entities, by=by)


@contextmanager
def fresh(template: Path) -> Iterator[Desk]:
    """Give each example of a law a catalog of its own: a copy of an empty one."""
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog.open(Path(shutil.copy(template, folder)), name="contoso")
        yield Desk(catalog)
        catalog.close()


def stale(desk: Desk, after: int = 3) -> set[str]:
    """Names of stale operations, by the listing; the answer to each operation by itself must be the same."""
    keeping = Keeping(stale_after_runs=after)
    listed = _names(desk.catalog.lifecycle.stale(keeping=keeping).value)
    guids = [str(row[0]) for row in desk.rows("SELECT guid FROM entities WHERE status = 0")]
    assert listed == _names(desk.catalog.lifecycle.stale_of(guids, keeping=keeping))
    return {name.rpartition("#")[2] for name in listed if "#" in name}


def _names(found: Iterable[StaleProcess]) -> set[str]:
    return {one.qualified_name for one in found}
