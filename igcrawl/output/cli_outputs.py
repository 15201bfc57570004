"""Outputs of a command and its settings, as feeds: those of `-O` and `-o`, of FEEDS, and of IG_JSONL."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.utils.conf import feed_process_params_from_cli

from igcrawl.errors import BadInput
from igcrawl.output.feed_outputs import shown, without_compression
from igcrawl.output.foreign import JSON_LINES
from igcrawl.paths import expanded, setting_path
from igcrawl.wording import did_you_mean, nearest

#: Settings of a run that writes no record; its feeds are left to who uses them.
WITHOUT_OUTPUTS: Final[Mapping[str, Any]] = {
    "IG_JSONL": "",
    "IG_RAW": "",
    "ITEM_PIPELINES": {},
    "ITEM_PIPELINES_BASE": {},
}
#: Formats of Scrapy's that would write pages, which nobody else can read.
_PAGES_ONLY: Final = ("marshal", "pickle")


def take_outputs(opts: argparse.Namespace) -> list[tuple[str, bool]]:
    """Take the outputs out of a command's options, and return each with whether it replaces what is there.

    Scrapy itself knows no compressed files, and not `-O` beside `-o`.

    Args:
        opts: the command's options; `output` and `overwrite_output` are empty afterwards.
    """
    outputs = [(name, True) for name in opts.overwrite_output or []] + [(name, False) for name in opts.output or []]
    opts.overwrite_output = opts.output = None
    return outputs


def feeds_of(settings: BaseSettings, outputs: Iterable[tuple[str, bool]]) -> dict[str, dict[str, Any]]:
    """Return a command's outputs as feeds.

    Args:
        settings: Scrapy's, with those of the command line; their formats are the ones allowed.
        outputs: as `take_outputs` gives them.

    Raises:
        BadInput: an output's format is not known, or it is named in two ways.
    """
    feeds: dict[str, dict[str, Any]] = {}
    for name, replace in outputs:
        uri, options = _feed_of(settings, name)
        options |= {"overwrite": True} if replace else {}
        if feeds.setdefault(uri, options) != options:
            raise BadInput(f"output {shown(uri)}: it is named twice, in different ways; name another file")
    return feeds


def _feed_of(settings: BaseSettings, element: str) -> tuple[str, dict[str, Any]]:
    name, suffix = without_compression(element)
    # Without FEEDS: what that says of the same address is taken over later.
    given = BaseSettings({name: settings[name] for name in ("FEED_EXPORTERS", "FEED_EXPORTERS_BASE")} | {"FEEDS": {}})
    try:
        [(uri, options)] = feed_process_params_from_cli(given, [name]).items()
    except UsageError:
        known = [name for name, exporter in given.getwithbase("FEED_EXPORTERS").items() if exporter is not None]
        known = [name for name in known if name not in _PAGES_ONLY]
        known = list(dict.fromkeys(known))
        if element == "-":
            raise BadInput("output -: standard output has no suffix that says the format: write -:jsonl") from None
        meant = did_you_mean(nearest(Path(name).suffix.removeprefix("."), known))
        raise BadInput(
            f"output {shown(element)}: its format is not known; {meant}allowed: {', '.join(known)}, each also with .gz "
            "or .zst behind it, as the end of the name or behind a colon"
        ) from None
    return f"{uri}{suffix}", options


def add_feeds(settings: BaseSettings, feeds: Mapping[str, Mapping[str, Any]]) -> None:
    """Add feeds to those of the settings, which win where both name one.

    Args:
        settings: Scrapy's.
        feeds: by their address.
    """
    if feeds:
        settings.set("FEEDS", {**feeds, **settings.getdict("FEEDS")}, priority="cmdline")


def complete_feeds(settings: BaseSettings) -> None:
    """Make IG_JSONL a feed, and name the format of each compressed file that does not say its own."""
    feeds = {str(uri): dict(options) for uri, options in settings.getdict("FEEDS").items()}
    before = {uri: dict(options) for uri, options in feeds.items()}
    for uri, options in feeds.items():
        name, suffix = without_compression(uri)
        if suffix and not options.get("format"):
            options["format"] = Path(name).suffix.removeprefix(".")
    jsonl = setting_path(settings, "IG_JSONL")
    own = str(expanded(jsonl, "IG_JSONL").absolute())
    known = {_place(uri) for uri in feeds}
    if jsonl and own not in known:
        replace = str(settings.get("IG_JSONL_REPLACE")).lower() in {"1", "true", "yes"}
        feeds[own] = {"format": "jsonl", "overwrite": replace}
    if feeds != before:
        settings.set("FEEDS", feeds, priority=max(settings.getpriority("FEEDS") or 0, SETTINGS_PRIORITIES["cmdline"]))


def _place(uri: str) -> str:
    parts = urlsplit(uri)
    return uri if parts.scheme not in {"", "file"} else str(expanded(parts.path, "output").absolute())


def whole_feed(settings: BaseSettings) -> str | None:
    """Return the first output that must hold a whole crawl, which matters where the store keeps no records.

    Standard output is read as it comes. A local JSON lines file is gone on with, and so is a CSV that is appended to.

    Args:
        settings: Scrapy's.
    """
    batches = settings.getint("FEED_EXPORT_BATCH_ITEM_COUNT")
    for uri, options in settings.getdict("FEEDS").items():
        scheme = urlsplit(str(uri)).scheme
        lines = options.get("format") in JSON_LINES
        goes_on = lines or (options.get("format") == "csv" and not options.get("overwrite"))
        plain = not without_compression(str(uri))[1] and not options.get("batch_item_count", batches)
        if scheme != "stdout" and not (scheme in {"", "file"} and goes_on and plain):
            return f"output {shown(str(uri))}"
    return None
