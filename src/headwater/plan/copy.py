"""A copy with every expression's value: both datasets, the mapping, the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from headwater.definition.activities.copy import CopyBody
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, Place, PlanError, raise_if_any
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.plan.datasets import TABLES, resolve_dataset
from headwater.plan.lookup import find
from headwater.plan.queries import query_of
from headwater.plan.resolved import CopyPlan
from headwater.plan.translator import additional_columns, column_mappings, conversion_settings, read_translator

_ADDITIONAL = "additionalColumns"

# Properties that change what is copied and that no route carries out: name → what to do instead.
UNSUPPORTED: Mapping[str, str] = {
    "sqlReaderStoredProcedureName": "Read with a query or a table.",
    "sqlWriterStoredProcedureName": "Write to a table, with `writeBehavior` upsert if rows are to be merged.",
}


def plan_copy(workspace: Workspace, body: CopyBody, context: Context) -> CopyPlan:
    """Return what a Copy comes to in a context. Pure. Raises PlanError, LanguageError, ConnectorError."""
    place = body.input.place
    source = {name: evaluate(v, context) for name, v in body.source.properties.items() if name != _ADDITIONAL}
    sink = {name: evaluate(value, context) for name, value in body.sink.properties.items()}
    raise_if_any(PlanError, [*_unsupported(source, place), *_unsupported(sink, body.output.place)])
    translator = read_translator(body.translator, context, place)
    additional = additional_columns(body.source.properties.get(_ADDITIONAL), context, place)
    settings = {name: evaluate(value, context) for name, value in body.settings.items()}
    return CopyPlan(
        source=resolve_dataset(workspace, body.input, context, _query(workspace, body, source)),
        sink=resolve_dataset(workspace, body.output, context),
        source_type=body.source.type,
        sink_type=body.sink.type,
        source_properties=source,
        sink_properties=sink,
        mapping=column_mappings(translator, additional, place),
        settings=settings | conversion_settings(translator) | {"enableStaging": evaluate(body.enable_staging, context)},
        additional=additional,
    )


def _query(workspace: Workspace, body: CopyBody, source: Mapping[str, Json]) -> str | None:
    dataset = find(workspace.datasets, body.input.name)
    if dataset is None or dataset.type not in TABLES:
        return None
    return query_of(source, TABLES[dataset.type].dialect, body.input.place)


def _unsupported(properties: Mapping[str, Json], place: Place) -> Iterator[Fault]:
    for name, cure in UNSUPPORTED.items():
        if properties.get(name):
            yield Fault("PLN-032", f'The copy has the property "{name}", which is not supported', place, cure)
