"""While a server runs, Python collects rarely; afterwards as before."""

import gc

from headwater.app.collecting import THRESHOLDS, collecting_rarely


def test_collecting_rarely_ends_with_its_block() -> None:
    before = gc.get_threshold()
    with collecting_rarely():
        assert gc.get_threshold() == THRESHOLDS
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
