"""New doc_ids out of a file or a browser: printed, and written to the operator's own file when told to."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from scrapy.settings import Settings

from igcrawl.capture import Capture, SeenQuery, State, compare, read_capture, write_own
from igcrawl.cli.changes_table import print_changes
from igcrawl.cli.docids_retry import ask_again
from igcrawl.config.config import Config
from igcrawl.doc_ids import DocIds, own_path
from igcrawl.errors import BadInput
from igcrawl.paths import setting_path
from igcrawl.printable import say
from igcrawl.sessions.trusted_hosts import is_loopback
from igcrawl.verdict import ExitCode
from igcrawl.wording import counted

_USERNAME: Final = re.compile(r"[A-Za-z0-9._]{1,30}")


def import_file(settings: Settings, config: Config, path: Path, *, write: bool) -> ExitCode:
    """Take doc_ids out of a capture's file.

    Args:
        settings: the command's.
        config: what they say.
        path: of the file.
        write: whether new and changed ids are written.

    Returns:
        The exit code: `INCOMPLETE` when the file holds none.

    Raises:
        BadInput: the file, the store or the operator's own file cannot be used.
        StoreError: the store failed.
    """
    # What is set for a run by -s says nothing of what the file should hold.
    registry = DocIds(own=config.own_queries)
    names = {each.id: query.name for query in registry.queries.values() for each in query.ids}
    capture = read_capture(path, names, _local_hosts(config))
    if not capture.seen_queries:
        say(f"igcrawl: {_nothing_in(path, capture)}")
        return ExitCode.INCOMPLETE
    if capture.unnamed:
        say(f"{counted(len(capture.unnamed), 'further id')} came without a name, left alone")
    _take(settings, config, capture.seen_queries, registry, f"import of {path.name}", write=write)
    return ExitCode.OK


def capture_pages(settings: Settings, config: Config, opts: argparse.Namespace) -> ExitCode:
    """Take doc_ids out of the pages that a browser visits.

    Args:
        settings: the command's.
        config: what they say.
        opts: `username` whose pages, `browser` and `cdp` for which Chromium, `all` to show every query, `write`.

    Returns:
        The exit code of the capture's run.

    Raises:
        BadInput: an option, the session or a file cannot be used.
        StoreError: the store failed.
    """
    # Playwright takes 0.3 s to import, which the other actions need not wait for.
    from igcrawl.capture.browser_run import capture  # noqa: PLC0415
    from igcrawl.capture.chromium import find_chromium  # noqa: PLC0415

    if not _USERNAME.fullmatch(opts.username):
        raise BadInput(f"--username: {opts.username!r} is no username")
    captured = capture(settings, find_chromium(opts.browser, opts.cdp), opts.username)
    registry = DocIds(own=config.own_queries)
    # A website's scripts hold a thousand queries that no operation asks.
    shown = [each for each in captured.seen_queries if opts.all or each.name in registry.queries]
    if shown:
        _take(settings, config, shown, registry, "capture", write=opts.write)
    others = {each.name for each in captured.seen_queries} - {each.name for each in shown}
    if others:
        say(f"{counted(len(others), 'further query')} that no operation asks: --all shows them")
    say(f"igcrawl: {captured.summary}", file=sys.stderr)
    return captured.exit_code


def _take(
    settings: Settings, config: Config, seen: list[SeenQuery], registry: DocIds, source: str, *, write: bool
) -> None:
    """Print what is new, and write it if the operator said so."""
    changes = compare(seen, registry)
    print_changes(changes)
    fresh = sum(change.state in {State.NEW, State.CHANGED} for change in changes)
    own = own_path(setting_path(settings, "IG_DOC_IDS"))
    if write:
        _try_again(config.store, [change.new for change in changes if change.state is not State.ELSEWHERE])
    if not fresh:
        say("nothing to write")
    elif write:
        say(f"{own}: {counted(write_own(changes, own, source), 'id')} written")
    else:
        say(f"nothing is written yet: add --write to put {counted(fresh, 'id')} into {own}")


def _try_again(store_url: str, seen: list[str]) -> None:
    """Let ids be asked by that somebody has just asked by, whatever the store says."""
    again = asyncio.run(ask_again(store_url, seen))
    if again:
        say(f"tried again from now on, since they are in use: {', '.join(again)}")


def _local_hosts(config: Config) -> frozenset[str]:
    """Return the hosts on this machine that the settings name in place of Instagram's."""
    local: list[Any] = [urlsplit(url).hostname for url in config.base_urls.values() if is_loopback(url)]
    return frozenset(local)


def _nothing_in(path: Path, capture: Capture) -> str:
    found = f"{path}: {counted(capture.requests, 'request')}, and no GraphQL call to Instagram with a query's name"
    if capture.unnamed:
        return f"{found}; {counted(len(capture.unnamed), 'call', ('has', 'have'))} an id only"
    return f"{found}: capture while the app or the page loads a profile and its followers, and keep request bodies"
