"""The form of a session id: account, secret and more, with colons between them, quoted as cookies carry it or not."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

#: The cookies that say whose a session is; the Authorization header holds them, too.
ACCOUNT_COOKIES: Final = ("sessionid", "ds_user_id")
_FORM: Final = re.compile(r"([0-9]{1,20})(?::[A-Za-z0-9_.~+/=-]{1,512})+")
#: As browsers and apps hold it: behind the secret stands a number, and nothing is missing at its end.
_WHOLE: Final = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{4,512}:[0-9]{1,6}(?::[A-Za-z0-9_-]{1,512})*")
_LONGEST: Final = 1024
#: Stands in a value that was masked for a screenshot, or cut by a program that shows columns.
_MASK: Final = re.compile(r"\*{2,}|\.{2,}|\N{HORIZONTAL ELLIPSIS}|\N{BULLET}|[xX]{3,}")
_PLACEHOLDER: Final = re.compile("YOUR|your|PLACEHOLDER|placeholder|REDACTED|redacted|EXAMPLE|example")
_QUOTES: Final = "\"'`\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"


def account_of(sessionid: str) -> str | None:
    """Return the account that a session id belongs to; None for what has not the form of one."""
    if len(sessionid) > _LONGEST:
        return None
    found = _FORM.fullmatch(unquote(sessionid))
    return found[1] if found else None


def problem_of(sessionid: str) -> str | None:
    """Return why a session id that somebody copied cannot work, without a part of it; None for one that may.

    Args:
        sessionid: as it was found.
    """
    plain = unquote(sessionid)
    if not plain.strip():
        return "the sessionid is empty"
    if any(len(part) > 1 and len(set(part)) == 1 for part in plain.split(":")[1::2]) or _PLACEHOLDER.search(plain):
        return "the sessionid is masked, or a placeholder"
    if len(sessionid) <= _LONGEST and _WHOLE.fullmatch(plain):
        return None
    if sessionid[0] in _QUOTES or sessionid[-1] in _QUOTES:
        return "the sessionid is in quotation marks: without them it may work"
    if _MASK.search(plain):
        return "the sessionid is masked or cut (***, xxx, …)"
    if "%" in plain and _WHOLE.fullmatch(unquote(plain)):
        return "the sessionid is URL-quoted twice"
    if plain[0].isdecimal():
        return "the sessionid is cut, or is none: expected account:secret:number:… as the browser holds it"
    return "the sessionid is none, perhaps a placeholder: expected account:secret:number:… as the browser holds it"
