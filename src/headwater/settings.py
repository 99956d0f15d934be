"""headwater.toml: every setting with its sentence, its type and its default.

    [account]                     the catalog; either kept here (`data`) or reached at `url`
    [workspaces.<name>]           a folder in the Synapse or ADF Git layout
    [bindings.<linked service>]   the stand-in that a linked service runs on
    [engine] [server]             limits and ports

Unknown keys are faults, not surprises. Paths are relative to the file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from headwater import typed
from headwater.errors import Fault, Place, SettingsError

FILE_NAME = "headwater.toml"

Positive = Annotated[int, msgspec.Meta(ge=1)]
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Binding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[bindings.<linked service>]`: run a linked service on a stand-in. The declared name stays in lineage."""

    url: Annotated[
        Text,
        msgspec.Meta(
            description="Where the stand-in is: `folder:<path>`, `duckdb:<path>`, `postgresql://…`, `azure+http://…`."
        ),
    ]
    user: Annotated[str | None, msgspec.Meta(description="User or storage account name, if not in the URL.")] = None
    password_env: Annotated[
        str | None, msgspec.Meta(description="Environment variable that holds the password or key; never the secret.")
    ] = None


class WorkspaceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[workspaces.<name>]`: one Synapse workspace or data factory."""

    folder: Annotated[Text, msgspec.Meta(description="Folder of the definitions, in the Git layout.")]
    kind: Annotated[
        Literal["synapse", "factory"], msgspec.Meta(description="Decides the catalog's type names and REST surface.")
    ] = "synapse"
    subscription_id: Annotated[str, msgspec.Meta(description="Subscription in the workspace's qualified name.")] = (
        "00000000-0000-0000-0000-000000000000"
    )
    resource_group: Annotated[str, msgspec.Meta(description="Resource group in the workspace's qualified name.")] = (
        "headwater"
    )
    collection: Annotated[
        str | None,
        msgspec.Meta(description="Collection in which the assets that it makes stand; none: the account's default."),
    ] = None


class AccountSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[account]`: the catalog that the workspaces report to."""

    name: Annotated[Text, msgspec.Meta(description="Name of the account and of its root collection.")] = "headwater"
    url: Annotated[
        str | None, msgspec.Meta(description="Base URL of an account that runs elsewhere; none: kept in this project.")
    ] = None
    database: Annotated[
        str | None,
        msgspec.Meta(
            description="`postgresql://user@host:5432/name` keeps the account in PostgreSQL, which several processes "
            "may share; none: account.db in the data folder."
        ),
    ] = None
    database_password_env: Annotated[
        str | None,
        msgspec.Meta(description="Environment variable that holds the database's password; never the secret."),
    ] = None
    unsupported_stores: Annotated[
        Literal["record", "drop"],
        msgspec.Meta(
            description="`record` keeps a store that Purview does not follow as a generic asset with the reason; "
            "`drop` does what Purview does and says `Skipped`."
        ),
    ] = "record"
    stale_after_runs: Annotated[
        Positive,
        msgspec.Meta(description="Runs of an activity or pipeline that pass without an operation until it is stale."),
    ] = 5
    keep_ended_edges_days: Annotated[
        Positive | None, msgspec.Meta(description="Days for which edges that have ended are kept; none: for good.")
    ] = None
    keep_observations_days: Annotated[
        Positive | None,
        msgspec.Meta(
            description="Days for which the runs that saw an operation are kept; its last runs stay. None: for good."
        ),
    ] = None
    keep_history_days: Annotated[
        Positive | None,
        msgspec.Meta(
            description="Days for which changes of entities are kept; the last of each stays. None: for good."
        ),
    ] = None


class EngineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[engine]`: what runs data flows, and the limits of the embedded engine, which runs everything else."""

    name: Annotated[
        Literal["duckdb", "spark"],
        msgspec.Meta(
            description="What transforms the rows of data flows: the embedded `duckdb`, or `spark`. "
            "`docs/reference/data-flow-support.md` has what differs."
        ),
    ] = "duckdb"
    memory_limit: Annotated[str, msgspec.Meta(description="Memory that the engine may use before it spills.")] = "512MB"
    threads: Annotated[Positive | None, msgspec.Meta(description="Threads; none: one a core.")] = None
    spark: Annotated[
        Text,
        msgspec.Meta(description="Where Spark is: `local[*]`, `spark://host:port`, or `sc://host:port` (Connect)."),
    ] = "local[*]"
    spark_options: Annotated[
        dict[str, str], msgspec.Meta(description="Spark's own properties, such as `spark.executor.memory`.")
    ] = {}
    staging: Annotated[
        str | None,
        msgspec.Meta(
            description="Folder for rows on their way to and from Spark. A cluster needs one that its machines see "
            "under the same path; none: the scratch folder."
        ),
    ] = None


class ServerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[server]`: where `headwater serve` listens."""

    host: Annotated[str, msgspec.Meta(description="Address to bind; loopback unless you say otherwise.")] = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535, description="Port; 0 picks a free one.")] = 8765
    tls_certificate: Annotated[
        str | None,
        msgspec.Meta(description="PEM file of the certificate with its chain; with it, the server speaks https only."),
    ] = None
    tls_key: Annotated[
        str | None, msgspec.Meta(description="PEM file of the certificate's key; none: the certificate's file has it.")
    ] = None


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole of headwater.toml."""

    data: Annotated[str, msgspec.Meta(description="Folder of databases and scratch files.")] = ".headwater"
    account: AccountSettings = AccountSettings()
    workspaces: dict[str, WorkspaceSettings] = {}
    bindings: dict[str, Binding] = {}
    engine: EngineSettings = EngineSettings()
    server: ServerSettings = ServerSettings()


class Project(msgspec.Struct, frozen=True):
    """Settings and the folder that their paths are relative to."""

    root: Path
    settings: Settings

    @property
    def data(self) -> Path:
        """Absolute path of the data folder."""
        return self.root / self.settings.data


def load(start: Path) -> Project:
    """Read the nearest headwater.toml at or above `start`. Raises SettingsError if there is none or it is at fault."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / FILE_NAME).is_file():
            return read(folder / FILE_NAME)
    raise SettingsError(
        Fault(
            "SET-003",
            f"No {FILE_NAME} in {start} or above it",
            Place(),
            'Run `headwater demo` for an example, or write one: [workspaces.NAME] folder = "path/to/definitions"',
        )
    )


def read(file: Path) -> Project:
    """Read one settings file. Raises SettingsError with the key that is at fault."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        cure = "Mend the syntax; strings need quotes, tables stand in [brackets]."
        raise SettingsError(Fault("SET-001", str(error), Place(file=file.name), cure)) from error
    try:
        settings = typed.convert(content, Settings)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        cure = "docs/reference/settings.md lists every key with its type."
        raise SettingsError(
            Fault("SET-002", message, Place(file=file.name, path=path.strip("`") or None), cure)
        ) from error
    return Project(file.parent.resolve(), settings)
