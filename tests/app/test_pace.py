"""While a server runs, Python collects rarely and threads take short turns; afterwards as before."""

import gc
import sys

from headwater.app.pace import THRESHOLDS, TURN_S, pace_of_a_server


def test_pace_of_a_server_ends_with_its_block() -> None:
    thresholds, turn = gc.get_threshold(), sys.getswitchinterval()
    with pace_of_a_server():
        assert gc.get_threshold() == THRESHOLDS
        assert gc.get_freeze_count() > 0
        assert sys.getswitchinterval() == TURN_S
    assert gc.get_threshold() == thresholds
    assert gc.get_freeze_count() == 0
    assert sys.getswitchinterval() == turn
