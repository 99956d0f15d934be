"""How rehearsals are shown: a bar while they run, a block a flow, one line at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from headwater.app.rehearsal.rehearse import Progressed
from headwater.app.rehearsal.report import RehearsalReport, Tally, WorkspaceRehearsal
from headwater.cli.show import console, duration, number
from headwater.errors import Fault
from headwater.run.rehearsal.outcome import FlowRehearsal, PipelineRehearsal, RehearsedSink, Stage

_FAILED: Mapping[Stage, str] = {"parse": "does not parse", "run": "fails", "type": "does not type"}
_REACHED: Mapping[Stage, str] = {"parse": "parsed", "type": "typed"}
_NEEDED = "[yellow]a run would need[/]"
_INDENT = "    "


class RehearsalProgress:
    """A bar on stderr, where a person watches."""

    def __init__(self, *, quiet: bool = False) -> None:
        screen = console(to_stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=screen,
            transient=True,
            disable=quiet or not screen.is_terminal,
        )
        self._task = self._progress.add_task("Rehearsing", total=None)

    def __enter__(self) -> RehearsalProgress:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def observe(self, progressed: Progressed) -> None:
        """Take in how far it is."""
        text = escape(progressed.name) or "Done"
        self._progress.update(self._task, completed=progressed.done, total=progressed.total, description=text)


def show_report(report: RehearsalReport) -> None:
    """Show all rehearsals, and the sum of them."""
    out = console()
    for workspace in report.workspaces:
        _show_workspace(out, workspace)
    out.print(f"seed {report.seed}, {number(report.rows)} rows a source")
    if report.flows.total:
        out.print(f"[bold]data flows[/]: {_summed(report.flows, 'refused')}{_traced(report.flows)}")
    if report.pipelines.total:
        out.print(f"[bold]pipelines[/]: {_summed(report.pipelines, 'failed')}")


def _summed(tally: Tally, otherwise: str) -> str:
    return f"{tally.total}, {tally.run} run, {tally.refused} {otherwise}, {tally.percent} %"


def _traced(flows: Tally) -> str:
    untraced = flows.run - flows.traced
    if untraced:
        return f", {untraced} with columns not traced"
    return ", every column of every sink traced" if flows.run else ""


def _show_workspace(out: Console, workspace: WorkspaceRehearsal) -> None:
    out.print(f"[bold]{escape(workspace.name)}[/]")
    for flow in workspace.flows:
        _show_flow(out, flow)
    for pipeline in workspace.pipelines:
        _show_pipeline(out, pipeline)
    for name, kind in workspace.skipped:
        out.print(f"  [dim]{escape(name)} is of type {kind}, which is not rehearsed[/]")
    if workspace.error_count:
        faults = _counted(workspace.error_count, "fault")
        out.print(f"  [yellow]{faults} in the definitions; `headwater check` lists them[/]")


def _show_flow(out: Console, flow: FlowRehearsal) -> None:
    stages = flow.stages()
    said = [word for stage, word in _REACHED.items() if stages[stage]]
    if flow.failed is None:
        mark, end = "[green]✓[/]", f"run in {duration(flow.duration_ms)}"
    else:
        mark, end = "[red]✗[/]", _FAILED[flow.failed]
    out.print(f"  {mark} [bold]{escape(flow.name)}[/]  {', '.join((*said, end))}")
    if flow.sources:
        out.print(_streams(flow))
    _show_faults(out, flow.faults, "[red]error[/]")
    _show_faults(out, flow.needs, _NEEDED)


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{number(count)} {one if count == 1 else many or f'{one}s'}"


def _rows(count: int) -> str:
    return _counted(count, "row")


def _grid() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for _ in range(4):
        table.add_column(no_wrap=True)
    return table


def _streams(flow: FlowRehearsal) -> Table:
    table = _grid()
    for source in flow.sources:
        columns = _counted(source.columns, "column") + (", guessed" if source.is_guessed else "")
        table.add_row(f"{_INDENT}source", escape(source.name), _rows(source.rows), columns, "")
    for sink in flow.sinks:
        traced = "every column traced" if sink.is_traced else f"no edge to {', '.join(sink.unexplained)}"
        rows, edges = _rows(sink.rows), f"{_counted(sink.edges, 'edge')}, {traced}"
        table.add_row(f"{_INDENT}sink", escape(sink.name), rows, _counted(sink.columns, "column"), escape(edges))
        for why in _untraced(sink):
            table.add_row("", "", "", "", f"[dim]{escape(why)}[/]")
        if sink.path is not None:
            table.add_row("", "", "", "", f"[dim]{escape(sink.path)}[/]")
    return table


def _untraced(sink: RehearsedSink) -> Iterator[str]:
    yield from (f"{one.column}: {one.why}" for one in sink.untraced)


def _show_pipeline(out: Console, pipeline: PipelineRehearsal) -> None:
    mark, end = ("[green]✓[/]", "run") if pipeline.ran else ("[red]✗[/]", pipeline.status.lower())
    end += f" in {duration(pipeline.duration_ms)}"
    if pipeline.left_out_count:
        end += f", {_counted(pipeline.left_out_count, 'activity', 'activities')} left out"
    out.print(f"  {mark} [bold]{escape(pipeline.name)}[/]  pipeline, {end}")
    table = _grid()
    for activity in pipeline.activities:
        rows = "" if activity.rows is None else _rows(activity.rows)
        table.add_row(f"{_INDENT}{activity.type}", escape(activity.name), activity.status, rows)
    if pipeline.activities:
        out.print(table)
    _show_faults(out, pipeline.faults, "[red]error[/]")
    _show_faults(out, pipeline.needs, _NEEDED)


def _show_faults(out: Console, faults: Iterable[Fault], title: str) -> None:
    """Show faults with their cures; the place only of what went wrong."""
    for fault in faults:
        out.print(f"    {title} [bold]{fault.code}[/] {escape(fault.message)}")
        if title != _NEEDED:
            if where := str(fault.place):
                out.print(f"      [dim]at[/] {escape(where)}")
            for line in (fault.place.excerpt or "").splitlines():
                out.print(f"        {escape(line)}")
        if fault.cure:
            out.print(f"      [dim]→[/] {escape(fault.cure)}")
