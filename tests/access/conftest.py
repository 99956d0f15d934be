"""An account in a fresh folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.access.account import Account


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    account = Account.open(tmp_path / "account", name="contoso")
    yield account
    account.close()
