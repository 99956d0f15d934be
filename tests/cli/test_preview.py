"""`headwater preview` on the flights example, whose stores are filled by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from headwater.cli.main import run

FLIGHTS = Path(__file__).parents[2] / "examples" / "flights"
COLUMNS = (
    "flight_date_time TIMESTAMP, dep_delay INTEGER, arr_delay INTEGER, carrier VARCHAR, flight_number INTEGER, "
    "tail_number VARCHAR, origin VARCHAR, destination VARCHAR, air_time_minutes INTEGER, distance_miles INTEGER, "
    "scheduled_departure INTEGER, scheduled_hour INTEGER, note VARCHAR"
)


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's definitions with two flights in the lake, two airlines and no weather of those hours."""
    folder = tmp_path_factory.mktemp("flights") / "project"
    shutil.copytree(FLIGHTS, folder)
    place = folder / "stores" / "contosolake" / "lake" / "flights"
    place.mkdir(parents=True)
    with duckdb.connect(str(folder / "stores" / "flights.duckdb")) as warehouse:
        warehouse.execute("CREATE SCHEMA dbo")
        warehouse.execute("CREATE TABLE dbo.airlines AS SELECT 'UA' AS carrier, 'United [Air]' AS name")
    with duckdb.connect() as engine:
        engine.execute(f"CREATE TABLE f ({COLUMNS})")
        for row in ("5, 20, 'UA'", "0, -4, 'UA'", "0, NULL, 'UA'"):
            delays = f"TIMESTAMP '2013-01-01 05:15', {row}"
            engine.execute(f"INSERT INTO f VALUES ({delays}, 1, 'N1', 'EWR', 'IAH', 227, 1400, 515, 5, 'n')")
        engine.execute(f"COPY f TO '{place}/flights.parquet' (FORMAT parquet)")
    return folder


def previewed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str, int]:
    """Return what a command prints on both streams, and how it ends."""
    code: object = 0
    try:
        run(["preview", *arguments])
    except SystemExit as ended:
        code = ended.code
    printed = capsys.readouterr()
    return printed.out, printed.err, int(str(code or 0))


def of(flights: Path, stream: str, *options: str) -> tuple[str, ...]:
    return (str(flights), "--dataflow", "BuildDelays", "--stream", stream, *options)


def test_rows_after_a_derive_are_printed_with_their_types(flights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _, code = previewed(capsys, *of(flights, "Delays"))
    assert code == 0
    assert "Delays (derive of BuildDelays), from the first 1 000 rows of each source" in out
    assert "note~" in out
    assert "12.5" in out
    assert "~ drifted column" in out


def test_json_of_a_sink_has_columns_rows_and_statistics(flights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _, code = previewed(capsys, *of(flights, "DelaysByCarrier", "--json", "--statistics"))
    document = json.loads(out)
    assert code == 0
    assert document["rows"] == [["UA", "United [Air]", "2013-01-01", 2, 1, 5.25, 20]]
    assert document["rowCount"] == 1
    assert document["columns"][5] == {
        "name": "avg_delay",
        "type": "double",
        "drifted": False,
        "statistics": {"nulls": 0, "distinct": 1, "min": 5.25, "max": 5.25},
    }


def test_csv_is_rows_under_a_header(flights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _, _ = previewed(capsys, *of(flights, "Airlines", "--csv"))
    assert out == "carrier,name\nUA,United [Air]\n"


def test_columns_of_one_name_behind_a_join_are_both_shown(flights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _, code = previewed(capsys, *of(flights, "WithAirline", "-n", "1", "--csv"))
    head = out.splitlines()[0].split(",")
    assert (code, "carrier" in head, "Airlines@carrier" in head) == (0, True, True)


def test_text_that_looks_like_markup_is_shown_as_it_is(flights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _, _ = previewed(capsys, *of(flights, "Airlines", "--statistics"))
    assert out.count("United [Air]") == 3


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("--dataflow", "BuildDelay", "--stream", "x"), "DEF-008", "Did you mean 'BuildDelays'?"),
        (("--dataflow", "BuildDelays", "--stream", "Flow"), "PLN-044", "Did you mean Flown?"),
        (("--dataflow", "BuildDelays", "--stream", "Flown", "--param", "x=1"), "LNG-075", "has no parameter 'x'"),
        (("--dataflow", "BuildDelays", "--stream", "Flown", "--param", "x"), "SET-004", "has no '='"),
        (("--dataflow", "BuildDelays", "--stream", "Flown", "--dataset-param", "x=1"), "SET-004", "no stream and"),
        (("--dataflow", "BuildDelays", "--stream", "Flown", "--csv", "--json"), "SET-004", "both given"),
        (("--dataflow", "BuildDelays"), "SET-004", "--stream is not given"),
        (("--stream", "Flown"), "SET-004", "--dataflow is not given"),
    ],
)
def test_wrong_argument_is_told_with_its_cure(
    flights: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: str, part: str
) -> None:
    out, err, ended = previewed(capsys, str(flights), *arguments)
    assert ended == 1
    assert code in out + err
    assert part in out + err


def test_parameter_without_value_is_told_and_taken_when_given(
    flights: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(flights, folder)
    file = folder / "reporting" / "dataflow" / "BuildDelays.json"
    definition = json.loads(file.read_text())
    lines = definition["properties"]["typeProperties"]["scriptLines"]
    changed = [line.replace("!isNull(dep_delay) &&", "carrier == $who &&") for line in lines]
    definition["properties"]["typeProperties"]["scriptLines"] = ["parameters{", "who as string", "}", *changed]
    file.write_text(json.dumps(definition))
    arguments = (str(folder), "--dataflow", "BuildDelays", "--stream", "Flown", "--csv")
    _, err, code = previewed(capsys, *arguments)
    assert code == 1
    assert "Parameter 'who' has no value and no default" in err
    assert "--param" in err
    out, _, _ = previewed(capsys, *arguments, "--param", "who='UA'")
    assert len(out.splitlines()) == 3
    out, _, _ = previewed(capsys, *arguments, "--param", "who='ZZ'")
    assert len(out.splitlines()) == 1


def test_step_at_fault_does_not_hide_the_rows_before_it(
    flights: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(flights, folder)
    file = folder / "reporting" / "dataflow" / "BuildDelays.json"
    file.write_text(file.read_text().replace("avg_delay = avg(delay)", "avg_delay = averge(delay)"))
    out, _, code = previewed(capsys, *of(folder, "Delays", "--csv"))
    assert (len(out.splitlines()), code) == (3, 0)
    _, err, code = previewed(capsys, *of(folder, "ByCarrierAndDay", "--csv"))
    assert code == 1
    assert "averge" in err
