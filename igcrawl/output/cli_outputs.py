"""Outputs of `scrapy crawl`: a local JSON lines file of `-O` or `-o` is ours, the others are Scrapy's feeds."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings
from scrapy.utils.conf import feed_process_params_from_cli

from igcrawl.errors import BadInput

#: Settings of a run that writes no record; its feeds are left to who uses them.
WITHOUT_OUTPUTS: Final[Mapping[str, Any]] = {
    "IG_JSONL": "",
    "IG_RAW": "",
    "ITEM_PIPELINES": {},
    "ITEM_PIPELINES_BASE": {},
}
_FORMATS: Final = frozenset({"jsonl", "jsonlines", "jl"})
_LOCAL: Final = frozenset({"", "file"})
#: What our file does not do stays with Scrapy's feed.
_FEED_ONLY: Final = ("FEED_EXPORT_FIELDS", "FEED_EXPORT_BATCH_ITEM_COUNT")


def take_json_lines(settings: BaseSettings, opts: argparse.Namespace) -> dict[str, Any]:
    """Take a local JSON lines file out of the command's outputs, and return the settings that name it instead.

    Args:
        settings: Scrapy's.
        opts: the command's options; `output` and `overwrite_output` lose the file.

    Raises:
        BadInput: there are several.
    """
    # Scrapy has not taken over what -s gives yet.
    given = {name: value for name, _, value in (pair.partition("=") for pair in opts.set or []) if value}
    feeds_only = any(name in given or settings.get(name) for name in _FEED_ONLY)
    found: list[tuple[Path, bool]] = []
    for name, replace in (("overwrite_output", True), ("output", False)):
        kept = []
        for element in getattr(opts, name) or []:
            path = None if feeds_only else _json_lines_of(settings, element)
            if path is None:
                kept.append(element)
            else:
                found.append((path, replace))
        setattr(opts, name, kept or None)
    if not found:
        return {}
    named = given.get("IG_JSONL")
    if named and Path(named).expanduser().absolute() != found[0][0]:
        found.append((Path(named), False))
    if len(found) > 1:
        raise BadInput(f"give one JSON lines file, not {len(found)}; a feed of another format may stand beside it")
    path, replace = found[0]
    return {"IG_JSONL": str(path), "IG_JSONL_REPLACE": replace}


def _json_lines_of(settings: BaseSettings, element: str) -> Path | None:
    try:
        # What the FEEDS setting names comes behind.
        uri, options = next(iter(feed_process_params_from_cli(settings, [element]).items()))
    except UsageError:
        return None
    parts = urlsplit(str(uri))
    if options["format"] not in _FORMATS or parts.scheme not in _LOCAL or "%(" in str(uri):
        return None
    path = Path(unquote(parts.path) if parts.scheme else str(uri)).expanduser().absolute()
    # A device or a pipe has no length to go on from.
    return path if path.is_file() or not path.exists() else None


def whole_feed(feeds: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the first output that is replaced, not appended to, so that it must hold a whole crawl; None without."""
    for uri, options in feeds.items():
        scheme = urlsplit(str(uri)).scheme
        if scheme == "stdout":
            continue
        if options.get("overwrite") or scheme not in _LOCAL:
            return f"output {uri}"
    return None
