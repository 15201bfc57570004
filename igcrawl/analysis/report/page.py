"""The report as one HTML page: every text is escaped, every script is known to its policy by its hash."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import count
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from igcrawl.analysis.report import charts, picture, sentences
from igcrawl.analysis.report.glossary import glossary, tone
from igcrawl.analysis.report.model import TEXT, ListOverTime, Network, Overlap, Report
from igcrawl.analysis.report.times_shown import Dates
from igcrawl.printable import printable

_UNKNOWN: Final = "–"
#: Nothing is loaded, sent or framed, and no other script runs, whatever a text might smuggle in.
_POLICY: Final = "default-src 'none'; script-src {}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_BUNDLED: Final = "window.vegaEmbed = vegaEmbed;"


def page_of(report: Report, library: str | None = None) -> str:
    """Return the page.

    Args:
        report: what it shows.
        library: the script that draws the charts; None for Vega's.
    """
    dates = Dates(_histories(report))
    draws = bool(report.accounts)
    library = (library or vega()) if draws else ""
    draw = _part("draw.js") if draws else ""
    numbers = count(1)
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            dates=dates,
            tone=tone,
            new_id=lambda: f"chart-{next(numbers)}",
            title=sentences.title(report.accounts, len(report.rest) + report.more),
            policy=Markup(_POLICY.format(" ".join(map(_hash, (library, draw))) if draws else "'none'")),  # noqa: S704
            style=Markup(_part("style.css")),  # noqa: S704 - it is ours
            library=_script(library),
            draw=_script(draw),
            draws=draws,
            looks=charts.LOOKS,
            summary=sentences.summary(report, dates),
            glossary=glossary(_verdicts(report)),
            made_by=sentences.made_by(report.versions),
            **_of_lists(dates),
            **_of_overlap(report.overlap),
            **_of_networks(dates),
            spending=charts.spending(report.costs),
            spending_words=sentences.spending_in_words(report.costs),
        )
    )


@cache
def vega() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script."""
    import vl_convert  # noqa: PLC0415 - an extra, and 80 MB

    return str(vl_convert.javascript_bundle(_BUNDLED))


def _of_lists(dates: Dates) -> dict[str, Callable[..., Any]]:
    """Return what the templates ask about an account's lists."""
    return {
        "doubts": _numbered_doubts,
        "changed": lambda account, one: sentences.change(account, one, dates),
        "growth": lambda account, one: charts.growth(account, one, dates),
        "growth_words": lambda account, one: sentences.growth_in_words(account, one, dates),
        "changes": lambda one: charts.changes(one, dates),
        "change_words": lambda account, one: sentences.change_in_words(account, one, dates),
        "grows": charts.grows,
        "has_counts": lambda account, one: bool(charts.profile_sizes(account, one.kind)),
        "why_no_change": sentences.why_no_change,
        "per": lambda records, requests: f"{records / requests:,.1f}" if requests else _UNKNOWN,
    }


def _of_overlap(overlap: Overlap | None) -> dict[str, Any]:
    """Return what the templates ask about the overlap."""
    if overlap is None:
        return {}
    doubtful = [place for place, one in enumerate(overlap.lists) if one.doubt]
    numbers = {place: number for number, place in enumerate(doubtful, 1)}
    return {
        "heat_map": charts.heat_map(overlap),
        "overlap_words": sentences.overlap_in_words(overlap),
        "overlap_doubts": [f"{overlap.lists[place].name} is {overlap.lists[place].doubt}" for place in doubtful],
        # The number of the note on one of two lists.
        "overlap_note": lambda one, other: numbers.get(one) or numbers.get(other),
    }


def _of_networks(dates: Dates) -> dict[str, Callable[..., Any]]:
    """Return what the templates ask about a network."""
    return {
        "network_size": sentences.network_size,
        "network_words": sentences.network_in_words,
        "sources_in_words": lambda network: sentences.sources_in_words(network, dates),
        "network_doubts": _doubts_of_network,
        "dots": picture.dots,
        "edge_path": picture.edge_path,
        "network_labels": picture.labels,
    }


def _numbered_doubts(one: ListOverTime) -> dict[str, int]:
    """Return the doubts of a list with their numbers, the latest first."""
    doubts = [doubt for crawl in reversed(one.crawls) for doubt in (crawl.doubt, crawl.change_doubt) if doubt]
    return {doubt: number for number, doubt in enumerate(dict.fromkeys(doubts), 1)}


def _doubts_of_network(network: Network) -> list[str]:
    doubtful = [source for source in network.sources if source.doubt]
    if not doubtful:
        return []
    return [f"Links may be missing: {sentences.listed(f'{each.name} is {each.doubt}' for each in doubtful[:5])}."]


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True, loader=FunctionLoader(_part), undefined=StrictUndefined, finalize=_finalized
    )
    environment.filters |= {
        "text": _text,
        "number": lambda value: _UNKNOWN if value is None else f"{value:,}",
        "signed": lambda value, sign: _UNKNOWN if value is None else f"{sign if value else ''}{value:,}",
        "percent": lambda value: _UNKNOWN if value is None else f"{value:.1%}",
        "json": _json,
    }
    return environment


def _finalized(value: Any) -> Any:
    """Return what an expression of a template gives as it can be shown: all in it can be seen, in one direction."""
    return value if isinstance(value, Markup) else printable(str(value))


def _text(value: str, most: int = TEXT) -> str:
    """Return a text of the server's with a bearable length."""
    return printable(value, most)


def _json(value: Any) -> Markup:
    """Return a value as JSON that ends no script."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _script(code: str) -> Markup:
    """Return our own or a library's code as the content of a script.

    Raises:
        ValueError: it would end the script before its end.
    """
    if "</script" in code.lower() or "<!--" in code:
        raise ValueError("this script cannot stand in a page")
    return Markup(code)  # noqa: S704 - it is no text of the server's


def _hash(code: str) -> str:
    return f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'"


def _part(name: str) -> str:
    return (files(__package__) / "template" / name).read_text(encoding="utf-8")


def _histories(report: Report) -> list[list[str]]:
    """Return the moments that must be told apart: those of each list."""
    return [[crawl.at for crawl in one.crawls] for account in report.accounts for one in account.lists]


def _verdicts(report: Report) -> Iterable[str]:
    lists = [one for account in report.accounts for one in account.lists]
    return {
        *(crawl.verdict for one in lists for crawl in one.crawls),
        *(cost.verdict for cost in report.costs),
        *(row.verdict for row in report.rest),
    }
