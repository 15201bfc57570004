"""Scrapy's settings that a crawl of ours does not obey, with the reason and what to use: THE table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, default_settings

from igcrawl.errors import BadInput


@dataclass(frozen=True, slots=True)
class NotObeyed:
    """A setting that has no effect on our spiders.

    Args:
        why: it has none, and what to use in its place, in a sentence without its end.
        refused: whether a run to which it is given explicitly is refused; it is warned of otherwise.
        harmless: values that say what is done anyway.
    """

    why: str
    refused: bool = False
    harmless: tuple[Any, ...] = ()


_ONE_AT_A_TIME: Final = NotObeyed(
    "a session asks one call at a time; for more, run the same command with another session", harmless=(1,)
)
_OWN_HEADERS: Final = NotObeyed("a call has the headers of its app or page; others would not match it", refused=True)
_OWN_LOGIN: Final = NotObeyed("the session is the login; IG_SESSION names it", refused=True)
_FROM_ENVIRONMENT: Final = NotObeyed(
    "Scrapy has no such setting; a proxy is given in the environment, as https_proxy and http_proxy", refused=True
)
_EVIDENCE: Final = NotObeyed(
    "igcrawl reads from an answer whether the fault is temporary; RETRY_TIMES says how often a call is repeated"
)
_OWN_DEPTH: Final = NotObeyed("how far a graph is walked is the spider's own argument, -a depth=…")

#: By the setting's name.
NOT_OBEYED: Final[Mapping[str, NotObeyed]] = {
    "USER_AGENT": NotObeyed(
        "the session has its own, user_agent in its file, and with another one it would look stolen", refused=True
    ),
    "DEFAULT_REQUEST_HEADERS": _OWN_HEADERS,
    "HTTPAUTH_USER": _OWN_LOGIN,
    "HTTPAUTH_PASS": _OWN_LOGIN,
    "HTTPAUTH_DOMAIN": _OWN_LOGIN,
    "PROXY": _FROM_ENVIRONMENT,
    "HTTP_PROXY": _FROM_ENVIRONMENT,
    "HTTPS_PROXY": _FROM_ENVIRONMENT,
    "ALL_PROXY": _FROM_ENVIRONMENT,
    "FEED_URI": NotObeyed("Scrapy no longer has it; name outputs with -O, -o or FEEDS", refused=True),
    "FEED_FORMAT": NotObeyed(
        "Scrapy no longer has it; a format is a file's suffix, or -O FILE:FORMAT", harmless=("jsonlines",)
    ),
    "CONCURRENT_REQUESTS": _ONE_AT_A_TIME,
    "CONCURRENT_REQUESTS_PER_DOMAIN": _ONE_AT_A_TIME,
    "CONCURRENT_ITEMS": _ONE_AT_A_TIME,
    "RETRY_HTTP_CODES": _EVIDENCE,
    "RETRY_EXCEPTIONS": _EVIDENCE,
    "HTTPERROR_ALLOW_ALL": NotObeyed("an answer is read whatever its status says"),
    "HTTPERROR_ALLOWED_CODES": NotObeyed("an answer is read whatever its status says"),
    "DEPTH_LIMIT": _OWN_DEPTH,
    "DEPTH_PRIORITY": _OWN_DEPTH,
    "COMPRESSION_ENABLED": NotObeyed("a call takes the encodings that its app or page takes", harmless=(True,)),
    "DOWNLOAD_FAIL_ON_DATALOSS": NotObeyed("an answer that is cut is asked again, never read", harmless=(True,)),
    "CLOSESPIDER_ERRORCOUNT": NotObeyed("an error ends its walk with a verdict; look at the exit code"),
    "LOGSTATS_INTERVAL": NotObeyed("a run reports its progress in the log igcrawl.live, once a minute"),
}


def check_not_obeyed(settings: BaseSettings) -> None:
    """Refuse what was given explicitly, as by ``-s``, and would be taken for obeyed.

    Raises:
        BadInput: there is such a setting.
    """
    for name, given, entry in _given(settings):
        explicit = (settings.getpriority(given) or 0) > SETTINGS_PRIORITIES["spider"]
        if entry.refused and explicit:
            raise BadInput(f"{name} is not obeyed: {entry.why}")


def warning_of(settings: BaseSettings) -> str | None:
    """Return one line about the settings that were given and are not obeyed; None where there are none."""
    reasons: dict[str, list[str]] = {}
    for name, _, entry in _given(settings):
        reasons.setdefault(entry.why, []).append(name)
    if not reasons:
        return None
    return "not obeyed: " + "; ".join(f"{', '.join(names)} ({why})" for why, names in reasons.items())


def _given(settings: BaseSettings) -> Iterator[tuple[str, str, NotObeyed]]:
    """Yield, of the table, what a project or a command gives a value that matters, with the name that it uses."""
    names = {str(name).upper(): name for name in settings}
    for name, entry in NOT_OBEYED.items():
        given = names.get(name)
        if given is None or (settings.getpriority(given) or 0) < SETTINGS_PRIORITIES["project"]:
            continue
        if settings.getpriority(given) == SETTINGS_PRIORITIES["spider"]:
            # A spider's own class says it.
            continue
        value, default = settings[given], getattr(default_settings, name, None)
        value = dict(value) if isinstance(value, Mapping) else value
        known = {str(each) for each in (default, *entry.harmless)}
        if value is not None and str(value) not in known and value not in ("", {}, []):
            yield name, given, entry
