"""instaloader's session file: a pickled dict of cookies, read without running any of it."""

from __future__ import annotations

import io
import pickle
import pickletools
from typing import Any, Final, NoReturn

from igcrawl.errors import BadInput

#: How a pickle begins: protocol 2 and later; 0 and 1, where a dict comes first.
_BEGINNINGS: Final = (b"\x80", b"(d", b"}q", b"}(")
#: What a dict of text, and nothing else, is made with.
_HARMLESS: Final = frozenset(
    {
        *("PROTO", "FRAME", "STOP", "MARK", "DICT", "EMPTY_DICT", "SETITEM", "SETITEMS"),
        *("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT", "GET", "BINGET", "LONG_BINGET"),
        *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "STRING", "BINSTRING", "SHORT_BINSTRING", "NONE"),
    }
)
_OTHER: Final = "a pickle that is no dict of cookies, as instaloader's session file is; it was not opened"


class _CookiesOnly(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> NoReturn:
        raise BadInput(_OTHER)

    def persistent_load(self, pid: Any) -> NoReturn:
        raise BadInput(_OTHER)


def is_pickle(content: bytes) -> bool:
    """Return whether a file may be a pickle."""
    return content.startswith(_BEGINNINGS)


def from_pickle(content: bytes) -> dict[str, Any] | None:
    """Return the cookies by their names in a session file of instaloader; None when it is of another kind.

    Args:
        content: the file.

    Raises:
        BadInput: it is a pickle of something else, or is broken.
    """
    if not is_pickle(content):
        return None
    try:
        _check(content)
        cookies = _CookiesOnly(io.BytesIO(content)).load()
    except BadInput:
        raise
    except Exception:
        raise BadInput("a broken pickle: save the session again with instaloader") from None
    if not isinstance(cookies, dict) or not all(isinstance(name, str) for name in cookies):
        raise BadInput(_OTHER)
    return cookies


def _check(content: bytes) -> None:
    """Refuse a pickle that does more than it needs, before any of it is done."""
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name not in _HARMLESS:
            raise BadInput(_OTHER)
        # A place in the unpickler's memo is memory: one far away is all there is.
        if "PUT" in opcode.name and int(argument or 0) > len(content):
            raise BadInput(_OTHER)
