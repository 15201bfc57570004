"""cookies.txt, the format of Netscape, curl, wget and yt-dlp: seven columns with tabs between them.

Programs and editors put other separators in their place; what the developer tools of a browser copy has its columns
in another order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from igcrawl.errors import BadInput
from igcrawl.sessions.formats.cookies import Cookie

_COLUMNS: Final = 7
#: Before the domain of a cookie that scripts cannot read; the line is no comment.
_HTTP_ONLY: Final = re.compile(r"#\s*HttpOnly_", re.IGNORECASE)
_HEAD: Final = "# Netscape HTTP Cookie File\n"
_HEADS: Final = ("# netscape http cookie file", "# http cookie file")
#: Readers drop cookies without a date, and nobody knows these cookies' own.
_A_YEAR: Final = 365 * 86400
_SEPARATORS: Final = (r"\t", r"\t+", r"\s+", r"\s*[,;|]\s*")
#: Editors of long ago end lines with CR alone.
_LINE_END: Final = re.compile(r"\r?\n|\r")
_FLAG: Final = re.compile("true|false|yes|no|0|1", re.IGNORECASE)
_OURS: Final = re.compile(r"instagram\.com", re.IGNORECASE)
_OURS_IN_ROW: Final = re.compile(r"instagram\.com.*(?:\t|\b(?:true|false)\b)", re.IGNORECASE)
#: Of the developer tools: name, value, domain, path, expiry, and more.
_LEAST_OF_TOOLS: Final = 5


def is_cookies_txt(text: str) -> bool:
    """Return whether a text is a cookies.txt, well-formed or not."""
    return text.lstrip().lower().startswith(_HEADS) or any(
        _OURS_IN_ROW.search(row) or _of_tools(row) for _, row in _rows(text)
    )


def from_text(text: str) -> list[Cookie] | None:
    """Return the cookies of a cookies.txt; None when it is of another kind.

    Raises:
        BadInput: a line that may hold a cookie of Instagram has other columns.
    """
    return list(_cookies(text)) if is_cookies_txt(text) else None


def _rows(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line that is no comment, with its number."""
    for number, line in enumerate(_LINE_END.split(text), 1):
        row = _HTTP_ONLY.sub("", line, count=1) if line.startswith("#") else line
        if row.strip() and not row.startswith("#"):
            yield number, row


def _cookies(text: str) -> Iterator[Cookie]:
    for number, row in _rows(text):
        cookie = _of_columns(row) or _of_tools(row)
        if cookie is not None:
            yield cookie
        elif _OURS.search(row):
            columns = len(re.split(r"\t" if "\t" in row else r"\s+", row.strip()))
            raise BadInput(f"line {number}: {columns} columns, {_COLUMNS} expected")


def _of_columns(row: str) -> Cookie | None:
    for separator in _SEPARATORS:
        columns = [column.strip() for column in re.split(separator, row.strip(" \r\n"))]
        if separator == _SEPARATORS[-1]:
            columns = [column.strip('"') for column in columns]
        if len(columns) == _COLUMNS - 1 and separator == _SEPARATORS[0]:
            # An editor cut the tab at the end, behind which nothing stood.
            columns.append("")
        if len(columns) == _COLUMNS and _FLAG.fullmatch(columns[1]) and _FLAG.fullmatch(columns[3]):
            domain, _, _, _, expires, name, value = columns
            return Cookie(name, value, domain, expires)
    return None


def _of_tools(row: str) -> Cookie | None:
    columns = [column.strip() for column in row.split("\t")]
    if len(columns) < _LEAST_OF_TOOLS or not columns[3].startswith("/") or "." not in columns[2]:
        return None
    name, value, domain, _, expires = columns[:_LEAST_OF_TOOLS]
    return Cookie(name, value, domain, expires)


def to_text(cookies: Mapping[str, str], now: float) -> str:
    """Return cookies of instagram.com as a cookies.txt.

    Args:
        cookies: values by name.
        now: seconds since 1970.
    """
    expires = int(now) + _A_YEAR
    rows = [f"#HttpOnly_.instagram.com\tTRUE\t/\tTRUE\t{expires}\t{name}\t{value}\n" for name, value in cookies.items()]
    return _HEAD + "".join(rows)
