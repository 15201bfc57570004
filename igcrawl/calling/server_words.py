"""The server's own words, numbers and addresses in an answer, and those whose meaning is known.

The lists shorten the way and are never whole: what is on none is decided by evidence (`igcrawl.calling.evidence`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from igcrawl.errors import (
    AnswerError,
    AutomationNoticed,
    ChallengeRequired,
    NotFound,
    PrivateAccount,
    Refused,
    SessionExpired,
    Throttled,
    Transient,
)

#: Words and their meaning; the first that fits counts.
_WORDS: Final[tuple[tuple[str, type[AnswerError]], ...]] = (
    ("challenge_required", ChallengeRequired),
    ("checkpoint_required", ChallengeRequired),
    ("checkpoint_challenge_required", ChallengeRequired),
    ("checkpoint_logged_out", ChallengeRequired),
    ("consent_required", ChallengeRequired),
    ("escalation_informational", ChallengeRequired),
    ("account_suspended", ChallengeRequired),
    ("account has been disabled", ChallengeRequired),
    ("inactive user", ChallengeRequired),
    ("feedback_required", AutomationNoticed),
    ("sentry_block", AutomationNoticed),
    ("login_required", SessionExpired),
    ("logged_out", SessionExpired),
    ("rate_limit_error", Throttled),
    ("rate limit", Throttled),
    ("please wait a few minutes", Throttled),
    ("too many requests", Throttled),
    ("not authorized to view user", PrivateAccount),
    ("this account is private", PrivateAccount),
    ("not eligible for chaining", Refused),
    ("geoblock_required", Refused),
    ("geo_block", Refused),
    ("error generating user info response", NotFound),
    ("unable to fetch followers", NotFound),
    ("user not found", NotFound),
    ("user_not_found", NotFound),
    ("media not found", NotFound),
    ("media_not_found", NotFound),
    ("media is unavailable", NotFound),
    ("media has been deleted", NotFound),
    ("photo has been deleted", NotFound),
    ("video has been deleted", NotFound),
    ("post has been deleted", NotFound),
    ("something went wrong", Transient),
    ("try again later", Throttled),
)
#: Numbered errors. 1357004 is "something went wrong", 1357001 "please log in", 1675004 a rate limit.
_NUMBERS: Final[Mapping[int, type[AnswerError]]] = {
    1357001: SessionExpired,
    1357004: Transient,
    1675004: Throttled,
}
#: Where a redirect leads: whole steps of its path, since accounts are named as they like.
_PATHS: Final[tuple[tuple[str, type[AnswerError]], ...]] = (
    ("/accounts/login/", SessionExpired),
    ("/challenge/", ChallengeRequired),
    ("/suspended/", ChallengeRequired),
    ("/checkpoint/", ChallengeRequired),
    ("/consent/", ChallengeRequired),
)
#: Signs in the HTML of a page that came in place of JSON. Scripts of any page name those of all others.
_SHOWN: Final[tuple[tuple[bytes, type[AnswerError]], ...]] = (
    (b"/challenge/", ChallengeRequired),
    (b"/accounts/suspended/", ChallengeRequired),
    (b"/consent/", ChallengeRequired),
    (b'"loginandsignuppage":', SessionExpired),
)
#: A form that takes a password, in any language, or is called so.
_LOGIN_FORM: Final = re.compile(
    rb"""<input\b[^<>]*\btype\s*=\s*["']?password\b|<form\b[^<>]*\bid\s*=\s*["']?loginform\b"""
)
#: A link to the login, which pages of errors have, too.
_LOGIN_LINK: Final = re.compile(rb"<[a-z][^<>]*/accounts/login")
#: What of a page nobody sees, and its tags.
_UNSEEN: Final = re.compile(
    rb"<(script|style|head)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE
)
_LONGEST_BODY: Final = 1 << 16
#: A page that shows more text than this tells of more than an error.
_LONGEST_PAGE: Final = 1_000
#: What is said of the account or the device rather than of what was asked for. It counts only where the canary fails.
_ABOUT_ACCOUNT: Final = (
    "useragent mismatch",
    "user agent",
    "user-agent",
    "your account",
    "this account",
    "your device",
    "suspicious",
    "unusual",
    "automated",
    "verify",
    "identity",
    "log in",
    "logged out",
    "password",
)
#: Keys that say what is wrong, in any answer.
_TELLING: Final = (
    "message",
    "error_message",
    "error_type",
    "error_title",
    "errorSummary",
    "errorDescription",
    "error_description",
    "feedback_title",
    "feedback_message",
)
#: Keys that do so in an error, or in an answer that is no page.
_TELLING_OF_ERRORS: Final = (*_TELLING, "summary", "description", "reason", "detail", "title")
_NUMBERING: Final = ("code", "error_code", "api_error_code", "error", "error_subcode")
_HOLDING: Final = ("error", "errors")
#: Keys of the address that a page of JSON sends its reader to.
_LEADING: Final = ("redirect", "redirect_url", "redirect_uri", "redirectUrl", "location")
_LONGEST_QUOTE: Final = 120
#: Words that mean something come early; a text as large as an answer is copied no further.
_LONGEST_TEXT: Final = 2_000
_DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class Said:
    """The words of an answer about itself.

    Args:
        text: its words, joined; "" without any.
        numbers: of its errors.
        wants_login: whether it says so by a flag.
        asks_challenge: whether it has the address of a challenge.
        leads_to: where it sends its reader, "" for nowhere.
    """

    text: str = ""
    numbers: tuple[int, ...] = ()
    wants_login: bool = False
    asks_challenge: bool = False
    leads_to: str = ""

    @property
    def is_about_account(self) -> bool:
        """True if it speaks of the account or the device."""
        lowered = self.text.lower()
        return any(words in lowered for words in _ABOUT_ACCOUNT)

    @property
    def quote(self) -> str:
        """Its words and numbers in one short line, for the operator; "" without any."""
        line = " ".join(self.text.split())
        if len(line) > _LONGEST_QUOTE:
            line = line[:_LONGEST_QUOTE] + "…"
        told = [repr(line)] if line else []
        return ", ".join([*told, *(f"error {number}" for number in self.numbers)])

    @property
    def meaning(self) -> type[AnswerError] | None:
        """The error that its words or numbers are known to be; None for what is on no list."""
        lowered = self.text.lower()
        for words, kind in _WORDS:
            if words in lowered:
                return kind
        for number in self.numbers:
            if number in _NUMBERS:
                return _NUMBERS[number]
        return ChallengeRequired if self.asks_challenge else None


