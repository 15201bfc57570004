"""Questions to the store that send nothing: comparisons, histories, reports and exports, on the commands' own code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from igcrawl.analysis.export import export
from igcrawl.analysis.export_order import ExportOrder
from igcrawl.analysis.lists.compare import CompareOrder
from igcrawl.analysis.lists.history import read_history
from igcrawl.analysis.lists.questions import LISTS, answer_question, check_question
from igcrawl.analysis.report.report import ReportOrder, write_report
from igcrawl.api.account_history import AccountHistory
from igcrawl.api.argument_texts import argument_texts
from igcrawl.api.client_settings import ClientSettings
from igcrawl.api.comparison import Comparison, DoubtfulComparison
from igcrawl.api.options import CompareOptions, ExportOptions
from igcrawl.api.orders import warns_at_doubt
from igcrawl.api.python_words import in_python_words
from igcrawl.arguments.targets import shown
from igcrawl.errors import BadInput
from igcrawl.verdict import ExitCode
from igcrawl.wording import did_you_mean, nearest


async def compare(
    settings: ClientSettings,
    question: str,
    accounts: Sequence[str | int],
    options: CompareOptions,
    warn: Callable[[str], None],
) -> Comparison:
    """Return the accounts that are the answer to a question; see `igcrawl.Client.compare`.

    Args:
        settings: the client's.
        question, accounts, options: the caller's.
        warn: takes the text of a warning.

    Raises:
        BadInput: the question cannot be asked, or the store not be used.
        DoubtfulComparison: the answer is doubtful, and the caller wants no warning.
    """
    _check_names(options, CompareOptions)
    warns = warns_at_doubt(options.get("on_doubt"), default="warn")
    out = options.get("out")
    order = CompareOrder(
        names=_names(accounts),
        kind=options.get("list", LISTS[0]),
        earlier=_when(options.get("from_")),
        later=_when(options.get("to")),
        incomplete=options.get("any", False),
        out=None if out is None else fspath(out),
        most=_limit(options.get("limit")),
    )
    with in_python_words():
        check_question(question, order)
        answer = await answer_question(settings.config, question, order)
    comparison = Comparison(question, answer)
    if not comparison.doubts:
        return comparison
    told = f"{question}: {'; '.join(comparison.doubts)}"
    if not warns:
        raise DoubtfulComparison(told, comparison)
    warn(told)
    return comparison


async def history(settings: ClientSettings, account: str | int, out: str | PathLike[str] | None) -> AccountHistory:
    """Return what the store knows of an account over time; see `igcrawl.Client.history`."""
    [name] = _names([account])
    with in_python_words():
        return AccountHistory(await read_history(settings.config, name, None if out is None else fspath(out)))


async def report(settings: ClientSettings, out: str | PathLike[str], accounts: Sequence[str | int]) -> Path:
    """Write a page about what the store holds; see `igcrawl.Client.report`."""
    order = ReportOrder(out=fspath(out), accounts=_names(accounts))
    with in_python_words():
        return (await write_report(settings.config, order)).path


async def export_records(settings: ClientSettings, out: str | PathLike[str], options: Mapping[str, Any]) -> bool:
    """Write records into a file; see `igcrawl.Client.export`."""
    _check_names(options, ExportOptions)
    every = bool(options.get("every_generation"))
    texts = argument_texts({name: value for name, value in options.items() if name != "every_generation"})
    order = ExportOrder(out=fspath(out), every_generation=every, **texts)
    with in_python_words():
        return await export(settings.config, settings.scrapy, order) is ExitCode.OK


def _check_names(options: Mapping[str, Any], known: type[ExportOptions | CompareOptions]) -> None:
    """Check the names of options.

    Raises:
        BadInput: one is unknown.
    """
    names = known.__annotations__
    for name in options:
        if name not in names:
            meant = did_you_mean(nearest(name, names))
            raise BadInput(f"unknown argument {shown(name)!r}; {meant}arguments: {', '.join(names)}")


def _names(accounts: Sequence[str | int]) -> list[str]:
    """Return accounts as a command takes them.

    Raises:
        BadInput: one is neither text nor a number.
    """
    for account in accounts:
        if not isinstance(account, str | int) or isinstance(account, bool):
            raise BadInput(f"an account is an id, a name or an address, got {str(account)[:60]} ({_kind(account)})")
    return list(map(str, accounts))


def _when(when: object) -> str | None:
    """Return a crawl or a moment as a command takes it; moments are those of UTC.

    Raises:
        BadInput: it is neither.
    """
    if isinstance(when, datetime):
        utc = when if when.tzinfo is None else when.astimezone(UTC)
        return utc.strftime("%Y-%m-%dT%H:%M:%S")
    if when is None or isinstance(when, str | int | date):
        return None if when is None else str(when)
    raise BadInput(f"from_ and to: expected a crawl or a date, got {str(when)[:60]} ({_kind(when)})")


def _limit(limit: object) -> int | None:
    if limit is None or (isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0):
        return limit
    raise BadInput(f"limit: expected a whole number, got {str(limit)[:60]!r}")


def _kind(value: object) -> str:
    return type(value).__name__
