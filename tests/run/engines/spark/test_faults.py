"""What of Spark's long messages a user is told."""

from __future__ import annotations

import pytest
from pyspark import errors

from headwater.errors import RunError
from headwater.run.engines.spark.faults import SPARK, short, spark_faults


def test_meanings_stand_sorted() -> None:
    assert list(SPARK.meanings) == sorted(SPARK.meanings)


def test_every_exception_of_the_driver_has_a_meaning() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert [kind.__name__ for kind in kinds if not {base.__name__ for base in kind.__mro__} & set(SPARK.meanings)] == []


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        (
            "[DIVIDE_BY_ZERO] Division by zero. SQLSTATE: 22012; line 1 pos 7;\n'Project [x]",
            "[DIVIDE_BY_ZERO] Division by zero.",
        ),
        (
            (
                'An exception was thrown from the Python worker:\nTraceback (most recent call last):\n  File "a.py"\n'
                "ValueError: the pattern '(' is not valid"
            ),
            "the pattern '(' is not valid",
        ),
        (
            (
                "An error occurred while calling o39.sql.\n: org.apache.spark.SparkException: Job aborted.\n\tat x\n"
                "Caused by: java.io.IOException: No space left on device\n\tat y"
            ),
            "No space left on device",
        ),
        ("cannot read abfss://user:secret@host/x", "cannot read abfss://***@host/x"),
    ],
)
def test_message_is_told_in_a_sentence(detail: str, told: str) -> None:
    assert short(detail) == told


def test_error_of_another_package_passes() -> None:
    with pytest.raises(KeyError), spark_faults("Sink 'out'"):
        raise KeyError("ours")


def test_package_that_the_clusters_python_lacks_is_told_with_the_cure() -> None:
    with pytest.raises(RunError) as caught, spark_faults("Sink 'out'"):
        raise errors.PythonException(
            "Traceback (most recent call last):\nModuleNotFoundError: No module named 'pyarrow'"
        )
    (fault,) = caught.value.faults
    assert (fault.code, fault.message) == ("RUN-047", "Sink 'out' failed in a function: No module named 'pyarrow'")
    assert "spark.pyspark.python" in fault.cure
