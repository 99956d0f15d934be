"""Posts facts as OpenLineage events. Such a receiver cannot be asked for what it has, so taken is all that is known."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import httpx
import msgspec

from headwater.errors import Fault
from headwater.lineage.facts import LineageFact
from headwater.lineage.sinks.openlineage_events import events
from headwater.lineage.sinks.protocol import Receipt, Refused, Unacceptable, Unavailable

_TIMEOUT = httpx.Timeout(30.0)
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class OpenLineageSink:
    """`url` is the whole address, as a rule ending in `/api/v1/lineage`; `api_key` is sent as a bearer token."""

    def __init__(self, url: str, client: httpx.AsyncClient, api_key: str | None = None) -> None:
        self._url = url
        self._client = client
        self._headers = {"Content-Type": "application/json"}
        if api_key is not None:
            self._headers["Authorization"] = f"Bearer {api_key}"

    async def deliver(self, fact: LineageFact) -> Receipt:
        """Post every event in order. Raises Unavailable, Refused or Unacceptable."""
        for event in events(fact):
            await self.post(event)
        relationships = sum(len(operation.inputs) + 1 for operation in fact.operations)
        return Receipt(sum(1 for _ in fact.assets()), relationships)

    async def post(self, event: Mapping[str, object]) -> None:
        """Post one event. Raises as `deliver` does."""
        content = msgspec.json.encode(event)
        try:
            response = await self._client.post(self._url, content=content, headers=self._headers, timeout=_TIMEOUT)
        except httpx.HTTPError as error:
            what = str(error) or type(error).__name__
            raise Unavailable(Fault("LIN-010", f"{self._url} is out of reach: {what}")) from error
        status = response.status_code
        if response.is_success:
            return
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise Refused(Fault("LIN-011", f"{self._url} refuses the key (HTTP {status}).", cure="Set another key."))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
            raise Unavailable(Fault("LIN-010", f"{self._url} cannot take lineage now (HTTP {status})"))
        raise Unacceptable(Fault("LIN-013", f"{self._url} refuses the event (HTTP {status}): {response.text[:200]}"))
