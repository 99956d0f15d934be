"""Scenarios of the glossary's requests and answers. Data in fixtures/glossary."""

from pathlib import Path

import httpx
import pytest

from api.play import play, scenarios
from api.served import Served


@pytest.mark.parametrize("file", scenarios("glossary"))
def test_scenario_of_the_glossary_gets_the_answers_of_the_fixture(
    file: Path, server: Served, client: httpx.Client
) -> None:
    play(file, server.account, client)
