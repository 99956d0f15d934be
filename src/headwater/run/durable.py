"""Carrying runs across crashes with DBOS: one workflow a pipeline run, one an attempt, each under its own fixed id.

DBOS remembers which workflows had not ended, and starts them again; what of them is done already, our journal says.
So attempts are started outside the run's workflow context (threads of their own with an empty context), never as
numbered steps of it: after a crash parallel branches may come in another order, and a step number would then stand
for another attempt.

DBOS is one a process and takes half a second to import. It is imported when the first run starts.
"""

from __future__ import annotations

import contextvars
import logging
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from headwater.errors import Fault, RunError

if TYPE_CHECKING:
    from dbos import DBOS

_log = logging.getLogger(__name__)
_VERSION = "1"
"""Raised when a workflow's arguments change: workflows of another version are left alone."""
_POLL_S = 0.2
_LISTEN_S = 0.05
"""We send no notifications, so a round of this poll costs nothing; but `close` waits for one."""
_UNDER_WAY = frozenset({"DELAYED", "ENQUEUED", "PENDING"})
T = TypeVar("T")


RunBody: TypeAlias = Callable[[str], None]
AttemptBody: TypeAlias = Callable[[str, str, str, int], None]
"""Called with run id, iteration, activity, attempt."""


class DurableWorkflows:
    """The process's DBOS. The bodies are called in its threads, and again in another process after a crash."""

    def __init__(self, database: Path, runner_id: str, run_body: RunBody, attempt_body: AttemptBody) -> None:
        # Here and not above, because of what it costs a command that runs nothing.
        from dbos import DBOS

        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        self._runner_id = runner_id
        self._dbos: type[DBOS] = DBOS
        DBOS(
            config={
                "name": "headwater",
                "system_database_url": f"sqlite:///{database}",
                "executor_id": runner_id,
                "application_version": _VERSION,
                "log_level": "ERROR",
                "enable_otlp": False,
                "notification_listener_polling_interval_sec": _LISTEN_S,
            }
        )
        if DBOS.executor_id != runner_id:
            cure = "Close it first, or give one runner all workspaces."
            raise RunError(Fault("RUN-012", "There is another runner open in this process", cure=cure))

        # Functions made for this instance: the registry that knows them is thrown away with it in `close`.
        @DBOS.workflow(name="pipeline_run")
        def pipeline_run(run_id: str) -> None:
            run_body(run_id)

        @DBOS.workflow(name="activity_attempt")
        def activity_attempt(run_id: str, iteration: str, activity: str, attempt: int) -> None:
            attempt_body(run_id, iteration, activity, attempt)

        self._run, self._attempt = pipeline_run, activity_attempt
        self._is_listening = False
        DBOS.listen_queues([_queue(runner_id)])
        DBOS.launch()

    def start_run(self, run_id: str, workflow_id: str | None = None) -> None:
        """Have the run's body called, in a thread of its own. Once: an id that is known is left alone."""
        _start(workflow_id or run_id, lambda: self._dbos.start_workflow(self._run, run_id))

    def perform(self, workflow_id: str, run_id: str, iteration: str, activity: str, attempt: int) -> None:
        """Have the attempt's body called, here or wherever it was started before, and return when it has returned.

        What it raises is logged, not raised: whether it is done, the journal knows.
        """
        handle = _start(
            workflow_id, lambda: self._dbos.start_workflow(self._attempt, run_id, iteration, activity, attempt)
        )
        try:
            handle.get_result(polling_interval_sec=_POLL_S)
        except Exception:
            # DBOS raises here whatever the body raised, also in a process that is gone.
            _log.debug("The workflow of attempt %s ended with an error", workflow_id, exc_info=True)

    def resume(self, runner_ids: Iterable[str], run_ids: Iterable[str]) -> None:
        """Have all workflows of processes that are gone go on here, and those runs whose workflow has ended.

        They come through a queue that only this process listens to: it has the runs in hand, others have not.
        """
        self._listen()
        for runner_id in runner_ids:
            theirs = self._dbos.list_workflows(status="PENDING", executor_id=runner_id)
            theirs += self._dbos.list_workflows(status="ENQUEUED", queue_name=_queue(runner_id))
            for workflow in theirs:
                self._dbos.resume_workflow(workflow.workflow_id, queue_name=_queue(self._runner_id))
            self._dbos.delete_queue(_queue(runner_id))
        for run_id in run_ids:
            status = self._dbos.get_workflow_status(run_id)
            if status is None:
                self.start_run(run_id)
            elif status.status not in _UNDER_WAY:
                # DBOS takes an ended workflow for done; the journal says that the run is not, so it gets another id.
                self.start_run(run_id, f"{run_id}@{self._runner_id}")

    def close(self) -> None:
        """Stop. Workflows that still run are left to be resumed."""
        if self._is_listening:
            self._dbos.delete_queue(_queue(self._runner_id))
        self._dbos.destroy(destroy_registry=True)

    def _listen(self) -> None:
        if not self._is_listening:
            self._dbos.register_queue(_queue(self._runner_id), polling_interval_sec=_POLL_S)
            self._is_listening = True


def _queue(runner_id: str) -> str:
    return f"recovered-by-{runner_id}"


def _start(workflow_id: str, call: Callable[[], T]) -> T:
    """Call outside of whatever workflow this thread is in, so that it takes no step of it."""
    from dbos import SetWorkflowID

    def start() -> T:
        with SetWorkflowID(workflow_id):
            return call()

    return contextvars.Context().run(start)
