"""Puts the statements of flowlets in the place of the `compose` that calls them, so that lineage runs through them.

A stream `clean` of a flowlet that `compose(…) ~> F` calls is named `F/clean`, its output `out` is `F@out`, or `F` where
the call names no outputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from headwater.errors import Fault
from headwater.language.dataflow.ast import Literal, Option, Script, Statement, StreamRef
from headwater.language.dataflow.scope import Resolved, nearest
from headwater.language.source import Source
from headwater.transformations.known import Flowlet
from headwater.transformations.parameters import resolve_parameters

_Ports = dict[tuple[str, str | None], str]


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement under its full name, with the script that it stands in and the parameters that it sees."""

    statement: Statement
    source: Source = field(repr=False)
    parameters: Mapping[str, Resolved]


def inlined(
    script: Script,
    source: Source,
    parameters: Mapping[str, Resolved],
    flowlets: Mapping[str, Flowlet],
    faults: list[Fault],
) -> list[Placed]:
    """Return all statements, those of flowlets in the place of their calls; what is wrong is added to `faults`."""
    if all(statement.verb != "compose" for statement in script.statements):
        return [Placed(statement, source, parameters) for statement in script.statements]
    return _Inlining(flowlets, faults).placed(script, source, parameters, "", {}, ())


@dataclass(frozen=True, slots=True)
class _Inlining:
    flowlets: Mapping[str, Flowlet]
    faults: list[Fault]

    def placed(
        self,
        script: Script,
        source: Source,
        parameters: Mapping[str, Resolved],
        prefix: str,
        ends: Mapping[str, Placed],
        active: tuple[str, ...],
    ) -> list[Placed]:
        """Return the statements of one script; `ends` stand in the place of its inputs and outputs, by stream."""
        calls = {s.name: s for s in script.statements if s.verb == "compose"}
        bodies = {name: self._body(call, source, active) for name, call in calls.items()}
        ports: _Ports = {}
        for name, call in calls.items():
            ports.update(self._ports(call, bodies[name], source, prefix))
        result: list[Placed] = []
        for statement in script.statements:
            inputs = tuple(_renamed(ref, prefix, ports) for ref in statement.inputs)
            if statement.name not in calls:
                placed = Placed(replace(statement, name=prefix + statement.name, inputs=inputs), source, parameters)
                end = ends.get(statement.name)
                result.append(placed if end is None else _ending(placed, end))
            elif (body := bodies[statement.name]) is not None:
                calling = Placed(replace(statement, inputs=inputs), source, parameters)
                result += self._called(calling, body, prefix, ports, active)
        return result

    def _called(
        self, placed: Placed, body: Flowlet, prefix: str, ports: _Ports, active: tuple[str, ...]
    ) -> list[Placed]:
        call, source, parameters = placed.statement, placed.source, placed.parameters
        taken = _in_order(body.script, "input")
        if len(taken) != len(call.inputs):
            message = f"'{call.name}' has {len(call.inputs)} input streams, its flowlet takes {len(taken)}"
            self.faults.append(source.fault("LNG-062", message, call.span, "Give it one stream for each input."))
            return []
        mapping = tuple(argument for argument in call.args if not isinstance(argument, Option))
        ends: dict[str, Placed] = {}
        for name, ref in zip(taken, call.inputs, strict=True):
            end = Statement((ref,), "input", mapping, f"{prefix}{call.name}/{name}", span=call.span)
            ends[name] = Placed(end, source, parameters)
        for name, branch in _outputs(call, body):
            ends[name] = Placed(Statement((), "output", (), ports[call.name, branch]), source, parameters)
        values = resolve_parameters(body.script.parameters, {}, body.source, self.faults)
        inner = (*active, _composition(call))
        return self.placed(body.script, body.source, values, f"{prefix}{call.name}/", ends, inner)

    def _body(self, call: Statement, source: Source, active: tuple[str, ...]) -> Flowlet | None:
        name = _composition(call)
        flowlet = self.flowlets.get(name)
        if name in active:
            cure = "Take the flowlet out of itself."
            self.faults.append(source.fault("LNG-068", f"Flowlet '{name}' calls itself", call.span, cure))
            return None
        if flowlet is None:
            message = f"There is no flowlet '{name}'"
            self.faults.append(source.fault("LNG-066", message, call.span, nearest(name, self.flowlets)))
            return None
        own = [statement for statement in flowlet.script.statements if statement.verb == "source"]
        for statement in own:
            message = f"Flowlet '{name}' has a source of its own, '{statement.name}'"
            cure = "Give it an input(…) in its place, and the source where it is called."
            self.faults.append(flowlet.source.fault("LNG-065", message, statement.span, cure))
        return None if own else flowlet

    def _ports(
        self, call: Statement, body: Flowlet | None, source: Source, prefix: str
    ) -> Iterator[tuple[tuple[str, str | None], str]]:
        if body is None:
            return
        found = _outputs(call, body)
        if len(found) != len(_in_order(body.script, "output")):
            message = f"'{call.name}' names {len(call.branches)} outputs, which are not those of its flowlet"
            names = ", ".join(_in_order(body.script, "output"))
            self.faults.append(source.fault("LNG-064", message, call.span, f"Write ~> {call.name}@({names})."))
        for _, branch in found:
            yield (call.name, branch), prefix + (call.name if branch is None else f"{call.name}@{branch}")


def _ending(placed: Placed, end: Placed) -> Placed:
    """Return an input or output of a flowlet as its call has it: an input sees what the call sees."""
    statement = placed.statement
    if statement.verb == "output":
        return replace(placed, statement=replace(statement, name=end.statement.name))
    return replace(end, statement=replace(end.statement, args=(*statement.args, *end.statement.args)))


def _composition(call: Statement) -> str:
    option = call.option("composition")
    return str(option.value.value) if option is not None and isinstance(option.value, Literal) else ""


def _outputs(call: Statement, body: Flowlet) -> list[tuple[str, str | None]]:
    """Return the outputs of a flowlet with the branches of the call: by name, else by order."""
    names = _in_order(body.script, "output")
    if not call.branches and len(names) == 1:
        return [(names[0], None)]
    if set(call.branches) == set(names):
        return [(name, name) for name in names]
    return list(zip(names, call.branches, strict=False)) if len(names) == len(call.branches) else []


def _in_order(script: Script, verb: str) -> list[str]:
    ends = [statement for statement in script.statements if statement.verb == verb]
    return [statement.name for statement in sorted(ends, key=_order)]


def _order(statement: Statement) -> int:
    option = statement.option("order")
    value = option.value.value if option is not None and isinstance(option.value, Literal) else 0
    return value if isinstance(value, int) else 0


def _renamed(ref: StreamRef, prefix: str, ports: _Ports) -> StreamRef:
    port = ports.get((ref.stream, ref.branch))
    if port is not None:
        return StreamRef(port, span=ref.span)
    return StreamRef(prefix + ref.stream, ref.branch, span=ref.span)
