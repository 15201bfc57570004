"""`scrapy docids`: the registered queries and their ids; new ids out of captures."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from scrapy.commands import ScrapyCommand

from igcrawl.capture import Capture, SeenQuery, State, compare, read_capture, write_own
from igcrawl.cli.command_config import config_of
from igcrawl.cli.tables import print_changes, print_columns
from igcrawl.commands.crawl import refuse
from igcrawl.config.config import Config
from igcrawl.doc_ids import DocId, DocIds, is_doc_id, own_path
from igcrawl.errors import BadInput, StoreError
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.printable import say
from igcrawl.sessions.trusted_hosts import is_loopback
from igcrawl.store import DocIdRow, opened
from igcrawl.verdict import ExitCode

_USERNAME: Final = re.compile(r"[A-Za-z0-9._]{1,30}")
_COLUMNS: Final = ("query", "operation", "surface", "id", "origin", "seen", "source", "state")
#: What is said of an id of which the store knows nothing.
UNTRIED: Final = "untried"
_NOTHING: Final = DocIdRow()


class Command(ScrapyCommand):
    """List the doc_ids, or take new ones from a capture."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return (
            "list [--all] | retry QUERY_OR_ID | import FILE [--write] | "
            "capture [--write] [--all] [--browser PATH] [--cdp URL] [--username NAME]"
        )

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return (
            "List the registered queries and their doc_ids, retry a stale one; import takes new ones from a file, "
            "capture from a browser"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what the subcommands take."""
        super().add_options(parser)
        parser.add_argument("--all", action="store_true", help="list: every known id; capture: every query found")
        parser.add_argument("--write", action="store_true", help="write new and changed ids to doc_ids.toml")
        parser.add_argument("--browser", metavar="PATH", help="capture: the Chromium to start (default: Debian's)")
        parser.add_argument("--cdp", metavar="URL", help="capture: a Chromium that runs already, http://127.0.0.1:9222")
        parser.add_argument(
            "--username", default="instagram", help="capture: whose pages to visit (default: instagram)"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """List or import."""
        assert self.settings is not None
        try:
            config = config_of(self.settings)
            match args:
                case ["list"] if not opts.write:
                    known = asyncio.run(_known(config.store))
                    print_columns([_COLUMNS, *rows(DocIds(config.doc_ids, config.own_queries), known, every=opts.all)])
                case ["retry", wanted] if not opts.all and not opts.write:
                    say(asyncio.run(_retry(config, wanted)))
                case ["import", name] if not opts.all:
                    self._import(Path(name), config, write=opts.write)
                case ["capture"]:
                    self._capture(config, opts)
                case _:
                    refuse(
                        "scrapy docids takes list [--all], retry QUERY_OR_ID, import FILE [--write], "
                        "or capture [--write] [--all]"
                    )
        except BadInput as error:
            refuse(str(error))
        except StoreError as error:
            refuse(str(error), ExitCode.INCOMPLETE)

    def _import(self, path: Path, config: Config, *, write: bool) -> None:
        assert self.settings is not None
        # What is set for a run by -s says nothing of what the file should hold.
        registry = DocIds(own=config.own_queries)
        names = {each.id: query.name for query in registry.queries.values() for each in query.ids}
        capture = read_capture(path, names, _stand_ins(config))
        if not capture.seen_queries:
            say(f"igcrawl: {_nothing_in(path, capture)}")
            self.exitcode = ExitCode.INCOMPLETE
            return
        if capture.unnamed:
            say(f"{len(capture.unnamed)} further ids came without a name and are left alone")
        self._show(capture.seen_queries, registry, f"import of {path.name}", write=write)

    def _capture(self, config: Config, opts: argparse.Namespace) -> None:
        # Playwright takes 0.3 s to import, and Scrapy imports every command for each.
        from igcrawl.capture.browser_run import capture  # noqa: PLC0415
        from igcrawl.capture.chromium import find_chromium  # noqa: PLC0415

        assert self.settings is not None
        if not _USERNAME.fullmatch(opts.username):
            raise BadInput(f"--username: {opts.username!r} is no username")
        captured = capture(self.settings, find_chromium(opts.browser, opts.cdp), opts.username)
        registry = DocIds(own=config.own_queries)
        # A website's scripts hold a thousand queries that no operation asks.
        shown = [each for each in captured.seen_queries if opts.all or each.name in registry.queries]
        if shown:
            self._show(shown, registry, "capture", write=opts.write)
        others = {each.name for each in captured.seen_queries} - {each.name for each in shown}
        if others:
            say(f"{len(others)} further queries, which no operation asks: --all shows them")
        say(f"igcrawl: {captured.summary}", file=sys.stderr)
        self.exitcode = captured.exit_code

    def _show(self, seen_queries: list[SeenQuery], registry: DocIds, source: str, *, write: bool) -> None:
        """Print what is new, and write it if the operator said so."""
        assert self.settings is not None
        changes = compare(seen_queries, registry)
        print_changes(changes)
        fresh = sum(change.state in {State.NEW, State.CHANGED} for change in changes)
        own = own_path(str(self.settings.get("IG_DOC_IDS") or ""))
        if write:
            self._try_again([change.new for change in changes if change.state is not State.ELSEWHERE])
        if not fresh:
            say("nothing to write")
        elif write:
            say(f"{own}: {write_own(changes, own, source)} ids written")
        else:
            say(f"nothing is written yet: add --write to put {fresh} ids into {own}")

    def _try_again(self, seen: list[str]) -> None:
        """Let ids be asked by that somebody has just asked by, whatever the store says."""
        assert self.settings is not None
        again = asyncio.run(_forget(config_of(self.settings).store, seen))
        if again:
            say(f"asked by again, since they are in use: {', '.join(again)}")


async def _known(url: str) -> Mapping[str, DocIdRow]:
    """Return what the store knows of doc_ids; no store is made for it."""
    async with opened(url) as store:
        return {} if store is None else await store.doc_ids.all()


async def _forget(url: str, doc_ids: list[str]) -> list[str]:
    async with opened(url) as store:
        return [] if store is None else sorted(await store.doc_ids.forget_staleness(doc_ids))


async def _retry(config: Config, wanted: str) -> str:
    """Let a stale id, or all of a query or an operation, be asked by again, and say so.

    Raises:
        BadInput: there is no such thing.
    """
    registry = DocIds(config.doc_ids, config.own_queries)
    operation = OPERATIONS.get(wanted)
    name = wanted if operation is None else operation.query_name
    query = registry.queries.get(name or "")
    if query is None and not is_doc_id(wanted):
        raise BadInput(f"{wanted[:60]!r} is no query, no operation that asks one and no doc_id: see scrapy docids list")
    ids = [wanted] if query is None else [each.id for each in query.ids]
    again = await _forget(config.store, ids)
    return f"asked by again: {', '.join(again)}" if again else f"{wanted}: nothing of it is known to be stale"


def rows(doc_ids: DocIds, known: Mapping[str, DocIdRow], *, every: bool = False) -> Iterator[tuple[str, ...]]:
    """Yield the table's lines.

    Args:
        doc_ids: of the run.
        known: what is known of an id, by the id.
        every: all known ids in place of those up to the one that is asked by.
    """
    for query in doc_ids.queries.values():
        asking = [operation.name for operation in OPERATIONS.values() if operation.query_name == query.name]
        for each in doc_ids.candidates(asking[0] if asking else "", query.name):
            row = known.get(each.id, _NOTHING)
            yield _row(query.name, " ".join(asking), query.surface, each, _state(row))
            if row.stale_since is None and not every:
                break


def _state(row: DocIdRow) -> str:
    worked = "" if row.worked_at is None else f"last success {_minute(row.worked_at)}"
    if row.stale_since is not None:
        return f"stale since {_minute(row.stale_since)}" + (f" ({worked})" if worked else "")
    return f"working ({worked})" if worked else UNTRIED


def _minute(at: str) -> str:
    return f"{at[:10]} {at[11:16]} UTC"


def _row(name: str, operations: str, surface: str, known: DocId, state: str) -> tuple[str, ...]:
    return name, operations or "-", surface, known.id, known.origin, known.seen or "-", known.source or "-", state


def _stand_ins(config: Config) -> frozenset[str]:
    """The hosts on this machine that the operator has put in the place of Instagram's."""
    local: list[Any] = [urlsplit(url).hostname for url in config.base_urls.values() if is_loopback(url)]
    return frozenset(local)


def _nothing_in(path: Path, capture: Capture) -> str:
    found = f"{path}: {capture.requests} requests, and no GraphQL call to Instagram with a query's name"
    if capture.unnamed:
        return f"{found}; {len(capture.unnamed)} calls have an id only"
    return f"{found}: capture while the app or the page loads a profile and its followers, and keep request bodies"
