"""Stored procedures that sources of data flows read, as a query: a function of the same name that gives rows.

So a stand-in can have one too: a set-returning function of PostgreSQL, a table macro of DuckDB.
"""

from __future__ import annotations

from sqlglot import exp

from headwater.connectors.dialects import default_schema, dialect_of
from headwater.data.locations import FileLocation
from headwater.errors import Fault, PlanError
from headwater.plan.resolved import ResolvedDataset
from headwater.transformations.options import Procedure


def procedure_query(source: str, dataset: ResolvedDataset, procedure: Procedure) -> str:
    """Return the query that calls a procedure, in the SQL of the dataset's store. Raises PlanError for other stores."""
    store = dataset.location.store
    dialect = dialect_of(store.kind)
    if isinstance(dataset.location, FileLocation) or dialect is None:
        message = f'Source "{source}" calls procedure "{procedure.name}", which stores of type {store.kind} do not have'
        raise PlanError(Fault("PLN-042", message, cure="Read a table, or a store that has procedures."))
    schema = procedure.schema or default_schema(store.kind)
    arguments = [exp.convert(argument) for argument in procedure.arguments]
    call = exp.Anonymous(this=exp.to_identifier(procedure.name, quoted=True), expressions=arguments)
    rows = exp.Table(this=call, db=exp.to_identifier(schema, quoted=True) if schema else None)
    return exp.select("*").from_(rows).sql(dialect=dialect, normalize_functions=False)
