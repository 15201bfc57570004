"""cookies.txt, the format of Netscape, curl, wget and yt-dlp: seven columns with tabs between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from igcrawl.sessions.formats.cookies import Cookie, settings_of

_COLUMNS: Final = 7
#: Before the domain of a cookie that scripts cannot read; the line is no comment.
_HTTP_ONLY: Final = "#HttpOnly_"
_HEAD: Final = "# Netscape HTTP Cookie File\n"
#: Readers drop cookies without a date, and nobody knows these cookies' own.
_A_YEAR: Final = 365 * 86400


def from_text(text: str, now: float) -> dict[str, Any] | None:
    """Return the settings in a cookies.txt; None when it is of another kind.

    Args:
        text: the file.
        now: seconds since 1970.

    Raises:
        BadInput: the cookies hold no session of Instagram.
    """
    cookies = list(_cookies(text))
    head = text.lstrip().lower()
    if not cookies and not head.startswith(("# netscape http cookie file", "# http cookie file")):
        return None
    return settings_of(cookies, now)


def _cookies(text: str) -> Iterator[Cookie]:
    for line in text.splitlines():
        row = line.removeprefix(_HTTP_ONLY)
        if row == line and line.startswith("#"):
            continue
        columns = row.split("\t")
        if len(columns) == _COLUMNS:
            domain, _, _, _, expires, name, value = columns
            yield Cookie(name, value.strip(), domain, _seconds(expires))


def _seconds(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def to_text(cookies: Mapping[str, str], now: float) -> str:
    """Return cookies of instagram.com as a cookies.txt.

    Args:
        cookies: values by name.
        now: seconds since 1970.
    """
    expires = int(now) + _A_YEAR
    rows = [
        f"{_HTTP_ONLY}.instagram.com\tTRUE\t/\tTRUE\t{expires}\t{name}\t{value}\n" for name, value in cookies.items()
    ]
    return _HEAD + "".join(rows)
