"""Kinds of values that the operator gives: what they may look like, and the form in which calls hold them."""

from __future__ import annotations

import json
import math
import re
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import orjson
from pydantic import AfterValidator, BeforeValidator, Field

from igcrawl.arguments.media_targets import own_number, read_media
from igcrawl.arguments.targets import read_user_id, read_username

_LONGEST_QUERY: Final = 300
_LONGEST_URL: Final = 2000


#: A name of labels, or an address.
_HOST = re.compile(r"[^\s.:/?#\[\]@]+(\.[^\s.:/?#\[\]@]+)*\.?|[0-9a-f:]+")


def split(value: Any) -> Any:
    """Accept ``a,b`` as the command line gives it."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    """Accept an id that JSON gives as a number; in calls ids are text."""
    return str(value) if type(value) is int else value


def _id_of(value: Any) -> Any:
    """Accept an id that JSON gives as a number, and one as people have it; in calls ids are text."""
    return read_user_id(str(value)) if isinstance(value, str) or type(value) is int else value


def _name_of(value: Any) -> Any:
    return read_username(value) if isinstance(value, str) else value


def _media_of(value: Any) -> Any:
    """Accept a media's id that JSON gives as a number, its shortcode, and its address."""
    return read_media(str(value)).value if isinstance(value, str) or type(value) is int else value


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _some(value: Any) -> Any:
    """Refuse what is empty, in words that fit texts and lists."""
    if value in ("", []):
        raise ValueError("is empty")
    return value


def _each_once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _parsed(value: Any) -> Any:
    """Accept an object as JSON text. The standard library keeps whole numbers of any size."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise ValueError("expected a JSON object") from None


def _sendable(value: dict[str, Any]) -> dict[str, Any]:
    try:
        orjson.dumps(value)
    except TypeError as error:
        raise ValueError(f"cannot be sent as JSON: {error}") from None
    if not _finite(value):
        raise ValueError("JSON has no NaN and no infinity")
    return value


def _finite(value: Any) -> bool:
    if isinstance(value, dict | list):
        return all(map(_finite, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)


def _web_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and parts.port != 0 and bool(_HOST.fullmatch(parts.hostname or ""))
    except ValueError:
        usable = False
    if not usable or any(character.isspace() or not character.isprintable() for character in value):
        raise ValueError("expected an http or https URL")
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected a URL without a name or password in it")
    return value


UserId = Annotated[str, BeforeValidator(_id_of)]
Username = Annotated[str, BeforeValidator(_name_of)]
#: Ids of tracks and categories: a category may be 0.
Number = Annotated[str, BeforeValidator(_as_text), Field(pattern=r"^[0-9]{1,25}$")]
#: A media's id, with its owner's behind it or without.
MediaId = Annotated[str, BeforeValidator(_media_of)]
#: The same, but what is asked for takes the media's own number only.
MediaPk = Annotated[MediaId, AfterValidator(own_number)]
MediaIds = Annotated[list[MediaId], BeforeValidator(split), AfterValidator(_some), AfterValidator(_each_once)]
Usernames = Annotated[list[Username], BeforeValidator(split), AfterValidator(_some), AfterValidator(_each_once)]
UserIds = Annotated[list[UserId], BeforeValidator(split), AfterValidator(_some), AfterValidator(_each_once)]
Words = Annotated[str, BeforeValidator(_stripped), Field(max_length=_LONGEST_QUERY), AfterValidator(_some)]
Url = Annotated[str, BeforeValidator(_stripped), Field(max_length=_LONGEST_URL), AfterValidator(_web_url)]
#: One step of a path of the server, e.g. ``clips_serp_page``.
Slug = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
#: A name that is sent as a header.
QueryName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,120}$")]
DocIdText = Annotated[str, BeforeValidator(_as_text), Field(pattern=r"^[0-9]{5,40}$")]
Variables = Annotated[dict[str, Any], BeforeValidator(_parsed), AfterValidator(_sendable)]
DottedPath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_$]+(\.[A-Za-z0-9_$]+)*$")]
Token = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,300}$")]
