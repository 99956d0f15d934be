"""A data flow without its stores: compiled for the columns that its sources will be given.

What binds a script to a store (paths, queries, SQL before and after) is taken out of it; a source that declares no
columns declares those that its dataset keeps, or that were guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from headwater.data.schema import Column, Schema
from headwater.definition.data_flow import DataFlow
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, HeadwaterError, LanguageError, PlanError
from headwater.language.dataflow.ast import Clause, ColumnDeclaration, Literal, Option, Script, Statement
from headwater.language.dataflow.parser import parse_script
from headwater.language.source import Source
from headwater.plan.flow_references import known_of
from headwater.run.rehearsal.ends import Ends, ends_of, needs_of, source_columns
from headwater.run.rehearsal.guesses import Guesses, guessed_columns
from headwater.run.rehearsal.parameters import parameter_values, quoted, text_values
from headwater.run.rehearsal.queries import query_columns, reads_query
from headwater.transformations.flowlets import inlined
from headwater.transformations.graph import Graph, build_graph
from headwater.transformations.known import Known
from headwater.transformations.order import Ordered, in_order
from headwater.transformations.parameters import resolve_parameters

# How much is tried to make a flow compile.
_FIRST_COLUMNS, _MOST_NAMES, _MOST_TRIALS = 3, 4, 12
# What a script says of the place of its data, which is another one here, and of work beside the rows.
_BOUND: Mapping[str, frozenset[str]] = {
    "sink": frozenset(
        {
            "filePattern",
            "partitionFileNames",
            "postCommands",
            "postSQLs",
            "preCommands",
            "preSQLs",
            "rowFolderUrlColumn",
            "rowUrlColumn",
        }
    ),
    "source": frozenset(
        {
            "enableCdc",
            "fileList",
            "modifiedAfter",
            "modifiedBefore",
            "moveFiles",
            "partitionRootPath",
            "purgeFiles",
            "query",
            "wildcardPaths",
        }
    ),
}


@dataclass(frozen=True, slots=True)
class PreparedFlow:
    """`schemas` are the columns that the data of each source is to have; those of `guessed` were made up."""

    flow: DataFlow
    graph: Graph
    ordered: tuple[Ordered, ...]
    """The statements, those of flowlets in the place of their calls."""
    schemas: Mapping[str, Schema]
    guessed: frozenset[str]
    ends: Ends
    needs: tuple[Fault, ...]


def parsed(flow: DataFlow) -> Script:
    """Return a flow's script. Raises PlanError for a flow of another kind, LanguageError if it does not parse."""
    if flow.kind != "MappingDataFlow":
        message = f'Data flow "{flow.name}" is of type {flow.kind}, which cannot be run'
        raise PlanError(Fault("PLN-040", message, flow.place, "Run a MappingDataFlow."))
    if flow.script is not None:
        return flow.script
    script, faults = parse_script(flow.source)
    if script is None or faults:
        raise LanguageError(*faults)
    return script


def prepare(
    workspace: Workspace,
    flow: DataFlow,
    script: Script,
    given: Mapping[str, Source] | None = None,
    bound: Collection[str] = (),
) -> PreparedFlow:
    """Return a flow ready to be rehearsed. Raises LanguageError with all faults.

    `given` are parameters, `bound` the linked services that a project has bound to stand-ins.
    """
    ends = ends_of(workspace, flow, script)
    parameters: Mapping[str, Source] = {**parameter_values(script, flow.source.place), **(given or {})}
    known = known_of(workspace, flow)
    ends = replace(ends, stored={**ends.stored, **_queried(script, ends)})
    script = replace(script, statements=tuple(_with_stored(one, ends.stored) for one in script.statements))
    unbound = replace(script, statements=tuple(_unbound(one) for one in script.statements))
    ordered = _ordered(unbound, flow.source, parameters, known)
    bare = frozenset(
        one.name
        for one in unbound.statements
        if one.verb == "source" and not source_columns(one) and not len(ends.stored.get(one.name, Schema()))
    )
    guesses: dict[str, Schema] = {}
    if bare:
        trial = _trial(unbound, parameters, ends, flow.source, known)
        guesses = guessed_columns(ordered, bare, trial, text_values(script, parameters))
    final = _declaring(unbound, guesses)
    schemas = _schemas(final, ends)
    free = [name for name in parameter_values(script, flow.source.place) if name not in (given or {})]
    parameters = _fitted(final, parameters, free, schemas, flow.source, known)
    graph = build_graph(final, parameters, schemas, flow.source, known)
    try:
        whole = build_graph(_declaring(script, guesses), parameters, schemas, flow.source, known)
        needs = needs_of(workspace, flow, whole, ends, bound)
    except HeadwaterError as error:
        # What it says of its stores is at fault, which only a run minds.
        needs = (*error.faults, *needs_of(workspace, flow, graph, ends, bound))
    return PreparedFlow(flow, graph, ordered, schemas, bare, ends, needs)


