"""A copy's source query: which property holds it, and the placeholders of a partitioned read.

A partitioned read only splits the work; the placeholders never filter rows. One partition that holds everything
reads the same rows, so that is what they are filled with.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from headwater.errors import Fault, Place, PlanError
from headwater.language.expression.ast import Json

QUERIES: tuple[str, ...] = ("oracleReaderQuery", "query", "sqlReaderQuery")
_CONDITION = "?AdfDynamicRangePartitionCondition"
_COLUMN = "?AdfRangePartitionColumnName"
_BOUNDS = {"?AdfRangePartitionLowbound": "partitionLowerBound", "?AdfRangePartitionUpbound": "partitionUpperBound"}
_EVERYTHING = "(1 = 1)"


def query_of(source: Mapping[str, Json], dialect: str, place: Place) -> str | None:
    """Return the query of resolved source properties, ready to be sent; None if the dataset's table is read.

    Raises PlanError for a placeholder that the partition settings do not fill.
    """
    text = next((query for name in QUERIES if isinstance(query := source.get(name), str) and query.strip()), None)
    if text is None:
        return None
    settings = source.get("partitionSettings")
    values = _fillings(settings if isinstance(settings, dict) else {}, dialect)
    if source.get("partitionOption") != "DynamicRange":
        values = {}
    for placeholder in (_CONDITION, _COLUMN, *_BOUNDS):
        if placeholder not in text:
            continue
        if placeholder not in values:
            raise PlanError(
                Fault(
                    "PLN-033",
                    f'The source query holds "{placeholder}", which nothing fills',
                    place,
                    'Set `partitionOption` to "DynamicRange" and give its `partitionSettings`, or take it out.',
                )
            )
        text = text.replace(placeholder, values[placeholder])
    return text


def _fillings(settings: Mapping[str, Json], dialect: str) -> dict[str, str]:
    values = {_CONDITION: _EVERYTHING}
    if column := settings.get("partitionColumnName"):
        values[_COLUMN] = exp.to_identifier(str(column), quoted=True).sql(dialect=dialect or None)
    for placeholder, name in _BOUNDS.items():
        if (bound := settings.get(name)) is not None:
            values[placeholder] = exp.convert(bound).sql(dialect=dialect or None)
    return values
