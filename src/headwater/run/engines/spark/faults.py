"""What Spark raises, and what of it a user is told: one sorted table, and the short form of its long messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from headwater.connectors.faults import Driver, Meaning, meaning_of, redacted
from headwater.errors import Fault, RunError

_CODE = "RUN-047"
_ARITHMETIC = Meaning(_CODE, "holds a value that does not fit", "Mend the value, or convert it in a derive before.")
_BROKEN = Meaning(_CODE, "failed on Spark", "Read Spark's message; its own log has more.")
_BUG = Meaning(
    "RUN-046",
    "asks Spark for what it cannot do",
    'Set name = "duckdb" in [engine], and please report the message.',
)
_NO_PACKAGE = Meaning(
    _CODE,
    "failed in a function",
    "Give the cluster's machines a Python of this version with pyarrow and numpy; "
    'spark_options under [engine] names it: "spark.pyspark.python".',
)
_GONE = Meaning("RUN-045", "lost Spark", "Check the cluster's log: memory and connection; then run the activity again.")

SPARK = Driver(
    ("py4j", "pyspark"),
    {
        "AnalysisException": _BUG,
        "ArithmeticException": _ARITHMETIC,
        "ArrayIndexOutOfBoundsException": _ARITHMETIC,
        "DateTimeException": _ARITHMETIC,
        "NumberFormatException": _ARITHMETIC,
        "ParseException": _BUG,
        "Py4JError": _BROKEN,
        "Py4JNetworkError": _GONE,
        "PySparkException": _BROKEN,
        "PySparkRuntimeError": _GONE,
        "PythonException": Meaning(_CODE, "failed in a function", "Mend the arguments that the message names."),
        "SparkConnectException": _GONE,
        "SparkConnectGrpcException": _BROKEN,
    },
)
# What follows says where in the text of the query, or in Spark itself.
_TAIL = re.compile(r"\s*(?:SQLSTATE: \w+|; line \d+|== SQL ==).*", re.DOTALL)
_PYTHON = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception): (.+)$", re.MULTILINE)
_JAVA = re.compile(r"^(?:: )?(?:Caused by: )?(?:\w+\.)+\w*(?:Error|Exception): (.+)$", re.MULTILINE)


@contextmanager
def spark_faults(what: str) -> Iterator[None]:
    """Turn what Spark's driver raises inside into a RunError about `what`."""
    try:
        yield
    except Exception as error:
        meaning = _meaning(error)
        if meaning is None:
            raise
        raise RunError(Fault(meaning.code, f"{what} {meaning.what}: {short(str(error))}", cure=meaning.cure)) from error


def _meaning(error: Exception) -> Meaning | None:
    if isinstance(error, ConnectionError):
        return _GONE
    return _NO_PACKAGE if "ModuleNotFoundError: " in str(error) else meaning_of(SPARK, error)


def short(detail: str) -> str:
    """Return the one sentence of a message that is about the data, without plans and stacks."""
    if "Traceback (most recent call last)" in detail:
        found = _PYTHON.findall(detail)
        detail = found[-1] if found else detail
    elif "\n: " in detail:
        found = _JAVA.findall(detail)
        detail = found[-1] if found else detail
    return redacted(_TAIL.sub("", detail).strip().partition("\n")[0])


def unreachable(address: str, reason: str) -> RunError:
    """Return the error of a Spark that does not answer or start."""
    cure = 'Check `spark` under [engine], and that it runs there; spark = "local[*]" needs no cluster, but Java 17.'
    return RunError(Fault("RUN-045", f"Spark at '{redacted(address)}' is out of reach: {short(reason)}", cure=cure))
