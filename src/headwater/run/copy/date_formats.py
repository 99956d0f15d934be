"""Date formats as the original writes them (.NET) and as the engine reads them (strftime)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from headwater.errors import Fault, PlanError

TOKENS: Mapping[str, str] = {
    "d": "%-d",
    "dd": "%d",
    "ddd": "%a",
    "dddd": "%A",
    "f": "%f",
    "ff": "%f",
    "fff": "%g",
    "ffff": "%f",
    "fffff": "%f",
    "ffffff": "%f",
    "fffffff": "%f",
    "H": "%-H",
    "HH": "%H",
    "h": "%-I",
    "hh": "%I",
    "M": "%-m",
    "MM": "%m",
    "MMM": "%b",
    "MMMM": "%B",
    "m": "%-M",
    "mm": "%M",
    "s": "%-S",
    "ss": "%S",
    "tt": "%p",
    "yy": "%y",
    "yyyy": "%Y",
    "zzz": "%z",
}

_PART = re.compile(r"'([^']*)'|\"([^\"]*)\"|\\(.)|([a-zA-Z])\4*|[^a-zA-Z]")
_LITERALS = {"T", "Z"}


def engine_format(dotnet: str) -> str:
    """Return the engine's format of a .NET custom date format. Raises PlanError for a part that has no counterpart."""
    parts: list[str] = []
    for found in _PART.finditer(dotnet):
        text = found[0]
        quoted = next((group for group in found.groups()[:3] if group is not None), None)
        if quoted is not None:
            parts.append(quoted.replace("%", "%%"))
        elif found[4] is None or text in _LITERALS:
            parts.append(text.replace("%", "%%"))
        elif text in TOKENS:
            parts.append(TOKENS[text])
        else:
            raise PlanError(
                Fault(
                    "RUN-100",
                    f"The date format '{dotnet}' has '{text}', which is not built",
                    cure=f"Use {', '.join(TOKENS)}; quote other letters.",
                )
            )
    return "".join(parts)
