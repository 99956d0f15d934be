"""`headwater role`, `collection` and `catalog`: an account looked after from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from headwater.access.account import Account
from headwater.app.local import Local
from headwater.app.reconciling import reconcile
from headwater.app.upkeep import Upkeep
from headwater.catalog.lifecycle import Keeping
from headwater.catalog.model import EntityBatch, EntityInput
from headwater.cli.main import run
from headwater.errors import SettingsError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "headwater.toml").write_text(
        """[account]
name = "contoso"
keep_ended_edges_days = 30
[workspaces.ingest]
folder = "ingest"
collection = "sales"
""",
        encoding="utf-8",
    )
    (tmp_path / "ingest" / "pipeline").mkdir(parents=True)
    copy = {"name": "x", "type": "Wait", "typeProperties": {"waitTimeInSeconds": 1}}
    loop = {
        "name": "each",
        "type": "ForEach",
        "typeProperties": {"items": {"type": "Expression", "value": "@range(0,1)"}, "activities": [copy]},
    }
    pipeline = {"name": "p", "properties": {"activities": [loop]}}
    (tmp_path / "ingest" / "pipeline" / "p.json").write_text(json.dumps(pipeline))
    return tmp_path


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def headwater(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a verb in the project; return its exit code and what it printed."""
    monkeypatch.chdir(project)

    def verb(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            run(arguments)
        return int(str(ended.value.code or 0)), capsys.readouterr().out

    return verb


def told(headwater: Run, *arguments: str) -> object:
    code, printed = headwater(*arguments, "--json")
    assert code == 0, printed
    return json.loads(printed)


def test_collections_and_roles_are_made_shown_and_taken_away(headwater: Run) -> None:
    made = told(headwater, "collection", "create", "Sales", "--name", "sales")
    assert isinstance(made, dict)
    assert (made["name"], made["parent"]) == ("sales", "contoso")
    given = told(headwater, "role", "grant", "owner", "data-reader", "--collection", "sales")
    listed = told(headwater, "role", "list", "--collection", "sales", "--principal", "owner")
    assert isinstance(listed, list)
    assert given in listed
    _, explained = headwater("role", "explain", "owner", "data/read", "--collection", "sales")
    assert "yes  contoso > sales" in explained
    assert "+ Data Reader on 'sales' gives data/read." in explained
    told(headwater, "role", "revoke", "owner", "data-reader", "--collection", "sales")
    told(headwater, "collection", "delete", "sales")
    assert "sales" not in json.dumps(told(headwater, "collection", "list"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("role", "grant", "nobody", "data-reader"),
        ("role", "grant", "owner", "king"),
        ("role", "explain", "owner", "data/eat"),
        ("role", "revoke", "owner", "collection-administrator"),
        ("collection", "create", "Sales", "--parent", "nowhere"),
        ("collection", "move", "contoso", "nowhere"),
        ("collection", "delete", "contoso"),
        ("catalog", "reconcile", "nobody"),
    ],
)
def test_what_cannot_be_is_refused_with_a_cure(arguments: tuple[str, ...], headwater: Run) -> None:
    code, printed = headwater(*arguments, "--json")
    assert code == 1, printed
    (fault,) = json.loads(printed)["faults"]
    assert fault["cure"]


def test_catalog_verbs_say_what_they_do(headwater: Run) -> None:
    assert told(headwater, "catalog", "prune", "--dry-run") == {
        "lineageEdges": 0,
        "columnEdges": 0,
        "lineageColumns": 0,
        "observations": 0,
        "history": 0,
    }
    assert told(headwater, "catalog", "stale") == []
    assert "grant data-curator" in headwater("catalog", "audit")[1]


def test_workspace_is_connected_to_its_collection_and_told_what_it_has(project: Path) -> None:
    with Local.open(project) as local:
        with pytest.raises(SettingsError):
            reconcile(local, "ingest", dry_run=True)
        account = local.hosted.account
        account.put_collection("sales", friendly_name="Sales", parent="contoso", by=account.owner.id)
        assert local.connect("ingest").status == "Connected"
        workspace = account.principals.find("workspace", "ingest")
        assert workspace is not None
        assert account.default_collections.of(workspace) == "sales"
        assert not account.roles.allowed(workspace, "data/write", "contoso")
        _report(account)
        gone = reconcile(local, "ingest", dry_run=False)
        assert gone.by_type == {"azure_synapse_copy_activity": 1, "azure_synapse_pipeline": 1}
        assert sorted(name.rpartition("/")[2] for some in gone.samples.values() for name in some) == ["old", "old"]


def _report(account: Account) -> None:
    """Say that the workspace had pipelines p (activities x, old) and old."""
    whole = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/headwater"
    whole += "/providers/Microsoft.Synapse/workspaces/ingest"
    holders = {"azure_synapse_pipeline": ("workspace", "-1"), "azure_synapse_copy_activity": ("pipeline", "-2")}
    names = (
        ("azure_synapse_workspace", whole),
        ("azure_synapse_pipeline", f"{whole}/pipelines/p"),
        ("azure_synapse_pipeline", f"{whole}/pipelines/old"),
        ("azure_synapse_copy_activity", f"{whole}/pipelines/p/activities/x"),
        ("azure_synapse_copy_activity", f"{whole}/pipelines/p/activities/old"),
    )
    entities = [
        EntityInput(
            type_name=kind,
            guid=f"-{number}",
            attributes={"qualifiedName": name, "name": name.rpartition("/")[2]},
            relationship_attributes={holders[kind][0]: {"guid": holders[kind][1]}} if kind in holders else None,
        )
        for number, (kind, name) in enumerate(names, 1)
    ]
    account.catalog.entities.write(EntityBatch(entities=entities), by="tester", collection="sales")


@pytest.mark.parametrize(("keeping", "left"), [(Keeping(history=1), 1), (Keeping(), 3)])
def test_server_purges_by_itself_where_there_is_a_limit(keeping: Keeping, left: int, tmp_path: Path) -> None:
    account = Account.open(tmp_path, name="contoso", keeping=keeping)
    for name in ("a", "b", "c", "d"):
        given = EntityInput(type_name="DataSet", attributes={"qualifiedName": "q", "name": name})
        account.catalog.entities.write(EntityBatch(entities=[given]), by="tester")
    with account.catalog.store.write() as connection:
        connection.exec_driver_sql("UPDATE entity_changes SET changed_at = 0")
    upkeep = Upkeep(account)
    upkeep.start()
    upkeep.stop()
    told = [entry.detail for entry in account.audit.entries() if entry.action == "purge"]
    with account.catalog.store.read() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM entity_changes").scalar() == left
    assert told == (["history 2"] if left == 1 else [])
    account.close()