def read_said(envelope: Mapping[str, Any], *, failed: bool) -> Said:
    """Gather what an answer says of itself; never anything from its data.

    Args:
        envelope: the answer.
        failed: whether its status or its flags say that it is no page. Then any of its texts may say why.
    """
    texts: list[str] = []
    numbers: list[int] = []
    telling = _TELLING_OF_ERRORS if failed else _TELLING
    _gather({key: envelope[key] for key in envelope if key in telling or key in _HOLDING}, texts, numbers, 0)
    if failed:
        texts += [value for value in _all_texts(envelope, 0) if value == "login_required"]
        texts += ["login_required"] if envelope.get("login_required") is True else []
    leads_to = next((str(envelope[key]) for key in _LEADING if _is_address(envelope.get(key))), "")
    challenge = bool(envelope.get("challenge") or envelope.get("checkpoint_url"))
    return Said(
        text="; ".join(dict.fromkeys(text for text in texts if text)),
        numbers=tuple(dict.fromkeys(numbers)),
        wants_login=envelope.get("require_login") is True,
        asks_challenge=challenge,
        leads_to=leads_to,
    )


def _gather(value: Any, texts: list[str], numbers: list[int], depth: int) -> None:
    """Gather texts and numbers of errors, whether these are texts, numbers, lists or objects."""
    if isinstance(value, str):
        if value.isdecimal():
            numbers.append(int(value[:18]))
        else:
            texts.append(value[:_LONGEST_TEXT])
    elif isinstance(value, int) and not isinstance(value, bool):
        numbers.append(value)
    elif isinstance(value, list) and depth < _DEEPEST:
        for each in value:
            _gather(each, texts, numbers, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, each in value.items():
            if key in _TELLING_OF_ERRORS or key in _NUMBERING or key in _HOLDING:
                _gather(each, texts, numbers, depth + 1)


def _all_texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, each in value.items():
            if key != "data":
                yield from _all_texts(each, depth + 1)


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("/", "http://", "https://"))


def meaning_of_path(location: str) -> type[AnswerError] | None:
    """Return the error that a redirect to this address is known to be; None for one that is on no list."""
    path = f"{_parts(location).path}/"
    return next((kind for part, kind in _PATHS if part in path), None)


def meaning_of_page(html: bytes) -> tuple[type[AnswerError], str] | None:
    """Return the error that a page of HTML is known to be, and its sign; None for one that shows none."""
    lowered = html.lower()
    shown = next(((kind, sign.decode()) for sign, kind in _SHOWN if sign in lowered), None)
    if shown is None and _LOGIN_FORM.search(lowered):
        return SessionExpired, "a form to log in"
    return shown


def links_to_login(html: bytes) -> bool:
    """Return whether a page of HTML has a link to the login."""
    return _LOGIN_LINK.search(html.lower()) is not None


def read_text(body: bytes) -> Said:
    """Gather what an answer says that is no JSON: a short text, or what a short page shows."""
    body = body[:_LONGEST_BODY]
    shown = _UNSEEN.sub(b" ", body) if body.startswith(b"<") else body
    text = " ".join(unescape(shown.decode("utf-8", "replace")).split())
    return Said(text if len(text) <= _LONGEST_PAGE else "")


def place_of(location: str) -> str:
    """Return an address without its query, which may repeat a part of the session."""
    return _parts(location)._replace(query="", fragment="").geturl()


def _parts(location: str) -> SplitResult:
    """Return the parts of an address; of one that is none, its text up to a query as a path."""
    try:
        return urlsplit(location)
    except ValueError:
        return SplitResult("", "", re.split("[?#]", location)[0], "", "")
