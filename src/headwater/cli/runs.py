"""How the outcome of pipeline runs is shown: a table of activities for people, a document for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent

from rich.markup import escape

from headwater.app.reports import ActivityReport, RunReport
from headwater.cli.show import console, duration, number, show_table, size, styled


def run_json(report: RunReport) -> dict[str, object]:
    """Return one pipeline run with its activities, and those of the pipelines that it ran."""
    return {
        "name": report.run.pipeline_name,
        "runId": report.run.run_id,
        "status": report.run.status,
        "message": report.run.message,
        "activities": [
            {
                "name": activity.run.activity_name,
                "type": activity.run.activity_type,
                "status": activity.run.status,
                "output": activity.output,
                **({"error": activity.run.error} if activity.run.status == "Failed" else {}),
            }
            for activity in report.activities
        ],
    }


def flatten(reports: Sequence[RunReport]) -> Iterator[RunReport]:
    """Yield each run, then the runs that it invoked."""
    for report in reports:
        yield report
        yield from flatten(report.children)


def _row(activity: ActivityReport) -> tuple[str, ...]:
    run = activity.run
    return (
        f"  {escape(run.activity_name)}" + (f" [dim]{escape(run.iteration)}[/]" if run.iteration else ""),
        run.activity_type,
        styled(run.status),
        number(activity.rows),
        size(activity.bytes),
        duration(run.duration_in_ms),
        styled(activity.lineage.status) if activity.moves_data else "[dim]–[/]",
    )


def _rows(reports: Sequence[RunReport]) -> Iterator[tuple[str, ...]]:
    for report in reports:
        name = f"[bold]{escape(report.run.workspace)} › {escape(report.run.pipeline_name)}[/]"
        yield name, "", styled(report.run.status), "", "", duration(report.run.duration_in_ms), ""
        yield from (_row(activity) for activity in report.activities)


def show_runs(title: str, reports: Sequence[RunReport]) -> None:
    """Show a table of all activities under their pipelines, then what failed and why."""
    columns = ("activity", "type", "status", "rows:right", "written:right", "time:right", "lineage")
    flat = list(flatten(reports))
    show_table(title, columns, _rows(flat))
    for report in flat:
        for activity in report.activities:
            where = f"{escape(report.run.pipeline_name)} › {escape(activity.run.activity_name)}"
            if activity.run.status == "Failed":
                told = activity.run.error.details or activity.run.error.message
                console(to_stderr=True).print(f"[red]failed[/] {where}\n{escape(indent(told, '  '))}")
            if activity.moves_data and activity.lineage.reason and activity.run.status != "Skipped":
                console(to_stderr=True).print(
                    f"[yellow]lineage {activity.lineage.status}[/] {where}: {escape(activity.lineage.reason)}"
                )


def show_run(report: RunReport) -> None:
    """Show one pipeline run."""
    show_runs("", [report])
    console().print(
        f"\n[bold]{escape(report.run.pipeline_name)}[/] {styled(report.run.status)} "
        f"in {duration(report.run.duration_in_ms)}  [dim]{report.run.run_id}[/]"
    )
