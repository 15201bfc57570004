"""Charts of the report as Vega-Lite. Their colours are the page's CSS variables, which follow light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from igcrawl.analysis.report.model import COUNTS, AccountReport, ListOverTime, OperationCost, Overlap
from igcrawl.analysis.report.times_shown import Dates
from igcrawl.verdict import BAD, OPEN, Verdict

Chart: TypeAlias = dict[str, Any]

_FONT: Final = 13
_HEIGHT: Final = 190
#: What all charts have in common.
LOOKS: Final[Chart] = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--quiet)",
        "titleColor": "var(--quiet)",
        "labelFontSize": _FONT,
        "titleFontSize": _FONT,
        "titleFontWeight": "normal",
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "labelLimit": 150,
    },
}
#: The most labels of times that a narrow chart has room for.
_LABELS: Final = 3
#: What the two lines of growth are called, their colours and their shapes.
_LIST, _PROFILE = "list", "profile's count"
_LINES: Final = {"domain": [_LIST, _PROFILE], "range": ["var(--accent)", "var(--second)"]}
_SHAPES: Final = {"domain": [_LIST, _PROFILE], "range": ["circle", "diamond"]}
_SIGNS: Final = {"domain": ["new", "gone"], "range": ["var(--new)", "var(--gone)"]}
_SPENT: Final = {
    "domain": ["whole", "partly", "without a result"],
    "range": ["var(--accent)", "var(--second)", "var(--gone)"],
}
_CERTAIN, _DOUBTFUL = "certain", "doubtful"
_IS_DOUBTFUL: Final = f"datum.worth == '{_DOUBTFUL}'"
#: A heat map of so many lists has numbers in it.
_NUMBERED: Final = 6
_NUMBERS: Final = {"size", "count", "shared", "requests", "walks"}
#: A heat map's fields: the fuller the colour, the larger the share; a list with itself is grey.
_CELLS: Final[Chart] = {
    "mark": {"type": "rect", "cornerRadius": 3, "stroke": "var(--page)", "strokeWidth": 2},
    "encoding": {
        "fill": {"condition": {"test": "datum.same", "value": "var(--line)"}, "value": "var(--heat)"},
        "fillOpacity": {
            "condition": {"test": "datum.same", "value": 0.5},
            "field": "share",
            "type": "quantitative",
            "legend": None,
            "scale": {"type": "sqrt", "domain": [0, 1], "range": [0.06, 1]},
        },
    },
}
_CELL_NUMBERS: Final[Chart] = {
    "mark": {"type": "text", "fontSize": _FONT, "fill": "var(--text)"},
    "encoding": {"text": {"field": "shared", "type": "quantitative", "format": ",d"}},
}


def growth(account: AccountReport, one: ListOverTime, dates: Dates) -> Chart:
    """Return the size of a list over time, beside what the profile said."""
    rows = [*_said(account, one, dates), *_found(one, dates)]
    points = {
        "mark": {"type": "point", "size": 70, "strokeWidth": 2, "opacity": 1},
        "encoding": {
            "fill": {"condition": {"test": _IS_DOUBTFUL, "value": "var(--page)"}, **_nominal("what", _LINES)},
            "shape": _nominal("what", _SHAPES),
        },
    }
    # A line joins whole lists only: what is doubtful is a point beside it.
    certain = [row for row in rows if row["worth"] == _CERTAIN]
    lines = [{"data": {"values": certain}, "mark": {"type": "line", "strokeWidth": 2}}] if certain else []
    days = {str(row["at"])[:10] for row in rows}
    time_axis = {"format": "%-d %b %Y" if len(days) > 1 else "%H:%M:%S", "title": None, "grid": False}
    few = {"tickCount": _LABELS, "labelOverlap": "greedy", "labelFlush": True}
    size_axis = {"title": None, "format": ",d", "tickMinStep": 1, "tickCount": 4}
    near = {"zero": False, "nice": True, "padding": 8}
    encoding = {
        "x": {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "axis": time_axis | few},
        "y": {"field": "size", "type": "quantitative", "scale": near, "axis": size_axis},
        "color": _nominal("what", _LINES),
        "tooltip": _tooltip(when="when", what="of the", size="accounts", verdict="verdict", worth="worth"),
    }
    return _chart(rows, {"height": _HEIGHT, "encoding": encoding, "layer": [*lines, points]})


def _found(one: ListOverTime, dates: Dates) -> list[Chart]:
    """Return the sizes of a list."""
    return [
        {"at": crawl.at, "when": dates.words(crawl.at), "size": crawl.found, "what": _LIST, "verdict": crawl.verdict}
        | {"worth": _worth_of(crawl.doubt)}
        for crawl in one.crawls
        # An account that was private or gone has no list, and not one of nobody.
        if crawl.found or crawl.doubt is None
    ]


def _said(account: AccountReport, one: ListOverTime, dates: Dates) -> list[Chart]:
    """Return what the profile said of a list's length."""
    return [
        {"at": at, "when": dates.words(at), "size": size, "what": _PROFILE, "verdict": "", "worth": _CERTAIN}
        for at, size in thinned(profile_sizes(account, one.kind), COUNTS)
    ]


