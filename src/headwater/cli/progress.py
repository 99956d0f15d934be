"""Progress bars of a run: one line an activity, on stderr, and only where a person watches."""

from __future__ import annotations

from types import TracebackType

from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from headwater.cli.show import console, number, size, styled
from headwater.run.progress import ActivityFinished, ActivityProgressed, RunEvent


class RunProgress:
    """Shows what a run tells. Events come from the run's threads; Rich draws in its own."""

    def __init__(self, *, quiet: bool = False) -> None:
        screen = console(to_stderr=True)
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[amount]}"),
            TimeElapsedColumn(),
            console=screen,
            transient=True,
            disable=quiet or not screen.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> RunProgress:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def observe(self, event: RunEvent) -> None:
        """Take in one event."""
        ids = event.ids
        task = self._tasks.get(ids.activity_run_id)
        if task is None:
            name = f"{ids.pipeline} › {ids.activity}" + (f" {ids.iteration}" if ids.iteration else "")
            task = self._progress.add_task(escape(name), total=None, amount="")
            self._tasks[ids.activity_run_id] = task
        if isinstance(event, ActivityProgressed):
            seen = event.progress
            amount = f"{number(seen.rows)} rows" if seen.rows else size(seen.bytes)
            done, total = (seen.rows, seen.total_rows) if seen.total_rows else (seen.bytes, seen.total_bytes)
            self._progress.update(task, completed=done, total=total, amount=amount)
        elif isinstance(event, ActivityFinished):
            self._progress.update(task, completed=1, total=1, amount=styled(event.status))
