"""`headwater`: the table of verbs. A verb's module is imported only when the verb runs, so that help is instant."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from headwater import __version__
from headwater.errors import HeadwaterError

# Verb → the sentence that `headwater --help` shows. The verb's module is headwater.cli.<verb>.
VERBS: Mapping[str, str] = MappingProxyType(
    {
        "catalog": "Keep the catalog in order: what is stale, what is gone, what is too old, who did what.",
        "check": "Check a folder of definitions; report every fault with file, path and cure.",
        "collection": "List, make, move and delete collections.",
        "connect": "Connect a workspace to the account, and let it report lineage.",
        "demo": "Run two example workspaces and show their lineage.",
        "eval": "Evaluate an expression, a file of them, or what is typed at a prompt.",
        "export": "Export lineage as OpenLineage events.",
        "impact": "List what an asset, or a column of it, reaches: over what, and the last run.",
        "key": "Print a new API key with which a program reports to the account.",
        "lineage": "Show where an asset, or a column of it, came from.",
        "plan": "Show what a pipeline would run, read and write.",
        "preview": "Show the rows after any transformation of a data flow, from a sample.",
        "pull": "Pull a Purview account into the one that is kept here.",
        "push": "Push the account that is kept here to a Purview account.",
        "rehearse": "Run data flows and pipelines on made-up rows, with no store at all.",
        "role": "Show, give and take away roles on collections, and explain rights.",
        "run": "Run a pipeline.",
        "serve": "Serve the account, the workspaces and Studio.",
        "sign-in": "Print a fresh address, with a one-time token, to sign in to Studio.",
        "status": "Show each workspace's connection to the account and the lineage that waits.",
    }
)


class LazyVerb(TyperCommand):
    """A verb known by name and sentence; becomes the real command when it is invoked."""

    # Typer carries a click of its own and does not export its types, hence Any.
    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Import the verb's module and hand over to its command."""
        module = importlib.import_module(f"headwater.cli.{str(self.name).replace('-', '_')}")
        command = typer.main.get_command(module.app)
        command.name = self.name
        return command.make_context(info_name, args, parent, **extra)


class Verbs(TyperGroup):
    """The group of all verbs of the table, in its order."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is click's
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is click's
        if cmd_name not in VERBS:
            return None
        return LazyVerb(name=cmd_name, help=VERBS[cmd_name], short_help=VERBS[cmd_name], rich_markup_mode="rich")


# Plain help here: rendering it with Rich would cost more than everything else that `headwater --help` does.
app = typer.Typer(cls=Verbs, no_args_is_help=True, rich_markup_mode=None)


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"headwater {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version."),
) -> None:
    """Run Azure Synapse and Data Factory pipelines anywhere, and see where every column came from."""


def run(arguments: Sequence[str] | None = None) -> None:
    """Entry point. A fault of the user's is told with its cure and ends with 1; a wrong command line ends with 2."""
    try:
        app(args=list(sys.argv[1:] if arguments is None else arguments), prog_name="headwater")
    except HeadwaterError as error:
        from headwater.cli.show import show_faults

        show_faults(error.faults, as_json="--json" in (sys.argv[1:] if arguments is None else arguments))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
