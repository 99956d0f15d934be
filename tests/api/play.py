"""Plays a scenario of requests against the application and compares what comes back.

A scenario is a list of steps. `ask` is `METHOD path`; `send` the JSON body; `as` who asks (owner, or a name that gets
no role). `status` and `answer` are what must come: objects may hold more than the answer names, lists not. In an
answer `"<name>"` keeps the value under the name, and `{name}` in a later path, body or answer stands for it;
`"<any>"` takes anything. `csv` is sent as a file in a form; `csv_answer` is a whole answer as text.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from headwater.access.account import Account

FIXTURES = Path(__file__).parents[1] / "fixtures"
KEEP = re.compile(r"<(\w+)>")


def scenarios(area: str) -> list[object]:
    return [pytest.param(file, id=file.stem) for file in sorted((FIXTURES / area).glob("*.json"))]


def play(file: Path, account: Account, client: httpx.Client) -> None:
    kept: dict[str, str] = {"owner": account.owner.id}
    for number, step in enumerate(json.loads(file.read_text(encoding="utf-8"))):
        method, path = filled(step["ask"], kept).split(" ", 1)
        content = None if "send" not in step else filled(json.dumps(step["send"]), kept).encode()
        files = {"file": ("file", step["csv"].encode())} if "csv" in step else None
        response = client.request(
            method, path, content=content, files=files, headers=headers(account, step.get("as", "owner"), kept)
        )
        where = f"step {number + 1}, {step['ask']}: {response.status_code} {response.text[:2000]}"
        assert response.status_code == step["status"], where
        if "answer" in step:
            expected = json.loads(filled(json.dumps(step["answer"]), kept))
            assert list(differences(expected, response.json(), "answer", kept)) == [], where
        elif "csv_answer" in step:
            assert response.text == step["csv_answer"], where
        elif step["status"] == 204:
            assert response.content == b"", where


def filled(text: str, kept: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: kept.get(found[1], found[0]), text)


def headers(account: Account, who: str, kept: dict[str, str]) -> dict[str, str]:
    if who == "nobody":
        return {}
    principal = account.owner if who == "owner" else account.principals.ensure("user", who)
    kept[who] = principal.id
    return {"authorization": f"Bearer {account.tokens.issue(principal).text}"}


def differences(expected: object, found: object, path: str, kept: dict[str, str]) -> Iterator[str]:
    if isinstance(expected, str) and (name := KEEP.fullmatch(expected)):
        if name[1] != "any":
            kept[name[1]] = str(found)
    elif isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            if key not in found:
                yield f"{path}.{key} is missing"
            else:
                yield from differences(value, found[key], f"{path}.{key}", kept)
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{path} has {len(found)} items, not {len(expected)}"
        for position, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from differences(one, other, f"{path}[{position}]", kept)
    elif expected != found:
        yield f"{path} is {found!r}, not {expected!r}"
