from __future__ import annotations

from api.studio.conftest import Browser, Opener
from api.studio.flights import Demo


def test_session_without_cookie_is_refused_with_the_cure(browser: Opener) -> None:
    answer = browser(None).get("/session")
    assert answer.status_code == 401
    assert answer.json()["faults"][0]["code"] == "ACC-001"
    assert "headwater sign-in" in answer.json()["faults"][0]["cure"]


def test_code_opens_a_session_once(filled: Demo, browser: Opener) -> None:
    code = filled.account.sign_in.code(filled.account.owner)
    first, second = browser(None), browser(None)
    assert first.post("/session", json={"token": code}).json()["user"] == "owner"
    assert first.get("/session").json()["account"] == "contoso"
    assert second.post("/session", json={"token": code}).status_code == 401


def test_session_cookie_is_kept_from_scripts_and_other_sites(filled: Demo, browser: Opener) -> None:
    answer = browser(None).post("/session", json={"token": filled.account.sign_in.code(filled.account.owner)})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_bearer_token_opens_a_session(filled: Demo, browser: Opener) -> None:
    token = filled.account.tokens.issue(filled.account.owner).text
    client = browser(None)
    assert client.post("/session", json={"token": token}).status_code == 200
    assert client.get("/home").status_code == 200


def test_forged_token_is_refused(filled: Demo, browser: Opener) -> None:
    token = filled.account.tokens.issue(filled.account.owner).text
    assert browser(None).post("/session", json={"token": f"{token[:-4]}AAAA"}).status_code == 401


def test_sign_out_ends_the_session(owner: Browser) -> None:
    assert owner.delete("/session").status_code == 204
    assert owner.get("/session").status_code == 401


def test_change_without_the_pages_header_is_refused(owner: Browser) -> None:
    del owner.headers["x-headwater-studio"]
    answer = owner.post("/connections/reporting/fix")
    assert answer.status_code == 403
    assert answer.json()["faults"][0]["code"] == "ACC-020"


def test_session_tells_roles_and_rights(owner: Browser, stranger: Browser) -> None:
    assert owner.get("/session").json()["canCurate"] is True
    assert "Data Curator" in owner.get("/session").json()["roles"]
    assert stranger.get("/session").json()["roles"] == []
    assert stranger.get("/session").json()["canGrant"] is False
