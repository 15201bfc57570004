"""Media as people have them: ids, shortcodes and addresses become ids by arithmetic. Pure."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, unquote

from igcrawl.arguments.targets import (
    INSTAGRAM_HOSTS,
    NotATarget,
    Target,
    bare,
    check_is_something,
    number_as_written,
    split_address,
)

_ID: Final = re.compile(r"[0-9]{1,25}(_[0-9]{1,25})?")
_DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}
_SHORTCODE: Final = re.compile(r"[A-Za-z0-9_-]+")
#: Ids have 64 bits at most.
_LONGEST_CODE: Final = 11
#: Behind the shortcode of a private account's post.
_KEY_LENGTH: Final = 28
_MOST: Final = 1 << 64
#: First parts of a path behind which a shortcode stands.
_BEFORE_CODE: Final = frozenset({"p", "reel", "reels", "tv"})
_ADDRESS: Final = "https://www.instagram.com/p/…/"
_EXPECTED: Final = "expected an id, a shortcode or an address: 3776832898280228145, DRqA2ZrjXIy, instagram.com/p/…"


def read_media(text: str) -> Target:
    """Return the media in a text: an id, with its owner's behind it or without, a shortcode, or an address.

    Raises:
        NotATarget: there is none.
    """
    plain = bare(text)
    if not plain:
        raise NotATarget(f"it is empty; {_EXPECTED}")
    if _ID.fullmatch(plain):
        return Target("media_id", plain)
    if plain.partition("/")[0].lower() not in _BEFORE_CODE:
        check_is_something(plain, "post")
    # Digits with an E between them are a shortcode; a spreadsheet writes 3.78E+18.
    if not _SHORTCODE.fullmatch(plain) and (whole := number_as_written(plain, "the media's id")) is not None:
        return Target("media_id", whole)
    if "/" in plain or plain.lower() in INSTAGRAM_HOSTS:
        return Target("media_id", _id_in_address(plain))
    return Target("media_id", id_of_shortcode(plain))


def own_number(media_id: str) -> str:
    """Return a post's own number: its id without its owner's behind it."""
    return media_id.partition("_")[0]


def id_of_shortcode(code: str) -> str:
    """Return the id that a shortcode stands for: it is the number to base 64.

    Raises:
        NotATarget: it is none.
    """
    if not _SHORTCODE.fullmatch(code):
        raise NotATarget(_EXPECTED)
    own = code[:-_KEY_LENGTH] if len(code) > _KEY_LENGTH else code
    if len(own) > _LONGEST_CODE:
        raise NotATarget(f"is too long for a shortcode, which has {_LONGEST_CODE} characters at most")
    number = 0
    for digit in own:
        number = number * 64 + _VALUES[digit]
    if not 0 < number < _MOST:
        raise NotATarget(f"it stands for no id; {_EXPECTED}")
    return str(number)


def _id_in_address(text: str) -> str:
    parts = split_address(text, _ADDRESS)
    if parts.scheme == "instagram":
        named = parse_qs(parts.query).get("id", [""])[0]
        return named if _ID.fullmatch(named) else _refuse("the address names no post")
    return _id_in_path([unquote(step) for step in parts.path.split("/") if step])


def _id_in_path(steps: list[str]) -> str:
    """Return the id of the post whose path this is: ``p/CODE``, with an account's name before it or without."""
    kinds = [step.lower() for step in steps]
    if kinds[:1] == ["share"]:
        raise NotATarget("a shared link hides its post: scrapy crawl resolve -a url=… tells its address")
    if kinds[:1] == ["stories"] and len(steps) == 3 and kinds[1] != "highlights" and steps[2].isdecimal():
        return steps[2]
    if len(steps) > 2 and kinds[0] not in _BEFORE_CODE:
        kinds, steps = kinds[1:], steps[1:]
    if len(steps) == 2 and kinds[0] in _BEFORE_CODE:
        return id_of_shortcode(steps[1])
    return _refuse("the address of something else than a post or reel")


def _refuse(problem: str) -> str:
    raise NotATarget(f"{problem}; expected {_ADDRESS}")
