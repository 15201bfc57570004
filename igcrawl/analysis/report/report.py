"""`scrapy report`: what the store holds as one HTML file, without a request."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from igcrawl.analysis.destination import check_file, path_of_file
from igcrawl.analysis.installing import HOW_TO_INSTALL
from igcrawl.analysis.lists.accounts import find_accounts
from igcrawl.analysis.lists.list_engine import check_duckdb
from igcrawl.analysis.replacing import replaced
from igcrawl.analysis.report.histories import read_histories
from igcrawl.analysis.report.model import Report
from igcrawl.analysis.report.shared import read_shared
from igcrawl.analysis.report.suggested import read_suggested
from igcrawl.analysis.report.survey import survey
from igcrawl.config.config import Config
from igcrawl.config.own_files import OwnFiles
from igcrawl.errors import BadInput
from igcrawl.printable import say
from igcrawl.store import Store, describe, opened_existing
from igcrawl.times import timestamp
from igcrawl.wording import counted

_SUFFIXES: Final = (".html", ".htm")
#: What is imported beyond what igcrawl always needs, by the names of their packages.
_PACKAGES: Final = {"jinja2": "jinja2", "igraph": "igraph", "vl_convert": "vl-convert-python"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOrder:
    """The operator's order.

    Args:
        out: the file.
        accounts: those to report on, each an id, a name or an address; empty for all of the store.
    """

    out: str
    accounts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A report that was written.

    Args:
        path: its file.
        size: in bytes.
        accounts, lists: how many are in it.
    """

    path: Path
    size: int
    accounts: int
    lists: int


async def report(config: Config, order: ReportOrder) -> None:
    """Write a report, and say what is in it and how to open it; see `write_report`."""
    written = await write_report(config, order)
    size = f"{written.size / 1e6:.1f} MB"
    say(f"{written.path}: {counted(written.accounts, 'account')}, {counted(written.lists, 'list')}, {size}")
    say(f"open it in a browser: {written.path.absolute().as_uri()}")


async def write_report(config: Config, order: ReportOrder) -> WrittenReport:
    """Write a report.

    Args:
        config: the command's settings.
        order: what is to be written, and where to.

    Raises:
        BadInput: nothing can be written so; nothing was changed.
        StoreError: the store could not be read, or the file not be written; it is as it was before.
    """
    path = _path_of(order.out)
    check_file(path, OwnFiles.of(config))
    _check_installed()
    from igcrawl.analysis.report.page import page_of  # noqa: PLC0415 - it needs an extra

    async with opened_existing(config.store, "report on") as store:
        made = await gather(store, order.accounts, describe(config.store))
    page = page_of(made).encode()
    with replaced(path, "") as file:
        file.write(page)
    lists = sum(len(account.lists) for account in made.accounts)
    return WrittenReport(path, len(page), len(made.accounts), lists)


async def gather(store: Store, names: Sequence[str], place: str) -> Report:
    """Return what a report shows.

    Args:
        store: an open store.
        names: accounts as the operator names them, empty for all.
        place: where the store is, as the operator may see it.

    Raises:
        BadInput: there is no such account.
    """
    around = [account.pk for account in await find_accounts(store, names)]
    seen = await survey(store, around)
    histories = await read_histories(store, seen.chosen)
    if around and not histories:
        raise BadInput(f"the store has no list of {', '.join(names)}; `scrapy walks` lists what there is")
    overlap, mutual = await read_shared(store, histories)
    suggested = await read_suggested(store, histories, around)
    return Report(
        made_at=timestamp(time.time()),
        store=place,
        accounts=[history.account for history in histories],
        rest=seen.rest,
        more=seen.more,
        overlap=overlap,
        networks=[network for network in (suggested, mutual) if network is not None],
        costs=seen.costs,
        walk_costs=seen.walk_costs,
        versions=seen.versions,
    )


def _path_of(out: str) -> Path:
    path = path_of_file(out)
    if path.suffix.lower() not in _SUFFIXES:
        raise BadInput(f"{out}: a report is an HTML file; give a name that ends in .html")
    return path


def _check_installed() -> None:
    """Check that what makes a report is installed.

    Raises:
        BadInput: it is not.
    """
    missing = [package for module, package in _PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise BadInput(f"a report needs {' and '.join(missing)}: {HOW_TO_INSTALL}")
    check_duckdb()