def changes(one: ListOverTime, dates: Dates) -> Chart | None:
    """Return who is new and who is gone at each crawl of a list, None when nobody is known to be."""
    labels = _labels(one, dates)
    rows = [
        {
            "label": labels[crawl.number],
            "when": f"{dates.words(crawl.since)} and {dates.words(crawl.at)}",
            "what": what,
            "count": count,
            "bar": count if what == "new" else -count,
            "worth": _worth_of(crawl.change_doubt),
        }
        for crawl in one.crawls
        if crawl.since is not None
        for what, count in (("new", crawl.new), ("gone", crawl.gone))
        if count is not None
    ]
    if not any(row["count"] for row in rows):
        return None
    crawl_axis = {"title": None, "labelAngle": 0, "labelOverlap": "greedy", "ticks": False}
    count_axis = {"title": None, "labelExpr": "format(abs(datum.value), ',d')", "tickMinStep": 1, "tickCount": 4}
    encoding = {
        "x": {"field": "label", "type": "ordinal", "sort": None, "axis": crawl_axis},
        "y": {"field": "bar", "type": "quantitative", "axis": count_axis},
        "color": _nominal("what", _SIGNS),
        "stroke": _nominal("what", _SIGNS),
        "fillOpacity": {"condition": {"test": _IS_DOUBTFUL, "value": 0.15}, "value": 0.9},
        "tooltip": _tooltip(when="between", what="these are", count="accounts", worth="worth"),
    }
    mark = {"type": "bar", "strokeWidth": 1.5, "width": {"expr": "min(56, bandwidth('x') * 0.7)"}}
    return _chart(rows, {"height": _HEIGHT, "mark": mark, "encoding": encoding})


def heat_map(overlap: Overlap) -> Chart:
    """Return how much each list shares with each."""
    few = len(overlap.lists) <= _NUMBERED
    axis = {"title": None, "ticks": False, "domain": False, "labelLimit": 190}
    encoding = {
        "x": {"field": "column", "type": "nominal", "sort": None, "axis": axis | {"orient": "top", "labelAngle": 0}},
        "y": {"field": "row", "type": "nominal", "sort": None, "axis": axis},
        "tooltip": [
            *_tooltip(row="list", other="and list", shared="in both"),
            {"field": "share", "title": "of either", "format": ".1%"},
            *_tooltip(worth="worth"),
        ],
    }
    layer = [_CELLS, _CELL_NUMBERS] if few else [_CELLS]
    height = len(overlap.lists) * (44 if few else 26)
    return _chart(_cells(overlap), {"height": height, "encoding": encoding, "layer": layer})


