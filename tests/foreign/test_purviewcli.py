"""purviewcli, unmodified: `pv` as a shell starts it, with a managed identity and the proxy in its environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from foreign.front import Front
from foreign.seeds import Flow, seed

PV = Path(sys.executable).with_name("pv")


class Shell:
    """A folder in which `pv` runs."""

    def __init__(self, front: Front, folder: Path) -> None:
        self.front = front
        self.folder = folder
        # Nothing of this machine's own identity may answer for the account's.
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "IDENTITY_", "MSI_"))
        }
        self.environment = {**kept, **front.environment(), "HOME": str(folder)}

    def text(self, *words: str) -> str:
        done = subprocess.run(
            [str(PV), *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def pv(self, *words: str) -> Any:  # Any: whatever JSON the service answers.
        return json.loads(self.text(*words))

    def file(self, name: str, value: object) -> str:
        text = value if isinstance(value, str) else json.dumps(value)
        (self.folder / name).write_text(text, encoding="utf-8")
        return str(self.folder / name)


@pytest.fixture
def shell(front: Front, tmp_path: Path) -> Shell:
    return Shell(front, tmp_path)


@pytest.fixture
def flow(front: Front, request: pytest.FixtureRequest) -> Flow:
    return seed(front, "pv" + request.node.name.replace("_", "").removeprefix("test"))


def test_types_are_created_read_and_deleted(shell: Shell) -> None:
    payload = shell.file("types.json", {"entityDefs": [{"name": "pv_table", "superTypes": ["DataSet"]}]})
    made = shell.pv("types", "createTypeDefs", f"--payloadFile={payload}")["entityDefs"][0]
    assert shell.pv("types", "readEntityDef", "--name=pv_table")["guid"] == made["guid"]
    assert shell.pv("types", "readTypeDef", f"--guid={made['guid']}")["name"] == "pv_table"
    headers = shell.pv("types", "readTypeDefsHeaders", "--type=entity")
    assert {header["category"] for header in headers} == {"ENTITY"}
    assert "typeStatistics" in shell.pv("types", "readStatistics")
    assert "successfully" in shell.pv("types", "deleteTypeDef", "--name=pv_table")["status"]


def test_entity_is_created_put_read_labelled_and_deleted(shell: Shell) -> None:
    entity = {"typeName": "DataSet", "guid": "-1", "attributes": {"qualifiedName": "pv://one", "name": "one"}}
    payload = shell.file("entity.json", {"entity": entity})
    guid = shell.pv("entity", "create", f"--payloadFile={payload}")["guidAssignments"]["-1"]
    shell.pv("entity", "put", f"--guid={guid}", "--attrName=description", "--attrValue=said")
    labels = shell.file("labels.json", ["gold"])
    shell.pv("entity", "addLabels", f"--guid={guid}", f"--payloadFile={labels}")
    found = shell.pv("entity", "readUniqueAttribute", "--typeName=DataSet", "--qualifiedName=pv://one")["entity"]
    assert (found["attributes"]["description"], found["labels"]) == ("said", ["gold"])
    gone = shell.pv("entity", "deleteBulk", f"--guid={guid}")
    assert gone["mutatedEntities"]["DELETE"][0]["guid"] == guid


def test_lineage_is_read_as_the_portal_asks_for_it(shell: Shell, flow: Flow) -> None:
    found = shell.pv("lineage", "read", f"--guid={flow.process}", "--depth=3", "--direction=BOTH")
    assert {flow.source, flow.sink} <= found["guidEntityMap"].keys()
    assert found["includeParent"] is True


def test_assets_are_searched_suggested_completed_and_browsed(shell: Shell, flow: Flow) -> None:
    table = shell.file("filter.json", {"entityType": "azure_sql_table"})
    facets = shell.file("facets.json", [{"facet": "assetType", "count": 5}])
    found = shell.pv("search", "query", f"--keywords={flow.name}", f"--filterFile={table}", f"--facets-file={facets}")
    assert [asset["id"] for asset in found["value"]] == [flow.sink]
    assert shell.pv("search", "suggest", f"--keywords={flow.name[:-2]}")["value"]
    assert shell.pv("search", "autoComplete", f"--keywords={flow.name[:-2]}")["value"]
    assert shell.pv("search", "browse", "--entityType=azure_sql_table")["@search.count"] >= 1


def test_glossary_is_created_exported_and_imported(shell: Shell) -> None:
    words = shell.file("glossary.json", {"name": "Pvwords"})
    guid = shell.pv("glossary", "create", f"--payloadFile={words}")["guid"]
    term = shell.file("term.json", {"name": "Quay", "anchor": {"glossaryGuid": guid}})
    made = shell.pv("glossary", "createTerm", f"--payloadFile={term}")["guid"]
    exported = shell.pv("glossary", "createTermsExport", f"--glossaryGuid={guid}", f"--termGuid={made}")
    text = Path(exported["export"]).read_text(encoding="utf-8-sig")
    changed = shell.file("terms.csv", text.replace("Quay", "Pier"))
    started = shell.pv("glossary", "createTermsImport", f"--glossaryGuid={guid}", f"--glossaryFile={changed}")
    state = shell.pv("glossary", "readTermsImport", f"--operationGuid={started['id']}")
    assert state["status"].upper() in {"SUCCEEDED", "SUCCESS"}
    terms = shell.pv("glossary", "readTerms", f"--glossaryGuid={guid}")
    assert {item["name"] for item in terms} == {"Quay", "Pier"}


def test_account_and_collections_are_read_and_made(shell: Shell) -> None:
    assert shell.pv("account", "getAccount")["name"] == "contoso"
    made = shell.pv("account", "putCollection", "--friendlyName=Harbour", f"--parentCollection={shell.front.root}")
    assert made["friendlyName"] == "Harbour"
    assert made["name"] in {item["name"] for item in shell.pv("account", "getCollections")["value"]}
    path = shell.pv("account", "getCollectionPath", f"--collectionName={made['name']}")
    assert path["parentNameChain"] == [shell.front.root]
    assert "successfully" in shell.pv("account", "deleteCollection", f"--collectionName={made['name']}")["status"]


def test_relationship_is_created_and_read(shell: Shell, flow: Flow) -> None:
    wanted = {
        "typeName": "direct_lineage_dataset_dataset",
        "end1": {"guid": flow.source},
        "end2": {"guid": flow.sink},
    }
    guid = shell.pv("relationship", "create", f"--payloadFile={shell.file('pair.json', wanted)}")["guid"]
    assert shell.pv("relationship", "read", f"--guid={guid}")["relationship"]["guid"] == guid


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("scan", "readDataSources"), "does not scan stores"),
        (("share", "listSentShares"), "not data"),
        (("insight", "assetDistribution"), "need scans"),
        (("account", "getAccessKeys"), "no event hub"),
    ],
    ids=["scan", "share", "insight", "keys"],
)
def test_what_the_account_does_not_do_is_told(command: tuple[str, ...], reason: str, shell: Shell) -> None:
    assert reason in shell.pv(*command)["errorMessage"]


def test_caller_without_a_role_is_told_who_it_is(shell: Shell, flow: Flow) -> None:
    """`pv` reads its own token to say this, so that tokens have to be ones that can be read."""
    principal, secret = shell.front.stranger()
    shell.environment["IDENTITY_HEADER"] = secret
    said = shell.text("entity", "read", f"--guid={flow.source}")
    assert "HTTP status code 403" in said
    assert principal.id in said
