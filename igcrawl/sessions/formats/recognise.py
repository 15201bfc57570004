"""Recognition of session formats."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from igcrawl.errors import BadInput
from igcrawl.sessions.device import complete
from igcrawl.sessions.formats.bare import from_line
from igcrawl.sessions.formats.browser_json import from_list
from igcrawl.sessions.formats.instaloader import from_pickle
from igcrawl.sessions.formats.netscape import from_text
from igcrawl.sessions.formats.settings_json import from_object

#: A session is some 5 KB, all cookies of a browser 1 MB.
LARGEST: Final = 8 << 20
EXPECTED: Final = (
    "expected settings of aiograpi or instagrapi (JSON), a session file of instaloader, a cookies.txt, "
    "the JSON of a cookie extension, or a sessionid"
)
_USERNAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.]{0,29}")


@dataclass(frozen=True, slots=True)
class Found:
    """A session that was recognised.

    Args:
        settings: of a `Session`, as they were found; `complete` fills in what they lack.
        username: the account's name where the file or its name tells it, None otherwise.
    """

    settings: dict[str, Any] = field(repr=False)
    username: str | None = None


def recognise(content: bytes, where: str, now: float, file_name: str = "") -> Found:
    """Return the session in a file or another program's output.

    Args:
        content: the file.
        where: where it comes from, for messages.
        now: seconds since 1970.
        file_name: without folders; instaloader's tells the account's name.

    Raises:
        BadInput: it is in no known format, or holds no session that can be used. No part of it is in the text.
    """
    if len(content) > LARGEST:
        raise BadInput(f"{where}: larger than {LARGEST >> 20} MB; {EXPECTED}")
    try:
        settings = from_pickle(content, now)
        told = re.match(r"session-(.+)", file_name) if settings is not None else None
        username = told[1] if told else None
        settings = settings if settings is not None else _from_text(_decoded(content), now)
    except BadInput as error:
        raise BadInput(f"{where}: {error}") from None
    username = username or settings.get("username")
    if not (isinstance(username, str) and _USERNAME.fullmatch(username)):
        username = None
    complete(settings, where)
    return Found(settings, username)


def _decoded(content: bytes) -> str:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadInput(f"not text; {EXPECTED}") from None


def _from_text(text: str, now: float) -> dict[str, Any]:
    settings: dict[str, Any] | None = None
    if text.startswith(("{", "[")):
        try:
            parsed = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise BadInput(f"broken JSON; {EXPECTED}") from None
        settings = from_object(parsed, now) if isinstance(parsed, dict) else None
        settings = settings if settings is not None else from_list(parsed, now)
    elif text:
        settings = from_text(text, now)
        settings = settings if settings is not None else from_line(text, now)
    if settings is None:
        raise BadInput(f"{'no session in it' if text else 'empty'}; {EXPECTED}")
    return settings
