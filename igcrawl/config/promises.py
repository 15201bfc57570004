"""Scrapy's settings on which a promise of igcrawl rests: what they must be, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from igcrawl.config.setting_values import read_truth
from igcrawl.errors import BadInput

#: Switches: their value, and the reason.
SWITCHES: Final[Mapping[str, tuple[bool, str]]] = {
    "DOWNLOAD_VERIFY_CERTIFICATES": (True, "a session is sent over verified TLS only"),
    "REDIRECT_ENABLED": (False, "a redirect says that the server wants a login or a human"),
    "METAREFRESH_ENABLED": (False, "a page in place of JSON says that the server wants a login or a human"),
    "RETRY_ENABLED": (True, "it also reads the answers; RETRY_TIMES=0 asks each call once"),
    "HTTPCACHE_ENABLED": (False, "a cached error would stand for the server's; IG_RAW keeps answers"),
    "COOKIES_ENABLED": (False, "the session brings its own"),
    "ROBOTSTXT_OBEY": (False, "a request for robots.txt would bypass the session and its budget"),
    "TELNETCONSOLE_ENABLED": (False, "a console would show the session to whoever reaches its port"),
    "REMOTE_CONTROL_ENABLED": (False, "it would open a way into a process that holds a session"),
}
#: A request is known by its call, whatever doc_id and session it is sent with.
FINGERPRINTER: Final = "igcrawl.calling.scrapy_request.CallFingerprinter"
#: The formats of feeds, each of records: Scrapy's own would write pages, which nobody else can read.
EXPORTERS: Final[Mapping[str, str]] = {
    "jsonlines": "igcrawl.output.exporters.JsonLinesExporter",
    "jsonl": "igcrawl.output.exporters.JsonLinesExporter",
    "jl": "igcrawl.output.exporters.JsonLinesExporter",
    "json": "igcrawl.output.exporters.JsonExporter",
    "csv": "igcrawl.output.exporters.CsvExporter",
    "xml": "igcrawl.output.exporters.XmlExporter",
    "marshal": "igcrawl.output.exporters.MarshalExporter",
    "pickle": "igcrawl.output.exporters.PickleExporter",
}
_SPIDER: Final = SETTINGS_PRIORITIES["spider"]


def hold_promises(settings: BaseSettings) -> None:
    """Set what promises rest on, at the priority of a spider's own settings; what was given explicitly stays.

    Formats of the operator's own are kept beside ours.
    """
    for name, (value, _) in SWITCHES.items():
        settings.set(name, value, priority="spider")
    settings.set("REQUEST_FINGERPRINTER_CLASS", FINGERPRINTER, priority="spider")
    priority = max(settings.getpriority("FEED_EXPORTERS") or 0, _SPIDER)
    settings.set("FEED_EXPORTERS", {**settings.getdict("FEED_EXPORTERS"), **EXPORTERS}, priority=priority)


def check_given(settings: BaseSettings) -> None:
    """Check what was given explicitly, as by ``-s``: it wins over `hold_promises`.

    Raises:
        BadInput: a setting goes against a promise.
    """
    for name, (value, why) in SWITCHES.items():
        if _is_explicit(settings, name) and read_truth(settings, name) is not value:
            raise BadInput(f"{name} must stay {value}: {why}")
    name = "REQUEST_FINGERPRINTER_CLASS"
    if _is_explicit(settings, name) and settings[name] != FINGERPRINTER:
        raise BadInput(f"{name} must stay {FINGERPRINTER}: a request is known by its call")
    if _is_explicit(settings, "FEED_EXPORTERS"):
        _check_exporters(settings.getdict("FEED_EXPORTERS"))


def _check_exporters(given: Mapping[str, Any]) -> None:
    for name, exporter in given.items():
        if name in EXPORTERS and exporter != EXPORTERS[name]:
            raise BadInput(f"FEED_EXPORTERS: {name} must stay {EXPORTERS[name]}; give yours a name of its own")


def _is_explicit(settings: BaseSettings, name: str) -> bool:
    return (settings.getpriority(name) or 0) > _SPIDER
