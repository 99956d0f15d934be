"""Windows names of time zones."""

from __future__ import annotations

import pytest

from headwater.language.expression.time_zones import UnknownTimeZoneError, find_zone, windows_zones


def test_windows_zones_are_sorted_and_all_known_here() -> None:
    zones = windows_zones()
    assert list(zones) == sorted(zones)
    assert len(zones) > 130
    assert [name for name, iana in zones.items() if find_zone(name).key != iana] == []


@pytest.mark.parametrize(
    ("name", "cure"),
    [("Europe/Berlin", "'W. Europe Standard Time'"), ("Pacific Time", "'Pacific Standard Time'"), ("xyzzy", "'UTC'")],
)
def test_find_zone_unknown_name_suggests_a_windows_name(name: str, cure: str) -> None:
    with pytest.raises(UnknownTimeZoneError, match=cure):
        find_zone(name)
