"""Contact data of people: e-mail addresses and phone numbers, which no record keeps.

In text an e-mail address becomes ``[e-mail]``, and a phone number that can be nothing else becomes ``[phone]``: one in
the international form, or one in a link that calls or messages it. In JSON an entry whose key names an e-mail address
or a phone number is left out; a flag among them stays, since it says only that there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Final

import orjson

from igcrawl.items.record import texts_of

E_MAIL: Final = "[e-mail]"
PHONE: Final = "[phone]"

#: Of an address. Words of other scripts may stand right before one, without a space.
_LETTER: Final = "a-z0-9\u00c0-\u024f"
_LOCAL: Final = rf"(?:[{_LETTER}_]|%2B)(?:[{_LETTER}._+-]|%2B){{0,63}}+"
#: Also as URLs and JSON inside a text write it.
_AT: Final = r"(?:[@\uff20\ufe6b]|%(?:25)*40|\\+u0040)"
#: But for pictures of screens with a higher density, which are named `logo@2x.png`.
_DOMAIN: Final = r"(?![1-9]x\.(?:png|jpe?g|gif|webp|svg|heic)\b)(?:[\w-]{1,63}\.){1,8}(?:xn--[a-z0-9-]+|[a-z]{2,})"
_ESCAPE: Final = r"(?<=%[0-9a-f]{2})"
_ADDRESS: Final = (
    # `@me@host.example` is a name of the Fediverse.
    rf"(?P<name>@[\w.-]+@{_DOMAIN})"
    rf"|(?:mailto(?::|%(?:25)*3A))?(?:(?<![{_LETTER}])|{_ESCAPE})(?!(?<=%)[0-9a-f]{{2}}){_LOCAL}{_AT}{_DOMAIN}"
)

_PLUS: Final = r"(?:[+\uff0b]|%(?:25)*2B)"
_SLASH: Final = r"(?:/|%(?:25)*2F)"
_COLON: Final = r"(?::|%(?:25)*3A)"
_GAP: Final = r"(?:[ \u00a0\u2007\u2009\u202f()./\u2010-\u2015-]|%20){0,3}"
#: With the code of its country, which never begins with 0.
_INTERNATIONAL: Final = rf"{_GAP}(?!0)\d(?:{_GAP}\d){{7,14}}(?!\d)"
_NUMBER: Final = (
    rf"(?:(?<![a-z])|{_ESCAPE})(?:tel|smsto|sms|callto){_COLON}{_SLASH}{{0,2}}{_PLUS}?{_GAP}\d(?:{_GAP}\d){{4,16}}(?!\d)"
    rf"|(?:https?{_COLON}{_SLASH}{{2}}|(?<![a-z0-9_.-]))(?:www\.)?wa\.me{_SLASH}{_PLUS}?\d{{6,15}}(?!\d)"
    rf"|(?:(?<![a-z])|{_ESCAPE})phone(?:_number)?(?:=|%(?:25)*3D)(?:{_PLUS}|%20)?\d{{6,15}}(?!\d)"
    # Neither the zone behind a time, nor the plus between words of a URL or inside a cursor.
    rf"|(?:(?<![{_LETTER}_+\uff0b])|(?<=%(?:3A|2F|3D|20)))(?<!:\d\d ){_PLUS}{_INTERNATIONAL}"
    rf"|(?<![{_LETTER}_=&?/+%-])(?P<word>[a-z\u00c0-\u024f]{{1,12}})(?!{_PLUS}\d{{8,15}}[a-z/=]){_PLUS}{_INTERNATIONAL}"
)
#: Text without any of these holds neither; nor does text with one that has none of its marks, in small letters.
_SIGNS: Final[Mapping[str, tuple[str, ...]]] = {
    # They are marks themselves: what is empty is in every text.
    **dict.fromkeys(("@", "+", "\uff20", "\ufe6b", "\uff0b"), ("",)),
    "\\": ("u0040",),
    ":": ("tel:", "sms", "callto"),
    "/": ("wa.me",),
    "=": ("phone",),
    "%": ("%40", "2540", "%2b", "252b", "tel%", "sms", "callto", "wa.me", "phone"),
}
_KEY: Final = re.compile(
    r"e[-_ ]?mail|whats[-_ ]?app|msisdn"
    # No microphone, megaphone or iPhone.
    r"|(?<!micro)(?<!mega)(?<!head)(?<!ear)(?<!i)(?<!smart)phone"
    r"|(?:mobile|cell|cellular|contact|fax|tel|sms|calling)[-_ ]?(?:number|num|no)(?![a-z])"
)


def drop_contacts(records: Sequence[Any], texts: tuple[str, ...], nested: tuple[str, ...]) -> None:
    """Take contact data out of records, in place.

    Args:
        records: all of one kind.
        texts: their fields in which people write text.
        nested: their fields that hold lists or JSON.
    """
    if any(may_hold_contacts(_held(records, name)) for name in texts):
        for record in records:
            for name in texts:
                text = getattr(record, name)
                if isinstance(text, str) and (cleared := without_contacts(text)) != text:
                    setattr(record, name, cleared)
    for name in nested:
        for record in records:
            value = getattr(record, name)
            if value is not None and (cleared := without_contacts(value)) is not value:
                setattr(record, name, cleared)


def _held(records: Sequence[Any], name: str) -> str:
    held = texts_of(records, name)
    if held is not None:
        return held
    return "\n".join(value for value in map(attrgetter(name), records) if isinstance(value, str))


def without_contacts(value: Any) -> Any:
    """Return a value of JSON without contact data; objects and lists are changed in place."""
    if isinstance(value, str):
        return _cleared(value) if may_hold_contacts(value) else value
    nodes = [value]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            for key in [key for key, entry in node.items() if not isinstance(entry, bool) and _is_contact(key)]:
                del node[key]
            places: Iterable[tuple[Any, Any]] = node.items()
        elif isinstance(node, list):
            places = enumerate(node)
        else:
            continue
        for place, entry in places:
            if isinstance(entry, str):
                if may_hold_contacts(entry):
                    # The key is there already, so that the size stays.
                    node[place] = _cleared(entry)
            elif isinstance(entry, dict | list):
                nodes.append(entry)
    return value


def may_hold_contacts(text: str) -> bool:
    """Return whether a text has any of the signs without which it holds no contact data."""
    small = None
    for sign, marks in _SIGNS.items():
        if sign in text:
            small = small or text.lower()
            if any(mark in small for mark in marks):
                return True
    return False


@lru_cache(4096)
def names_contact(key: str) -> bool:
    """Return whether a key of JSON names an e-mail address or a phone number: ``public_email``, ``contactPhone``."""
    return _KEY.search(key.lower()) is not None


def _is_contact(key: str) -> bool:
    return names_contact(key) or (may_hold_contacts(key) and _cleared(key) != key)


def _cleared(text: str) -> str:
    if text.lstrip()[:1] in {"{", "["}:
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
        else:
            before = orjson.dumps(value)
            after = orjson.dumps(without_contacts(value))
            return text if after == before else after.decode()
    return _compiled(_NUMBER).sub(_phone, _compiled(_ADDRESS).sub(_e_mail, text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # They are long, and most crawls meet no text that needs them.
    return re.compile(pattern, re.IGNORECASE)


def _e_mail(found: re.Match[str]) -> str:
    return found["name"] or E_MAIL


def _phone(found: re.Match[str]) -> str:
    return f"{found['word'] or ''}{PHONE}"
