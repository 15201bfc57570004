"""The session in a capture: the cookies that a HAR file, or a text of `curl` commands, sends to Instagram."""

from __future__ import annotations

from typing import BinaryIO

from igcrawl.capture.files import requests_in
from igcrawl.errors import BadInput
from igcrawl.sessions.formats.bare import from_line
from igcrawl.sessions.session_id import account_of
from igcrawl.sessions.trusted_hosts import is_trusted

_NONE = (
    "{name}: no request in it sends a sessionid to instagram.com: log in there and capture again; "
    "Chrome leaves cookies out of a HAR unless it is exported with sensitive data"
)


def cookie_header(file: BinaryIO, name: str) -> bytes:
    """Return the cookies that were sent last, as a header; of several accounts, those of each.

    Args:
        file: the capture, at its beginning.
        name: its name, for the operator.

    Raises:
        BadInput: it is broken, or no request in it has a session.
    """
    by_account: dict[str | None, str] = {}
    for asked in requests_in(file, name):
        sent = asked.headers.get("cookie", "")
        if not is_trusted(asked.url) or (cookies := from_line(sent)) is None:
            continue
        account = next(account_of(each.value) for each in cookies if each.name == "sessionid")
        by_account[account] = sent
    if not by_account:
        raise BadInput(_NONE.format(name=name))
    return f"Cookie: {'; '.join(by_account.values())}".encode()
