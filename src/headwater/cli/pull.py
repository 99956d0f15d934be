"""`headwater pull purview`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from headwater.cli.arguments import Project
from headwater.cli.exchanges import Account, DryRun, TokenEnv, exchange
from headwater.cli.show import Json

app = typer.Typer(add_completion=False)
Collection = Annotated[
    str | None,
    typer.Option(help="Collection of the Purview account that is pulled; without it, all of it."),
]


@app.command()
def pull(
    kind: Annotated[Literal["purview"], typer.Argument(help="What kind of account the other one is.")],
    account: Account,
    collection: Collection = None,
    dry_run: DryRun = False,
    token_env: TokenEnv = None,
    project: Project = Path(),
    as_json: Json = False,
) -> None:
    """Pull types, assets, lineage, annotations and the glossary of a Purview account. What is here besides stays."""
    del kind
    exchange(
        "pull",
        project,
        account,
        collection=collection,
        dry_run=dry_run,
        token_env=token_env,
        as_json=as_json,
    )
