"""Every exception of every driver has a meaning, and no message keeps a secret."""

from __future__ import annotations

import errno
import inspect
from types import ModuleType

import deltalake.exceptions
import duckdb
import obstore.exceptions
import psycopg
import psycopg.errors
import pytest

from headwater.codes import CODES
from headwater.connectors.faults import DELTA, DUCKDB, OBSTORE, PSYCOPG, Driver, faults_as, meaning_of, redacted
from headwater.errors import ConnectorError


def _exceptions(module: ModuleType, base: type[BaseException]) -> list[type[BaseException]]:
    found = [value for _, value in inspect.getmembers(module, inspect.isclass) if issubclass(value, base)]
    return sorted(set(found), key=lambda kind: kind.__name__)


DRIVERS: list[tuple[Driver, type[BaseException]]] = [
    *[(DELTA, kind) for kind in _exceptions(deltalake.exceptions, Exception)],
    *[(DUCKDB, kind) for kind in _exceptions(duckdb, duckdb.Error)],
    *[(OBSTORE, kind) for kind in _exceptions(obstore.exceptions, obstore.exceptions.BaseError)],
    *[(PSYCOPG, kind) for kind in _exceptions(psycopg, psycopg.Error)],
    *[(PSYCOPG, kind) for kind in _exceptions(psycopg.errors, psycopg.Error)],
]


@pytest.mark.parametrize(("driver", "kind"), DRIVERS, ids=lambda value: getattr(value, "__name__", None))
def test_exception_of_a_driver_has_a_meaning_with_a_cure(driver: Driver, kind: type[Exception]) -> None:
    meaning = meaning_of(driver, kind("some text"))
    assert meaning is not None
    assert meaning.code in CODES
    assert meaning.cure


@pytest.mark.parametrize(
    ("driver", "module", "base"),
    [(DUCKDB, duckdb, duckdb.Error), (OBSTORE, obstore.exceptions, obstore.exceptions.BaseError)],
    ids=["duckdb", "obstore"],
)
def test_table_of_a_driver_names_each_class_and_no_other(
    driver: Driver, module: ModuleType, base: type[BaseException]
) -> None:
    own = {kind.__name__ for kind in _exceptions(module, base) if kind.__module__.partition(".")[0] in driver.packages}
    assert own - driver.meanings.keys() == set()
    assert list(driver.meanings) == sorted(driver.meanings)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOENT, "CON-010"),
        (errno.EACCES, "CON-011"),
        (errno.ENOSPC, "CON-013"),
        (errno.EFBIG, "CON-013"),
        (errno.EROFS, "CON-014"),
        (errno.EIO, "CON-019"),
    ],
)
def test_error_of_the_system_has_a_code(number: int, code: str) -> None:
    with pytest.raises(ConnectorError) as caught, faults_as(DUCKDB, "The file"):
        raise OSError(number, "why")
    assert caught.value.code == code


def test_error_of_somebody_else_passes_through() -> None:
    with pytest.raises(KeyError), faults_as(DUCKDB, "The file"):
        raise KeyError("x")


@pytest.mark.parametrize(
    "text",
    [
        "GET https://a.blob.core.windows.net/c?sv=1&sig=geheim&se=2",
        "AccountName=a;AccountKey=geheim;EndpointSuffix=x",
        "connection to postgresql://user:geheim@host/db failed",
        "host=h password=geheim dbname=d",
        "SharedAccessSignature=geheim",
    ],
)
def test_secret_in_a_message_is_struck_out(text: str) -> None:
    assert "geheim" not in redacted(text)


def test_message_leaves_out_what_is_meant_for_developers() -> None:
    text = "Invalid Input Error: CSV Error on Line: 3\nOriginal Line: x\n\nPossible fixes:\n* do this\n  file = a.csv"
    with pytest.raises(ConnectorError) as caught, faults_as(DUCKDB, "The file"):
        raise duckdb.InvalidInputException(text)
    assert (
        caught.value.message
        == "The file cannot be read as its format: Invalid Input Error: CSV Error on Line: 3\nOriginal Line: x"
    )
