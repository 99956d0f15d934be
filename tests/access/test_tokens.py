"""Tokens, secrets and sign-in codes: what is taken, what is refused, and that nothing secret shows."""

import base64
import json
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from headwater.access.account import Account
from headwater.errors import CatalogError, Conflict, Invalid, NotFound, Unauthorized


def code_of(error: pytest.ExceptionInfo[CatalogError]) -> str:
    return error.value.code


def test_token_names_its_principal_and_can_be_read_by_clients(account: Account) -> None:
    token = account.tokens.issue(account.owner)
    assert account.tokens.verify(token.text) == account.owner
    payload = token.text.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["oid"] == claims["appid"] == account.owner.id
    assert claims["tid"] == account.tokens.tenant
    assert token.expires_on - token.begins_on == 3600


def test_token_that_has_expired_is_refused(account: Account) -> None:
    token = account.tokens.issue(account.owner, seconds=-1)
    with pytest.raises(Unauthorized) as refused:
        account.tokens.verify(token.text)
    assert "expired" in refused.value.message


def test_token_of_another_account_is_refused(account: Account, tmp_path: Path) -> None:
    other = Account.open(tmp_path / "other", name="contoso")
    with pytest.raises(Unauthorized):
        account.tokens.verify(other.tokens.issue(other.owner).text)
    other.close()


def forged(account: Account) -> dict[str, str]:
    header, payload, signature = account.tokens.issue(account.owner).text.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    claims = {"iss": account.tokens.issuer, "oid": account.owner.id, "aud": "https://purview.azure.net", "exp": 2**40}
    return {
        "unsigned": f"{none}.{payload}.",
        "cut": f"{header}.{payload}",
        "spoilt": f"{header}.{payload}.{signature[:-4]}AAAA",
        "other key": jwt.encode({"alg": "ES256"}, claims, ECKey.generate_key("P-256")),
        "text": "no token at all",
        "empty": "",
    }


@pytest.mark.parametrize("kind", ["unsigned", "cut", "spoilt", "other key", "text", "empty"])
def test_token_that_is_forged_is_refused(kind: str, account: Account) -> None:
    with pytest.raises(Unauthorized):
        account.tokens.verify(forged(account)[kind])


def test_token_for_an_unknown_audience_is_not_issued(account: Account) -> None:
    with pytest.raises(Invalid):
        account.tokens.issue(account.owner, audience="https://graph.example")


def test_secret_names_its_principal_and_only_its_hash_is_kept(account: Account) -> None:
    application = account.principals.create("application", "loader")
    secret = account.principals.add_secret(application.id)
    assert account.principals.by_secret(secret) == application
    assert account.principals.by_secret(secret, id=application.id) == application
    assert account.principals.by_secret(secret, id="loader") == application
    with account.catalog.store.read() as connection:
        stored = [str(row) for row in connection.exec_driver_sql("SELECT * FROM secrets")]
    assert stored
    assert not any(secret in row for row in stored)


def test_secret_of_somebody_else_is_refused(account: Account) -> None:
    secret = account.principals.add_secret(account.principals.create("application", "loader").id)
    for claimed, given in (("other", secret), (None, "guess"), ("loader", "")):
        with pytest.raises(Unauthorized) as refused:
            account.principals.by_secret(given, id=claimed)
        assert code_of(refused) == "ACC-002"


def test_principals_are_made_once(account: Account) -> None:
    first = account.principals.ensure("workspace", "ingest")
    assert account.principals.ensure("workspace", "ingest") == first
    assert account.principals.ensure("application", "ingest") != first
    with pytest.raises(Conflict):
        account.principals.create("workspace", "ingest")
    with pytest.raises(NotFound):
        account.principals.get("nobody")


def test_sign_in_code_works_once(account: Account) -> None:
    code = account.sign_in.code(account.owner)
    principal, token = account.sign_in.redeem(code)
    assert principal == account.owner
    assert account.tokens.verify(token.text) == account.owner
    with pytest.raises(Unauthorized) as refused:
        account.sign_in.redeem(code)
    assert code_of(refused) == "ACC-006"


def test_sign_in_code_that_is_too_old_or_unknown_is_refused(account: Account) -> None:
    for code in (account.sign_in.code(account.owner, seconds=0), "guess"):
        with pytest.raises(Unauthorized):
            account.sign_in.redeem(code)


def test_nothing_secret_shows_in_a_token_s_repr_or_the_audit_log(account: Account) -> None:
    code = account.sign_in.code(account.owner)
    _, token = account.sign_in.redeem(code)
    shown = repr(token) + repr(account.audit.entries())
    assert token.text not in shown
    assert code not in shown
