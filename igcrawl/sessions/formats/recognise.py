"""Recognition of session formats."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from igcrawl.errors import BadInput
from igcrawl.sessions.device import complete
from igcrawl.sessions.formats.bare import from_line, from_request, problem_of_line
from igcrawl.sessions.formats.browser_json import from_json
from igcrawl.sessions.formats.cookies import Cookie, settings_of
from igcrawl.sessions.formats.encodings import decoded, is_binary
from igcrawl.sessions.formats.firefox import from_firefox
from igcrawl.sessions.formats.instaloader import from_pickle
from igcrawl.sessions.formats.netscape import from_text
from igcrawl.sessions.formats.settings_json import from_names, from_settings, is_settings

#: A session is some 5 KB, all cookies of a browser 1 MB.
LARGEST: Final = 8 << 20
EXPECTED: Final = (
    "expected settings of aiograpi or instagrapi (JSON), a session file of instaloader, a cookies.txt, "
    "the JSON of a cookie extension, a HAR or a request copied from a browser, Firefox's cookies.sqlite, or a sessionid"
)
_USERNAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.]{0,29}")


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session that was recognised.

    Args:
        settings: of a `Session`, as they were found; `complete` fills in what they lack.
        username: the account's name where the file or its name tells it, None otherwise.
    """

    settings: dict[str, Any] = field(repr=False)
    username: str | None = None


def recognise(content: bytes, where: str, now: float, file_name: str = "", account: str | None = None) -> FoundSession:
    """Return the session in a file or another program's output.

    Args:
        content: the file.
        where: where it comes from, for messages.
        now: seconds since 1970.
        file_name: without folders; instaloader's tells the account's name.
        account: whose session is taken, where there are several.

    Raises:
        BadInput: it is in no known format, or holds no session that can be used. No part of it is in the text.
    """
    if len(content) > LARGEST:
        raise BadInput(f"{where}: larger than {LARGEST >> 20} MB; {EXPECTED}")
    try:
        pickled = from_pickle(content)
        told = re.match(r"session-(.+)", file_name) if pickled is not None else None
        stored = _by_names(pickled) if pickled is not None else from_firefox(content)
        found = stored if stored is not None else _in_text(_decoded(content))
        settings = settings_of(found, now, account) if isinstance(found, list) else from_settings(found, account)
    except BadInput as error:
        raise BadInput(f"{where}: {error}") from None
    username = told[1] if told else settings.get("username")
    if not (isinstance(username, str) and _USERNAME.fullmatch(username)):
        username = None
    complete(settings, where)
    return FoundSession(settings, username)


def _by_names(cookies: dict[str, Any]) -> list[Cookie]:
    found = from_names(cookies)
    if found is None:
        raise BadInput("cookies, but no sessionid among them: log in there, then save them again")
    return found


def _decoded(content: bytes) -> str:
    if is_binary(content):
        raise BadInput(f"not text; {EXPECTED}")
    return decoded(content).strip(" \r\n")


def _in_text(text: str) -> list[Cookie] | dict[str, Any]:
    """Return the settings in a text, or the cookies."""
    if not text:
        raise BadInput(f"empty; {EXPECTED}")
    if text.startswith(("{", "[")):
        found = _in_json(text)
    else:
        cookies = from_text(text)
        found = cookies if cookies is not None else from_line(text) or from_request(text)
    if found is None:
        raise BadInput(f"{problem_of_line(text) or 'no session in it'}; {EXPECTED}")
    return found


def _in_json(text: str) -> list[Cookie] | dict[str, Any] | None:
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadInput(f"broken JSON; {EXPECTED}") from None
    if is_settings(parsed):
        return dict(parsed)
    by_names = from_names(parsed) if isinstance(parsed, dict) else None
    return by_names if by_names is not None else from_json(parsed)
