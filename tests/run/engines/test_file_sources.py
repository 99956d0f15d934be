"""Sources on files: which files they read, what their folders say, and what becomes of the files afterwards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headwater.errors import LanguageError, RunError
from headwater.plan.resolved import FlowPlan
from headwater.run.engines.changes import Window
from headwater.run.engines.flow import finish, staged_flow
from run.engines.flow_world import World, files, finished, plan

# 2026-01-01 and the days after, at noon, as seconds.
NOONS = [1_767_268_800 + 86_400 * day for day in range(4)]


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    for day, noon in enumerate(NOONS[:3]):
        dated(made, f"in/d{day}.csv", f"id\n{day}\n", noon)
    return made


def dated(world: World, path: str, text: str, at: float) -> None:
    world.write(path, text)
    os.utime(world.files / path, (at, at))


def flow(options: str, source: str = "in/", columns: str = "id as string", **properties: str) -> FlowPlan:
    script = f"source(output({columns}), allowSchemaDrift: true{options}) ~> s\ns sink(allowSchemaDrift: true) ~> out"
    return plan(script, {"s": files(source, **properties)}, {"out": files("out/a.csv")})


def rows(world: World) -> list[str]:
    header, *lines = world.read("out/a.csv").splitlines()
    return [header, *sorted(lines)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("modifiedAfter: (toTimestamp('2026-01-02 12:00:00'))", ["id", "1", "2"]),
        ("modifiedBefore: (toTimestamp('2026-01-02 12:00:00'))", ["id", "0"]),
        (
            "modifiedAfter: (toTimestamp('2026-01-02 00:00:00')), modifiedBefore: (toTimestamp('2026-01-03 00:00:00'))",
            ["id", "1"],
        ),
        ("wildcardPaths: ['in/d0.csv', '/in/d2.csv']", ["id", "0", "2"]),
        ("wildcardPaths: ['in/**/*']", ["id", "0", "1", "2"]),
        ("wildcardPaths: ['in/_*']", ["id", "mark"]),
    ],
)
def test_files_are_chosen(world: World, options: str, expected: list[str]) -> None:
    world.write("in/_SUCCESS", "id\nmark\n")
    finished(world, flow(f", {options}"))
    assert rows(world) == expected


def test_list_names_the_files_relative_to_its_folder_or_the_container(world: World) -> None:
    world.write("in/list.txt", "d1.csv\r\n\n/in/d2.csv\n")
    finished(world, flow(", fileList: true", "in/list.txt"))
    assert rows(world) == ["id", "1", "2"]


def test_listed_file_that_is_not_there_is_named(world: World) -> None:
    world.write("in/list.txt", "d1.csv\ngone.csv\n")
    with pytest.raises(RunError, match=r"File 'in/gone\.csv' in 'data', which 'in/list\.txt' lists, is not there"):
        finished(world, flow(", fileList: true", "in/list.txt"))


def test_list_without_a_name_is_refused(world: World) -> None:
    with pytest.raises(RunError, match="has no name"):
        finished(world, flow(", fileList: true", "in/"))


def test_folders_of_keys_are_columns(world: World) -> None:
    world.write("sales/year=2020/city=bern/a.csv", "id\n7\n")
    world.write("sales/year=2021/city=a%2Fb/a.csv", "id\n8\n")
    world.write("sales/year=2021/city=__HIVE_DEFAULT_PARTITION__/a.csv", "id\n9\n")
    columns = "id as string, year as integer"
    finished(world, flow(", partitionRootPath: 'sales', wildcardPaths: ['sales/**/*.csv']", "x/", columns))
    assert rows(world) == ["id,year,city", "7,2020,bern", "8,2021,a/b", "9,2021,NA"]


def test_folders_above_the_root_are_not_columns(world: World) -> None:
    world.write("sales/year=2020/city=bern/a.csv", "id\n7\n")
    finished(world, flow(", partitionRootPath: '/sales/year=2020/'", "sales/year=2020/"))
    assert rows(world) == ["id,city", "7,bern"]


def test_key_of_a_folder_wins_over_a_column_of_the_file(world: World) -> None:
    world.write("sales/year=2020/a.csv", "id,year\n7,1999\n")
    finished(world, flow(", partitionRootPath: 'sales'", "sales/"))
    assert rows(world) == ["id,year", "7,2020"]


def test_keys_and_paths_and_headerless_files_go_together(world: World) -> None:
    world.write("sales/year=2020/a.csv", "7,x\n")
    options = ", partitionRootPath: 'sales', rowUrlColumn: 'from'"
    made = flow(options, "sales/", "id as integer, year as integer, name as string", firstRowAsHeader=False)
    finished(world, made)
    assert rows(world) == ["id,year,name,from", "7,2020,x,/sales/year=2020/a.csv"]


def test_root_that_lies_above_no_file_is_refused(world: World) -> None:
    with pytest.raises(RunError, match="reads no file below its partitionRootPath 'sales'"):
        finished(world, flow(", partitionRootPath: 'sales'"))


def test_source_without_files_is_empty_where_that_is_allowed(world: World) -> None:
    finished(world, flow(", ignoreNoFilesFound: true, wildcardPaths: ['in/*.txt']"))
    assert rows(world) == ["id"]


def test_read_files_are_deleted_after_the_commit(world: World) -> None:
    made = flow(", purgeFiles: true, wildcardPaths: ['in/d[01].csv']")
    with staged_flow(made, world.host()) as staged:
        staged.commit()
        assert "in/d0.csv" in world.listing()
    finish(made, world.host(), staged.tasks)
    assert world.listing() == ["in/d2.csv", "out/a.csv"]


@pytest.mark.parametrize("folders", ["['in', 'done/in']", "['/in/', '/done/in']", "['data/in', 'data/done/in']"])
def test_read_files_are_moved_after_the_commit(world: World, folders: str) -> None:
    world.write("in/deep/x.csv", "id\n9\n")
    made = flow(f", moveFiles: {folders}, wildcardPaths: ['in/**/*.csv']")
    staged = finished(world, made)
    moved = ["done/in/d0.csv", "done/in/d1.csv", "done/in/d2.csv", "done/in/deep/x.csv", "out/a.csv"]
    assert world.listing() == moved
    finish(made, world.host(), staged.tasks)
    assert world.listing() == moved


def test_files_stay_where_a_sink_fails(world: World) -> None:
    (world.files / "out/a.csv").mkdir(parents=True)
    with pytest.raises(RunError):
        finished(world, flow(", purgeFiles: true"))
    assert world.listing() == ["in/d0.csv", "in/d1.csv", "in/d2.csv"]


def test_file_that_does_not_lie_where_files_are_moved_from_is_named_before_anything_is_written(world: World) -> None:
    with pytest.raises(RunError, match=r"moves files from 'elsewhere', where 'in/d0\.csv' does not lie"):
        finished(world, flow(", moveFiles: ['elsewhere', 'done']"))
    assert world.listing() == ["in/d0.csv", "in/d1.csv", "in/d2.csv"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("moveFiles: ['a']", "'moveFiles' is not two folders"),
        ("moveFiles: ['a', '/a/']", "'moveFiles' moves from a folder to itself"),
        ("moveFiles: ['a', 'b'], purgeFiles: true", "Source 's' moves and deletes its files"),
        ("modifiedAfter: 'soon'", "'modifiedAfter' is not a time"),
    ],
)
def test_options_that_mean_nothing_are_refused(options: str, message: str) -> None:
    with pytest.raises(LanguageError) as caught:
        flow(f", {options}")
    assert [fault.message for fault in caught.value.faults] == [message]


def read_new(world: World, window: Window, options: str = "") -> tuple[list[str], Window]:
    made = flow(f", enableCdc: true{options}")
    staged = finished(world, made, windows={"s": window})
    note = staged.sources["s"].note
    assert note is not None
    return rows(world), Window(since=note)


def test_only_new_and_changed_files_are_read(world: World) -> None:
    found, window = read_new(world, Window())
    assert found == ["id", "0", "1", "2"]
    found, window = read_new(world, window)
    assert found == ["id"]
    dated(world, "in/d0.csv", "id\n100\n", NOONS[3])
    found, window = read_new(world, window)
    assert found == ["id", "100"]


def test_file_of_the_same_moment_that_came_later_is_read(world: World) -> None:
    _, window = read_new(world, Window())
    dated(world, "in/late.csv", "id\nlate\n", NOONS[2])
    found, window = read_new(world, window)
    assert found == ["id", "late"]
    assert read_new(world, window)[0] == ["id"]


def test_first_load_is_skipped_when_asked(world: World) -> None:
    found, window = read_new(world, Window(), ", skipInitialLoad: true")
    assert found == ["id"]
    dated(world, "in/new.csv", "id\nnew\n", NOONS[3])
    assert read_new(world, window, ", skipInitialLoad: true")[0] == ["id", "new"]


def test_attempt_that_was_killed_reads_what_it_had_noted_and_no_more(world: World) -> None:
    _, first = read_new(world, Window())
    dated(world, "in/seen.csv", "id\nseen\n", NOONS[3])
    _, noted = read_new(world, first)
    dated(world, "in/unseen.csv", "id\nunseen\n", NOONS[3] + 5)
    found, again = read_new(world, Window(since=first.since, until=noted.since))
    assert found == ["id", "seen"]
    assert again == noted
