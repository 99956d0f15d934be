"""What goes wrong in the world: a full disk, a sink that cannot be written, a kill, a cancelled run."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from headwater.errors import Cancelled, HeadwaterError
from headwater.run.activities.protocol import ActivityResult, Resumption
from run.copy.workbench import Workbench

CSV = {"store": "landing", "type": "DelimitedText", "typeProperties": {"firstRowAsHeader": True, "escapeChar": '"'}}
PARQUET: dict[str, Any] = {"store": "lake", "type": "Parquet", "path": "o/a.parquet"}
TABLE = {"store": "warehouse", "type": "AzureSqlTable", "typeProperties": {"schema": "dbo", "table": "t"}}
CREATE = {"sink": {"type": "AzureSqlSink", "tableOption": "autoCreate"}}


def csv(path: str) -> dict[str, Any]:
    return {**CSV, "path": path}


@pytest.mark.parametrize("sink_type", ["Parquet", "DelimitedText", "Binary"])
def test_disk_that_is_full_is_told_and_leaves_the_target(sink_type: str, tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    bench.put("landing/c/a.csv", "a,b\n" + "".join(f"{n},{n * 7919 % 100_003:x}{n:x}\n" for n in range(200_000)))
    bench.put("lake/o/out", "old")
    source_type = "Binary" if sink_type == "Binary" else "DelimitedText"
    script = f"""
        import resource, sys
        from pathlib import Path
        from headwater.errors import HeadwaterError
        from run.copy.workbench import Workbench
        bench = Workbench(Path({str(tmp_path)!r}))
        text = {{"firstRowAsHeader": True, "escapeChar": '"'}} if {source_type!r} != "Binary" else {{}}
        source = {{"store": "landing", "type": {source_type!r}, "path": "c/a.csv", "typeProperties": text}}
        sink = {{"store": "lake", "type": {sink_type!r}, "path": "o/out"}}
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            bench.copy(source, sink)
        except HeadwaterError as error:
            print(error.code, error.faults[0].cure)
    """
    done = _python(script)
    assert done.stdout.startswith("CON-013"), done.stdout + done.stderr
    assert "room" in done.stdout or "space" in done.stdout
    assert sorted(file.name for file in (tmp_path / "lake/o").iterdir()) == ["out"]
    assert (tmp_path / "lake/o/out").read_text() == "old"


def test_sink_that_is_in_the_way_is_told(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    bench.put("landing/c/a.csv", "a\n1\n")
    bench.put("lake/o", "a file where the container should be")
    before = bench.snapshot()
    with pytest.raises(HeadwaterError) as caught:
        bench.copy(csv("c/a.csv"), PARQUET)
    assert caught.value.code == "CON-006"
    assert bench.snapshot() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_sink_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    bench.put("landing/c/a.csv", "a\n1\n")
    (tmp_path / "lake/o").mkdir(parents=True)
    (tmp_path / "lake/o").chmod(0o500)
    with pytest.raises(HeadwaterError) as caught:
        bench.copy(csv("c/a.csv"), PARQUET)
    assert caught.value.code == "CON-011"


def test_tokens_are_written_down_before_anything_is_visible(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    for name in ("a", "b"):
        bench.put(f"landing/c/{name}.csv", "a\n1\n")
    seen: list[bool] = []
    bench.recorder.on_prepared = lambda: seen.append(any((tmp_path / "lake").rglob("*.parquet")))
    result = bench.copy(csv("c/"), {**PARQUET, "path": "o/"})
    assert seen == [False]
    assert [token.sink for token in bench.recorder.tokens] == ["sink", "sink"]
    assert bench.recorder.result == result
    assert len(list((tmp_path / "lake").rglob("*.parquet"))) == 2


@pytest.mark.parametrize("sink", [PARQUET, TABLE], ids=["file", "table"])
def test_process_that_dies_before_the_commit_leaves_nothing_and_may_repeat(
    sink: dict[str, Any], tmp_path: Path
) -> None:
    bench = Workbench(tmp_path)
    bench.put("landing/c/a.csv", "a\n1\n")
    before = bench.snapshot()
    bench.recorder.on_prepared = _die
    with pytest.raises(_Killed):
        bench.copy(csv("c/a.csv"), sink, CREATE if sink is TABLE else None)
    store = bench.connect(bench.plan(csv("c/a.csv"), sink, {}).sink)
    assert not store.committed(bench.recorder.tokens[0].token)  # type: ignore[arg-type]  # JSON
    assert bench.snapshot() == before
    bench.recorder.on_prepared = lambda: None
    resumption = Resumption(frozenset(), bench.recorder.result or ActivityResult())
    assert bench.copy(csv("c/a.csv"), sink, CREATE if sink is TABLE else None, resumption).output["rowsCopied"] == 1
    assert store.committed(bench.recorder.tokens[0].token)  # type: ignore[arg-type]  # JSON


def test_sink_that_was_committed_is_not_written_again(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    bench.put("landing/c/a.csv", "a\n1\n")
    result = bench.copy(csv("c/a.csv"), TABLE, CREATE)
    assert bench.copy(csv("c/a.csv"), TABLE, CREATE, Resumption(frozenset({"sink"}), result)) == result
    assert bench.run_sql("SELECT count(*) FROM dbo.t") == [(1,)]


def test_cancelled_run_stops_the_engine_and_leaves_nothing(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    bench.run_sql("CREATE SCHEMA dbo")
    bench.run_sql("CREATE VIEW dbo.endless AS SELECT a.i AS a FROM range(3000000) a(i), range(3000000) b(i)")
    source = {**TABLE, "typeProperties": {"schema": "dbo", "table": "endless"}}
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 20

    bench.cancelled = cancelled
    with pytest.raises(Cancelled):
        bench.copy(source, PARQUET)
    assert not list((tmp_path / "lake").rglob("*"))


def test_movements_are_announced_before_they_are_made(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    bench.put("landing/c/a.csv", "a,b\n1,x\noops,y\n")
    mapping = {
        "type": "TabularTranslator",
        "mappings": [{"source": {"name": "a"}, "sink": {"name": "n", "type": "Int32"}}],
    }
    with pytest.raises(HeadwaterError):
        bench.copy(csv("c/a.csv"), PARQUET, {"translator": mapping})
    assert [movement.sink.location.path for movement in bench.recorder.announced] == ["a.parquet"]
    assert [edge.column for edge in bench.recorder.announced[0].edges] == ["a"]
    assert bench.recorder.announced[0].sink.rows is None


def test_progress_tells_rows_and_bytes(tmp_path: Path) -> None:
    bench = Workbench(tmp_path)
    bench.put("landing/c/a.csv", "a\n1\n2\n")
    bench.copy(csv("c/a.csv"), PARQUET)
    assert [progress.rows for progress in bench.recorder.progress] == [2]
    assert bench.recorder.progress[0].bytes > 0


class _Killed(BaseException):
    """Stands for the end of the process: nobody handles it."""


def _die() -> None:
    raise _Killed


def _python(script: str) -> subprocess.CompletedProcess[str]:
    tests = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": f"{tests}:{tests.parent / 'src'}"}
    command = [sys.executable, "-c", textwrap.dedent(script)]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)
