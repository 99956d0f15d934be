"""One of the two accounts: requests with a token, tried again when the account says that it is busy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import TypeVar

import httpx
import msgspec
from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt, wait_exponential_jitter

from headwater import typed
from headwater.errors import CatalogError, Fault, Place

T = TypeVar("T")
Params = Sequence[tuple[str, str]]
Answered = tuple[httpx.Response | None, str]
"""The answer, or none and what went wrong on the way."""
ATLAS = "/datamap/api/atlas/v2"
VERSION = ("api-version", "2023-09-01")
TRIES = 6
LONGEST_S = 60.0
_BUSY = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class Refused(CatalogError):
    """The account does not take a request. `status` is what it answered."""

    def __init__(self, status: int, fault: Fault) -> None:
        super().__init__(fault)
        self.answered = status


class _Problem(msgspec.Struct, frozen=True, rename="camel"):
    error_message: str = ""
    error_code: str = ""


class Token:
    """What a side asks for a token; `forget` tells whether asking again may give another."""

    def __init__(self, get: Callable[[], Awaitable[str]], forget: Callable[[], bool]) -> None:
        self.get = get
        self.forget = forget


class Side:
    """An account, named for people. Times between tries double, unless the account says how long to wait."""

    def __init__(
        self,
        name: str,
        client: httpx.AsyncClient,
        token: Token,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self._client = client
        self._token = token
        self._wait = wait

    async def ask(self, type: type[T], method: str, path: str, *, body: object = None, params: Params = ()) -> T:
        """Return the answer as this type. Raises Refused, also if it is not of this type."""
        answer = await self.send(method, path, body=body, params=params)
        try:
            return typed.decode(answer, type)
        except msgspec.DecodeError as error:
            message = f"{self.name} answers {method} {path} with what is not Atlas': {error}"
            raise Refused(
                HTTPStatus.OK, Fault("CAT-140", message, Place(), "See that the address is an account's.")
            ) from error

    async def send(self, method: str, path: str, *, body: object = None, params: Params = ()) -> bytes:
        """Return the body of a 2xx answer. Raises Refused."""
        content = None if body is None else msgspec.json.encode(body)
        trying = AsyncRetrying(
            retry=retry_if_result(_is_busy),
            retry_error_callback=_outcome,
            sleep=self._wait,
            stop=stop_after_attempt(TRIES),
            wait=_pause,
        )
        answered: Answered = await trying(self._authorized, method, path, content, params)
        answer, said = answered
        if answer is None or not answer.is_success:
            raise self._refused(method, path, answer, said)
        return answer.content

    async def _authorized(self, method: str, path: str, content: bytes | None, params: Params) -> Answered:
        """Ask once, and once more with a new token where the one sent has ended."""
        answer, said = await self._once(method, path, content, params)
        if answer is not None and answer.status_code == HTTPStatus.UNAUTHORIZED and self._token.forget():
            return await self._once(method, path, content, params)
        return answer, said

    async def _once(self, method: str, path: str, content: bytes | None, params: Params) -> Answered:
        headers = {"Authorization": f"Bearer {await self._token.get()}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            given = httpx.QueryParams([*params] if VERSION[0] in dict(params) else [*params, VERSION])
            answer = await self._client.request(method, path, content=content, params=given, headers=headers)
        except httpx.HTTPError as error:
            return None, str(error) or type(error).__name__
        return answer, ""

    def _refused(self, method: str, path: str, answer: httpx.Response | None, said: str) -> Refused:
        if answer is None:
            message = f"{self.name} is out of reach: {said}"
            return Refused(
                HTTPStatus.SERVICE_UNAVAILABLE, Fault("CAT-140", message, Place(), "Run it again; it goes on.")
            )
        try:
            problem = typed.decode(answer.content, _Problem)
            said = f"{problem.error_code} {problem.error_message}".strip()
        except msgspec.DecodeError:
            said = answer.reason_phrase
        cures = {
            401: "See that the token is one for this account and has not ended.",
            403: "Give the identity the role Data Curator on the collection.",
        }
        message = f"{self.name} answers {method} {path} with {answer.status_code}: {said}"
        cure = cures.get(answer.status_code, "Run it again when this is mended; it goes on.")
        return Refused(answer.status_code, Fault("CAT-140", message, Place(), cure))


def _outcome(state: RetryCallState) -> Answered:
    if state.outcome is None:
        raise RuntimeError("a try that has not ended has no answer")
    answered: Answered = state.outcome.result()
    return answered


def _is_busy(answered: Answered) -> bool:
    answer, _ = answered
    return answer is None or answer.status_code in _BUSY


_growing = wait_exponential_jitter(initial=1, max=LONGEST_S)


def _pause(state: RetryCallState) -> float:
    """Return how long to wait: what the account names, or else longer each time."""
    answer, _ = _outcome(state)
    asked = "" if answer is None else answer.headers.get("retry-after", "")
    return min(float(asked), LONGEST_S) if asked.isdecimal() else _growing(state)