def _queried(script: Script, ends: Ends) -> dict[str, Schema]:
    """Return the columns of the sources that read a query, as far as its text tells."""
    return {
        one.name: query_columns(one, ends.stored.get(one.name, Schema()))
        for one in script.statements
        if reads_query(one)
    }


def _fitted(
    script: Script,
    parameters: Mapping[str, Source],
    free: Sequence[str],
    schemas: Mapping[str, Schema],
    source: Source,
    known: Known,
) -> Mapping[str, Source]:
    """Return the parameters, with names of columns for those texts that only so make the flow compile.

    `free` are those that nobody gives.
    """
    texts = [name for name in free if parameters[name].text.startswith("'")]
    faults = _faults(script, parameters, schemas, source, known) if texts else ()
    names = list(dict.fromkeys(name for schema in schemas.values() for name in schema.names[:_FIRST_COLUMNS]))
    # Where one parameter names a column, the others may well do so too.
    trials = [dict.fromkeys(texts, column) for column in names[:_MOST_NAMES]]
    trials += [{parameter: column} for parameter in texts for column in names[:_MOST_NAMES]]
    for trial in trials[:_MOST_TRIALS] if faults else ():
        tried = {**parameters, **{name: replace(parameters[name], text=quoted(c)) for name, c in trial.items()}}
        left = _faults(script, tried, schemas, source, known)
        if len(left) < len(faults):
            parameters, faults = tried, left
        if not faults:
            break
    return parameters


def _faults(
    script: Script, parameters: Mapping[str, Source], schemas: Mapping[str, Schema], source: Source, known: Known
) -> tuple[Fault, ...]:
    try:
        build_graph(script, parameters, schemas, source, known)
    except HeadwaterError as error:
        return error.faults
    return ()


def _unbound(statement: Statement) -> Statement:
    bound = _BOUND.get(statement.verb, frozenset())
    args = tuple(a for a in statement.args if not (isinstance(a, Option) and a.name in bound))
    return replace(statement, args=args)


def _with_stored(statement: Statement, stored: Mapping[str, Schema]) -> Statement:
    """Return a source that declares what its query gives or its dataset keeps, where it declares nothing itself."""
    columns = stored.get(statement.name, Schema())
    declares = reads_query(statement) or not _drifts(statement)
    if statement.verb == "source" and not source_columns(statement) and len(columns) and declares:
        return _with_output(statement, columns)
    return statement


def _drifts(statement: Statement) -> bool:
    option = statement.option("allowSchemaDrift")
    return option is not None and isinstance(option.value, Literal) and option.value.value is True


def _with_output(statement: Statement, columns: Schema) -> Statement:
    declared = tuple(ColumnDeclaration(column.name, column.type, span=statement.span) for column in columns)
    kept = tuple(a for a in statement.args if not (isinstance(a, Clause) and a.name == "output"))
    return replace(statement, args=(Clause("output", declared, span=statement.span), *kept))


def _declaring(script: Script, guesses: Mapping[str, Schema]) -> Script:
    return replace(
        script,
        statements=tuple(
            _with_output(one, guesses[one.name]) if one.verb == "source" and one.name in guesses else one
            for one in script.statements
        ),
    )


def _ordered(script: Script, source: Source, parameters: Mapping[str, Source], known: Known) -> tuple[Ordered, ...]:
    # What is wrong here, compiling says again.
    faults: list[Fault] = []
    values = resolve_parameters(script.parameters, parameters, source, faults)
    return tuple(in_order(inlined(script, source, values, known.flowlets, faults), faults))


def _schemas(script: Script, ends: Ends) -> dict[str, Schema]:
    """Return the columns of each source's data: those declared, and beside them those that its dataset keeps."""
    schemas: dict[str, Schema] = {}
    for statement in (one for one in script.statements if one.verb == "source"):
        declared = tuple(Column(column.name, column.type) for column in source_columns(statement))
        names = {column.name.lower() for column in declared}
        extra = (column for column in ends.stored.get(statement.name, ()) if column.name.lower() not in names)
        schemas[statement.name] = Schema((*declared, *(Column(column.name, column.type) for column in extra)))
    return schemas


def _trial(
    script: Script, parameters: Mapping[str, Source], ends: Ends, source: Source, known: Known
) -> Callable[[Guesses], tuple[Fault, ...]]:
    def compiles(guesses: Guesses) -> tuple[Fault, ...]:
        columns = {
            name: Schema(tuple(Column(column, type_) for column, type_ in found.items()))
            for name, found in guesses.items()
        }
        tried = _declaring(script, columns)
        return _faults(tried, parameters, _schemas(tried, ends), source, known)

    return compiles
