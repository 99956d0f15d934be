"""The shortest way between two assets, or columns, is as long as a plain reading of the same events says."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from catalog.lineage.events import DATASETS, Event, asset_levels, column_levels, events, moment, moments, names, tell
from headwater.catalog.lineage import Sought
from headwater.errors import CatalogError

LAW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
datasets = st.integers(0, DATASETS - 1)


@LAW
@given(told=events, start=datasets, end=datasets, depth=st.sampled_from([1, 2, 3, 100]), as_of=moments)
def test_way_between_any_assets_is_as_long_as_a_plain_reading_says(
    told: list[Event], start: int, end: int, depth: int, as_of: int | None, desk: Desk
) -> None:
    run = tell(desk, told)
    ends = [desk.guid(f"{run}d{n}", "DataSet") for n in (start, end)]
    found = desk.catalog.paths.between(Sought(start=ends[0], end=ends[1], depth=depth, as_of=moment(as_of)))
    levels = {f"d{start}": 0} | asset_levels(told, start, up=False, depth=100, as_of=as_of)
    distance = levels.get(f"d{end}")
    if distance is None:
        assert found.outcome in ("NONE", "NONE_WITHIN_DEPTH")
        assert found.outcome == "NONE" or depth < 100
    elif distance > depth:
        assert found.outcome == "NONE_WITHIN_DEPTH"
    else:
        assert (found.outcome, found.distance, len(found.path)) == ("FOUND", distance, distance)
        assert not distance or found.path[-1].asset.name == f"{run}d{end}"
        # Every hop is an edge of its own, and each asset on the way is as far as it should be.
        for number, hop in enumerate(found.path, 1):
            assert hop.relationship_id
            assert levels[str(hop.asset.name).removeprefix(run)] == number


@LAW
@given(told=events, start=datasets, end=datasets, first=names, last=names, as_of=moments)
def test_way_between_any_columns_is_as_long_as_a_plain_reading_says(
    told: list[Event], start: int, end: int, first: str, last: str, as_of: int | None, desk: Desk
) -> None:
    run = tell(desk, told)
    ends = [desk.guid(f"{run}d{n}", "DataSet") for n in (start, end)]
    found = desk.catalog.paths.between(
        Sought(start=ends[0], end=ends[1], start_column=first, end_column=last, as_of=moment(as_of))
    )
    # A column is reached, too, when the rows that carry it are.
    below = column_levels(told, [(f"d{start}", first)], up=False, depth=100, as_of=as_of)
    arrived = [below[one] for one in ((f"d{end}", last), (f"d{end}", "*")) if one in below]
    every = {(f"d{one.source}", one.column) for event in told for one in event.fed}
    every |= {(f"d{one.sink}", one.sink_column) for event in told for one in event.fed}
    if (start, first) == (end, last) and (f"d{end}", last) in every:
        assert (found.outcome, found.distance) == ("FOUND", 0)
    elif not arrived or (f"d{end}", last) not in every:
        assert found.outcome == "NONE"
    else:
        assert (found.outcome, found.distance) == ("FOUND", min(arrived))
        assert len(found.columns) == min(arrived)


def chain(desk: Desk, length: int) -> list[str]:
    desk.write(*(entity("DataSet", f"d{n}") for n in range(length + 1)))
    for n in range(length):
        inputs, outputs = [ref("DataSet", f"d{n}")], [ref("DataSet", f"d{n + 1}")]
        desk.write(entity("azure_synapse_operation", f"p{n}", inputs=inputs, outputs=outputs))
    return [desk.guid(f"d{n}", "DataSet") for n in range(length + 1)]


def test_way_names_the_operations_in_their_order(desk: Desk) -> None:
    guids = chain(desk, 4)
    found = desk.catalog.paths.between(Sought(start=guids[0], end=guids[4]))
    assert [hop.operation.name for hop in found.path] == ["p0", "p1", "p2", "p3"]
    assert [hop.asset.name for hop in found.path] == ["d1", "d2", "d3", "d4"]


def test_search_that_meets_too_much_gives_up_and_says_so(desk: Desk) -> None:
    guids = chain(desk, 6)
    assert desk.catalog.paths.between(Sought(start=guids[0], end=guids[6], most=3)).outcome == "GAVE_UP"


@pytest.mark.parametrize("asked", [{"depth": 0}, {"start_column": "a"}, {"end_column": "a"}])
def test_senseless_search_is_refused(asked: dict[str, object], desk: Desk) -> None:
    guids = chain(desk, 1)
    with pytest.raises(CatalogError) as refused:
        desk.catalog.paths.between(Sought(start=guids[0], end=guids[1], **asked))
    assert refused.value.code == "CAT-026"


def test_path_to_a_process_is_refused(desk: Desk) -> None:
    guids = chain(desk, 1)
    with pytest.raises(CatalogError) as refused:
        desk.catalog.paths.between(Sought(start=guids[0], end=desk.guid("p0", "Process")))
    assert refused.value.code == "CAT-026"