def _cells(overlap: Overlap) -> list[Chart]:
    return [
        {
            "row": f"{here + 1}  {one.name}",
            "column": f"{there + 1}",
            "other": other.name,
            "shared": overlap.shared[here][there],
            "share": overlap.jaccard(here, there),
            "same": here == there,
            "worth": _worth_of(one.doubt or other.doubt),
        }
        for here, one in enumerate(overlap.lists)
        for there, other in enumerate(overlap.lists)
    ]


def spending(costs: Sequence[OperationCost]) -> Chart:
    """Return what requests were spent on: by operation, and what became of the walks."""
    rows = [
        {"operation": cost.operation, "requests": cost.requests, "walks": cost.walks, "verdict": cost.verdict}
        | {"worth": worth(cost.verdict)}
        for cost in costs
    ]
    by_sum = {"op": "sum", "field": "requests", "order": "descending"}
    operation_axis = {"title": None, "ticks": False, "domain": False, "labelLimit": 130}
    request_axis = {"title": "requests", "format": ",d", "tickMinStep": 1, "tickCount": 4}
    encoding = {
        "y": {"field": "operation", "type": "nominal", "sort": by_sum, "axis": operation_axis},
        "x": {"field": "requests", "type": "quantitative", "axis": request_axis},
        "color": _nominal("worth", _SPENT),
        "order": {"field": "worth", "sort": "descending"},
        "tooltip": _tooltip(operation="operation", verdict="verdict", walks="walks", requests="requests"),
    }
    height = max(len({cost.operation for cost in costs}), 1) * 34
    mark = {"type": "bar", "stroke": "var(--page)", "strokeWidth": 1, "height": {"band": 0.7}}
    return _chart(rows, {"height": height, "mark": mark, "encoding": encoding})


def worth(verdict: str) -> str:
    """Return what the requests of a walk were good for."""
    if verdict in {Verdict.COMPLETE, Verdict.UPDATED, Verdict.UNVERIFIED}:
        return "whole"
    known = verdict in BAD or verdict in {Verdict.STOPPED, OPEN}
    return "partly" if known else "without a result"


def grows(account: AccountReport, one: ListOverTime) -> bool:
    """Return whether there is growth to draw: several crawls, or counts of the profile that differ."""
    return len(one.crawls) > 1 or len({size for _, size in profile_sizes(account, one.kind)}) > 1


def profile_sizes(account: AccountReport, kind: str) -> list[tuple[str, int]]:
    """Return what an account's profile said of a list's length: when, and how many."""
    sizes = [
        (count.at, {"followers": count.followers, "following": count.following}.get(kind)) for count in account.counts
    ]
    return [(at, size) for at, size in sizes if size is not None]


def thinned(rows: Sequence[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    """Return at most so many rows at even distances, the last one among them."""
    if len(rows) <= most:
        return list(rows)
    step = (len(rows) - 1) / (most - 1)
    return [rows[round(place * step)] for place in range(most)]


def _labels(one: ListOverTime, dates: Dates) -> dict[int, str]:
    """Return a short label for each crawl of a list, by its number: its day, or its clock when the days are equal."""
    words = {crawl.number: dates.words(crawl.at) for crawl in one.crawls}
    for part in (0, 1):
        short = {number: told.split(", ")[part] for number, told in words.items()}
        if len(set(short.values())) == len(words):
            return short
    return {number: f"{told} (crawl {number})" for number, told in words.items()}


def _worth_of(doubt: str | None) -> str:
    return _CERTAIN if doubt is None else _DOUBTFUL


def _nominal(field: str, scale: Chart) -> Chart:
    # The page has the legend: it wraps where it is narrow, and can be read aloud.
    return {"field": field, "type": "nominal", "scale": scale, "legend": None}


def _tooltip(**titles: str) -> list[Chart]:
    return [
        {"field": field, "title": title} | ({"format": ",d"} if field in _NUMBERS else {})
        for field, title in titles.items()
    ]


def _chart(rows: Iterable[Mapping[str, Any]], spec: Chart) -> Chart:
    return {
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": list(rows)},
    } | spec
