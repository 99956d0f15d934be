"""One project opened on this machine: the composition root. It knows every part and decides nothing itself.

Parts are made when they are first asked for: `headwater status` starts no runner, a remote account opens no database.
They are imported no sooner: what serves, runs and reports takes a second to load, and most verbs only ask the account.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import httpx

from headwater.access.account import Account
from headwater.app import address, trace
from headwater.app.account import IN_PROCESS, Ask, Reporters, owner
from headwater.app.hosted import HostedAccount, database, keeping
from headwater.app.identity import Identities
from headwater.app.impact import impact
from headwater.app.locate import project_at
from headwater.app.reports import Connection, LineageLine, RunReport
from headwater.app.upkeep import Upkeep
from headwater.catalog.lineage import Impact
from headwater.errors import Fault, Place, SettingsError
from headwater.language.expression.ast import Json
from headwater.lineage import connection, report
from headwater.lineage.facts import WorkspaceIdentity
from headwater.lineage.store import prepare, writing
from headwater.run.database import RunDatabase
from headwater.run.history import RunHistory
from headwater.settings import Project

if TYPE_CHECKING:
    from litestar import Litestar

    from headwater.app.definitions import Definitions
    from headwater.app.runs import Observer, Runs
    from headwater.app.server import StudioServer
    from headwater.lineage.outbox import Reporting
    from headwater.lineage.worker import DeliveryWorker

ASGIApplication: TypeAlias = Callable[..., Coroutine[Any, Any, None]]


class Local:
    """A project; a context manager that closes what it opened."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @classmethod
    def open(cls, folder: Path) -> Local:
        """Open the project that a folder belongs to. Raises SettingsError."""
        return cls(project_at(folder))

    def __enter__(self) -> Local:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop what runs and close what is open, those who use before those who are used."""
        made = self.__dict__
        if runs := made.get("runs"):
            runs.close()
        if upkeep := made.get("upkeep"):
            upkeep.stop()
        if worker := made.get("delivery"):
            worker.stop()
        if database := made.get("database"):
            database.close()
        if hosted := made.get("hosted"):
            hosted.close()

    # Runs

    @cached_property
    def database(self) -> RunDatabase:
        """Runs and, in the same file, the lineage outbox."""
        database = RunDatabase(self.project.data / "runs.db")
        prepare(database.engine)
        return database

    @cached_property
    def history(self) -> RunHistory:
        return RunHistory(self.database)

    @cached_property
    def definitions(self) -> Definitions:
        from headwater.app.definitions import Definitions

        return Definitions(self.project)

    @cached_property
    def runs(self) -> Runs:
        from headwater.app.runs import Runs

        return Runs(self.project, self.database, self.definitions.workspace, self.reporting)

    def run(
        self,
        workspace: str,
        pipeline: str,
        parameters: Mapping[str, Json],
        observe: Observer,
        *,
        run_id: str | None = None,
    ) -> str:
        """Run a pipeline to its end and return the run's id. Raises PlanError, DefinitionError."""
        self.delivery.start()
        self.runs.watch(observe)
        started = self.runs.start(workspace, pipeline, parameters, run_id=run_id)
        self.runs.wait(started)
        return started

    def has_run(self, run_id: str) -> bool:
        return self.history.pipeline_run(run_id) is not None

    def recover(self, observe: Observer) -> None:
        """Go on with the runs that an earlier process left behind, and wait for them."""
        self.runs.watch(observe)
        for run_id in self.runs.recover():
            self.runs.wait(run_id)

    def run_report(self, run_id: str) -> RunReport:
        """Return a run with its activities and the state of their lineage, and the runs that it invoked."""
        return self.runs.report(run_id)

    # The account

    @property
    def account_name(self) -> str:
        return self.project.settings.account.name

    @cached_property
    def hosted(self) -> HostedAccount:
        """The account in this project's data folder. Raises SettingsError if the account is elsewhere."""
        if url := self.project.settings.account.url:
            cure = "Sign in there, or remove `url` from [account] to keep an account in this project."
            raise SettingsError(Fault("SET-010", f"The account is not kept here, but at {url}", Place(), cure))
        settings = self.project.settings.account
        account = Account.open(
            self.project.data, name=self.account_name, database=database(settings), keeping=keeping(settings)
        )
        return HostedAccount(account)

    @cached_property
    def application(self) -> Litestar:
        """The one application that serves the account and all beside it. What only reads the account needs none."""
        from headwater.app.serving import application

        return application(self.hosted.account, self)

    @cached_property
    def identities(self) -> Identities:
        return Identities(self.project.data)

    @cached_property
    def reporters(self) -> Reporters:
        return Reporters(self.project, self.identities, self._client)

    def _client(self) -> httpx.AsyncClient:
        if self.project.settings.account.url:
            return httpx.AsyncClient()
        # Faults of the account's come back as HTTP answers, as they would over the network. The cast: both speak
        # ASGI 3, but httpx types a scope as any mapping where Litestar types its keys.
        application = cast("ASGIApplication", self.application)
        transport = httpx.ASGITransport(application, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=IN_PROCESS)

    @cached_property
    def delivery(self) -> DeliveryWorker:
        from headwater.lineage.deliver import Delivery
        from headwater.lineage.worker import DeliveryWorker

        return DeliveryWorker(Delivery(self.database.engine, self.reporters.sink))

    def deliver(self, timeout_s: float) -> bool:
        """Deliver what waits, and say whether nothing waits any more."""
        return self.delivery.drain(timeout_s)

    def reporting(self, workspace: str) -> Reporting | None:
        """Return how a workspace reports its lineage, or None if there is no such workspace."""
        from headwater.connectors.registry import scheme_of
        from headwater.lineage.outbox import Reporting

        settings = self.project.settings.workspaces.get(workspace)
        if settings is None:
            return None
        identity = WorkspaceIdentity(
            name=workspace,
            kind=settings.kind,
            subscription_id=settings.subscription_id,
            resource_group=settings.resource_group,
        )
        connected = self.identities.get(workspace)
        policy = self.project.settings.account.unsupported_stores
        bindings = {name: scheme_of(binding) for name, binding in self.project.settings.bindings.items()}
        return Reporting(identity, connected.account if connected else None, policy, bindings)

    def connect(self, workspace: str, *, grant: bool = True) -> Connection:
        """Give a workspace an identity at the account, and with `grant` the role to report; send what waits."""
        from headwater.lineage.outbox import release

        self._known(workspace)
        collection = self.project.settings.workspaces[workspace].collection
        self.hosted.connect(workspace, self.identities, collection, grant=grant)
        with writing(self.database.engine) as transaction:
            release(transaction, workspace)
        self.delivery.wake()
        return self.connection(workspace)

    def connection(self, workspace: str) -> Connection:
        """Ask the account now whether the workspace may report."""
        account = self.reporters.account(workspace)
        state = connection.NOT_CONNECTED if account is None else self.delivery.call(connection.check(account))
        with self.database.reading() as reading:
            waiting = report.waiting(reading)
        fix = state.fix.replace("WORKSPACE", workspace)
        return Connection(workspace, self.account_name, state.status, state.reason, fix, waiting.get(workspace, 0))

    def connections(self) -> tuple[Connection, ...]:
        return tuple(self.connection(name) for name in self.project.settings.workspaces)

    def _known(self, workspace: str) -> None:
        names = self.project.settings.workspaces
        if workspace not in names:
            cure = f"Name one of {', '.join(names)}, or add [workspaces.{workspace}] to headwater.toml."
            raise SettingsError(Fault("SET-005", f"The project has no workspace '{workspace}'", Place(), cure))

    # Serving

    def server(self, host: str | None = None, port: int | None = None) -> StudioServer:
        """Return a server of the account, the workspaces and Studio; enter it to listen. Raises SettingsError."""
        from headwater.app.server import Server, StudioServer, tls_files

        settings = self.project.settings.server
        chosen = settings.port if port is None else port
        # Loaded before the server listens: the pace it keeps leaves alone what there is by then.
        resume = self._resuming(self.delivery, self.runs)
        tls = tls_files(self.project)
        listening = Server(self.application, host or settings.host, chosen, tls)
        return StudioServer(listening, self.project.data, self.hosted.sign_in_code, resume)

    def _resuming(self, delivery: DeliveryWorker, runs: Runs) -> Callable[[], None]:
        """Return what goes on in the background with the runs and the lineage that an earlier process left behind."""

        def resume() -> None:
            delivery.start()
            self.upkeep.start()
            runs.recover()

        return resume

    @cached_property
    def upkeep(self) -> Upkeep:
        """The daily purge of what the account need not keep."""
        return Upkeep(self.hosted.account)

    def sign_in_url(self) -> str:
        """Return an address that signs in once to the server of this project. Raises SettingsError if none runs."""
        return address.of_sign_in(self.project.data, self.hosted.sign_in_code)

    def catalog_counts(self) -> dict[str, int]:
        return self.hosted.counts()

    # Lineage

    def lineage(
        self, asset: str, *, column: str | None = None, indirect: bool = False, tables: bool = False
    ) -> tuple[LineageLine, ...]:
        """Return where an asset came from: one line a column, or one for the asset. Raises NotFound, CatalogError."""
        return self.delivery.call(_lineage(self._ask(), asset, column, indirect=indirect, tables=tables))

    def impact(self, asset: str, *, column: str | None = None, upstream: bool = False, limit: int = 1_000) -> Impact:
        """Return what an asset, or a column of it, reaches or comes from. Raises NotFound, CatalogError."""
        return self.delivery.call(impact(self._ask(), asset, column=column, upstream=upstream, limit=limit))

    def _ask(self) -> Ask:
        if self.project.settings.account.url is None:
            return owner(self._client(), self.hosted.owner_token)
        for workspace in self.project.settings.workspaces:
            if account := self.reporters.account(workspace):
                return account.request
        cure = "Connect a workspace: headwater connect WORKSPACE"
        raise SettingsError(Fault("SET-010", "No workspace is connected to the account", Place(), cure))


async def _lineage(
    ask: Ask, asset: str, column: str | None, *, indirect: bool, tables: bool
) -> tuple[LineageLine, ...]:
    found = await trace.find(ask, asset)
    upstream = await trace.upstream(ask, found.id)
    if tables:
        return (upstream.asset(),)
    columns = upstream.columns()
    if column is not None and column not in columns:
        raise trace.no_column(found.name, column, columns)
    wanted = (column,) if column is not None else columns
    return tuple(upstream.column(name, indirect=indirect) for name in wanted) or (upstream.asset(),)
