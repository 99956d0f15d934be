"""How a side is asked: tokens from the environment, and patience with an account that is busy."""

import asyncio

import httpx
import pytest

from headwater.app.exchange.side import TRIES, Refused, Side, Token
from headwater.app.exchange.tokens import Tokens, asked
from headwater.errors import SettingsError

CLIENT = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "hush"}


class Busy:
    """An account that gives these answers in turn, and how long it was waited between."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.waited: list[float] = []
        self.asked: list[httpx.Request] = []

    def side(self, *, fresh: bool = True) -> Side:
        def answer(request: httpx.Request) -> httpx.Response:
            self.asked.append(request)
            return self.answers.pop(0)

        async def token() -> str:
            return f"token-{len(self.asked)}"

        async def wait(seconds: float) -> None:
            self.waited.append(seconds)

        client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="https://far")
        return Side("far", client, Token(token, lambda: fresh), wait)


def test_busy_account_is_asked_again_after_the_time_that_it_names() -> None:
    busy = Busy(httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(503), httpx.Response(200, json={}))
    assert asyncio.run(busy.side().ask(dict[str, str], "GET", "/x")) == {}
    assert busy.waited[0] == 7
    assert 2 <= busy.waited[1] <= 3


def test_account_that_stays_busy_is_told_after_all_tries() -> None:
    busy = Busy(*(httpx.Response(500, json={"errorMessage": "no"}) for _ in range(TRIES)))
    with pytest.raises(Refused, match="500: no") as told:
        asyncio.run(busy.side().send("POST", "/x", body={}))
    assert told.value.answered == 500
    assert len(busy.waited) == TRIES - 1


def test_wrong_request_is_not_tried_again() -> None:
    busy = Busy(httpx.Response(400, json={"errorCode": "ATLAS-400-00-01A", "errorMessage": "bad"}))
    with pytest.raises(Refused, match="ATLAS-400-00-01A bad"):
        asyncio.run(busy.side().send("POST", "/x", body={}))
    assert busy.waited == []


def test_token_that_ended_is_asked_for_anew_once() -> None:
    busy = Busy(httpx.Response(401), httpx.Response(200, json=[]))
    assert asyncio.run(busy.side().ask(list[str], "GET", "/x")) == []
    assert [request.headers["authorization"] for request in busy.asked] == ["Bearer token-0", "Bearer token-1"]
    given = Busy(httpx.Response(401))
    with pytest.raises(Refused, match="401"):
        asyncio.run(given.side(fresh=False).send("GET", "/x"))


def test_api_version_is_sent_unless_the_request_has_its_own() -> None:
    busy = Busy(httpx.Response(200, json=[]), httpx.Response(200, json=[]))
    asyncio.run(busy.side().send("GET", "/x", params=[("guid", "1"), ("guid", "2")]))
    asyncio.run(busy.side().send("GET", "/x", params=[("api-version", "old")]))
    queries = [list(request.url.params.multi_items()) for request in busy.asked]
    assert queries == [[("guid", "1"), ("guid", "2"), ("api-version", "2023-09-01")], [("api-version", "old")]]


def test_client_credentials_come_before_a_managed_identity() -> None:
    ask = asked({**CLIENT, "IDENTITY_ENDPOINT": "http://here", "IDENTITY_HEADER": "h"})
    assert ask.url == "https://login.microsoftonline.com/t/oauth2/v2.0/token"
    assert dict(ask.form or {})["scope"] == "https://purview.azure.net/.default"
    assert "hush" not in repr(ask)


def test_managed_identity_is_asked_where_there_are_no_credentials() -> None:
    ask = asked({"IDENTITY_ENDPOINT": "http://here/token", "IDENTITY_HEADER": "hidden", "AZURE_CLIENT_ID": "mine"})
    assert (ask.method, ask.url) == ("GET", "http://here/token")
    assert dict(ask.params or {}) == {
        "resource": "https://purview.azure.net",
        "api-version": "2019-08-01",
        "client_id": "mine",
    }
    assert "hidden" not in repr(ask)


def test_environment_without_credentials_is_refused_with_the_cure() -> None:
    with pytest.raises(SettingsError) as told:
        asked({"AZURE_TENANT_ID": "t"})
    assert "AZURE_CLIENT_SECRET" in told.value.faults[0].cure


def test_token_is_kept_until_it_ends_soon() -> None:
    clock = [0.0]
    given: list[str] = []

    def authority(_: httpx.Request) -> httpx.Response:
        given.append("t")
        return httpx.Response(200, json={"access_token": f"t{len(given)}", "expires_in": "3600"})

    async def run() -> list[str]:
        tokens = Tokens(httpx.AsyncClient(transport=httpx.MockTransport(authority)), asked(CLIENT), lambda: clock[0])
        found = [await tokens.get(), await tokens.get()]
        clock[0] = 3590
        return [*found, await tokens.get()]

    assert asyncio.run(run()) == ["t1", "t1", "t2"]


def test_authority_that_gives_no_token_is_told_without_the_secret() -> None:
    async def run() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(401, json={"error": "invalid_client"}))
        await Tokens(httpx.AsyncClient(transport=transport), asked(CLIENT)).get()

    with pytest.raises(SettingsError, match="HTTP 401") as told:
        asyncio.run(run())
    assert "hush" not in str(told.value.faults[0])
