"""The page: what it says, what it never lets through, how large it gets."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

import igcrawl
from igcrawl.analysis.report import charts
from igcrawl.analysis.report.glossary import MEANINGS
from igcrawl.analysis.report.model import AccountRow, ComparedList, Crawl, ListOverTime, OperationCost, Report, WalkCost
from igcrawl.analysis.report.page import page_of
from igcrawl.analysis.report.sentences import change, summary, why_no_change
from igcrawl.analysis.report.times_shown import Dates
from igcrawl.verdict import OPEN, Verdict
from tests.analysis.report.samples import CUT, crawl, followers, full_report, network, on_day, report

#: Stands for Vega, which takes seconds to be put together.
LIBRARY = "/* a library */"
#: Vega is no larger, see test_report_in_chromium.py.
VEGA = 950_000
ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'--><!--{{7*7}}\u202e\x00"
DATES = Dates([])


class Read(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and the text of each kind of element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open[-1] if self._open else "", []).append(data)

    @property
    def text(self) -> str:
        shown = [each for tag, texts in self.texts.items() if tag not in {"script", "style"} for each in texts]
        return " ".join(" ".join(shown).split())


def hostile() -> Report:
    """A report in which every text of the server's is an attack."""
    crawls = [
        crawl(1, 0, 10, doubt=ATTACK),
        crawl(2, 1, 12, since=on_day(0), new=3, gone=1, change_doubt=ATTACK),
    ]
    lists = [ListOverTime(kind="followers", crawls=crawls)]
    account = followers(ATTACK, full_name=ATTACK, pk="1", lists=lists)
    unnamed = replace(account, username=None, pk=ATTACK)
    made = report(account, unnamed)
    assert made.overlap is not None
    source = ComparedList(name=ATTACK, at=on_day(1), verdict="limited", size=3, doubt=ATTACK)
    return replace(
        made,
        store=ATTACK,
        overlap=replace(made.overlap, lists=[source] * 2),
        networks=[replace(network(20, 40, name=ATTACK), sources=[source])],
        rest=[AccountRow(name=ATTACK, pk="1", list_kind="followers", size=3, at=on_day(1), verdict="complete")],
        costs=[OperationCost(operation=ATTACK, verdict="complete", walks=1, requests=1, records=1)],
        walk_costs=[WalkCost(name=ATTACK, at=None, verdict="open", requests=1, records=1)],
    )


def shown(made: Report) -> str:
    return Read(page_of(made, LIBRARY)).text


def test_no_text_of_the_server_becomes_an_element_an_attribute_or_a_script() -> None:
    clean, page = Read(page_of(report(followers("a"), followers("b")), LIBRARY)), page_of(hostile(), LIBRARY)
    attacked = Read(page)
    assert {tag for tag, _ in attacked.elements} <= {tag for tag, _ in clean.elements} | {"ol", "code"}
    assert not [name for _, attributes in attacked.elements for name in attributes if name.startswith("on")]
    scripts = [attributes.get("type") for tag, attributes in attacked.elements if tag == "script"]
    assert scripts.count(None) == 2
    assert set(scripts) == {None, "application/json"}
    assert "{{7*7}}" in attacked.text
    assert "\u202e" not in page
    assert "\x00" not in page


def test_the_charts_have_the_server_s_text_as_it_is() -> None:
    page = page_of(hostile(), LIBRARY)
    specs = [json.loads(each) for each in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page)]
    rows = [row for spec in specs if "data" in spec for row in spec["data"]["values"]]
    assert ATTACK in {row.get("other") for row in rows}


def test_only_scripts_of_known_content_may_run_and_nothing_may_be_loaded() -> None:
    read = Read(page_of(report(), LIBRARY))
    [policy] = [a["content"] for tag, a in read.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert re.fullmatch(r"('sha256-[\w+/=]+' ?){2}", rules["script-src"])


def test_a_script_that_would_end_early_is_no_part_of_a_page() -> None:
    with pytest.raises(ValueError, match="cannot stand"):
        page_of(report(), "'</SCRIPT>'")


def test_a_page_that_holds_all_it_may_is_under_5_mb() -> None:
    assert len(page_of(full_report(), LIBRARY).encode()) + VEGA < 5_000_000


def test_every_figure_of_a_list_has_its_date_and_its_verdict() -> None:
    page = page_of(report(followers()), LIBRARY)
    rows = re.findall(r'<tr role="row"><th scope="row" role="rowheader">(.*?)</tr>', page, re.S)
    of_crawls = [row for row in rows if 'data-label="Expected"' in row]
    assert len(of_crawls) == 4
    for row in of_crawls:
        assert re.search(r'<time datetime="2026-05-\d\dT10:00:00.000Z"', row)
        assert re.search(r'<span class="badge \w+">(complete|limited)</span>', row)


def test_a_doubtful_figure_is_marked_and_its_note_says_why() -> None:
    page = page_of(report(followers()), LIBRARY)
    [(value, target)] = set(re.findall(r'<span class="doubtful">([\d,]+)</span><sup><a href="#([\w-]+)"', page))
    assert value == "300"
    [note] = re.findall(rf'<li id="{target}">(.*?)</li>', page)
    assert note.startswith("limited: the server cut the list")


def test_what_is_not_doubtful_is_not_marked() -> None:
    whole = followers(lists=[ListOverTime(kind="followers", crawls=[crawl(1, 0, 1000, expected=1000)])])
    made = report(whole, overlap=None, networks=[])
    assert '<span class="doubtful">1' not in page_of(made, LIBRARY)
    assert "sup><a" not in page_of(made, LIBRARY)


@pytest.mark.parametrize(
    ("new", "gone", "said"),
    [
        (120, 8, "@instagram gained 120 followers and lost 8 between 3 May 2026 and 10 May 2026."),
        (1, 0, "@instagram gained 1 follower and lost none between 3 May 2026 and 10 May 2026."),
        (0, 2, "@instagram gained no followers and lost 2 between 3 May 2026 and 10 May 2026."),
        (3, None, "@instagram gained 3 followers between 3 May 2026 and 10 May 2026; who left cannot be told."),
        (None, None, None),
    ],
)  # fmt: skip
def test_the_change_of_a_list_in_words(new: int | None, gone: int | None, said: str | None) -> None:
    later = crawl(2, 7, 1112, since=on_day(0), new=new, gone=gone)
    one = ListOverTime(kind="followers", crawls=[crawl(1, 0, 1000), later])
    assert change(followers(), one, DATES) == said


def test_a_doubtful_change_is_said_with_its_doubt() -> None:
    later = crawl(2, 7, 300, since=on_day(0), new=3, gone=9, change_doubt="the later list is cut")
    one = ListOverTime(kind="followers", crawls=[crawl(1, 0, 1000), later])
    assert str(change(followers(), one, DATES)).endswith(" This is doubtful: the later list is cut.")


def test_the_summary_says_how_many_lists_are_complete_and_what_changed() -> None:
    cut = ListOverTime(kind="following", crawls=[crawl(5, 14, 30, verdict="limited", doubt="limited")])
    accounts = [followers(), followers("other", pk="2", lists=[cut])]
    said = summary(report(*accounts), DATES)
    assert said[0].startswith("2 of 3 lists are complete, as of 17 May 2026; the others are marked")
    assert said[1] == "@instagram gained 120 followers and lost 8 between 3 May 2026 and 17 May 2026."
    assert said[-1] == "All this took 58 requests in 5 walks."


def test_lists_that_did_not_change_are_counted_and_have_no_empty_chart() -> None:
    crawls = [crawl(1, 0, 1000), crawl(2, 7, 1000, since=on_day(0), new=0, gone=0)]
    quiet = followers("quiet", pk="2", lists=[ListOverTime(kind="followers", crawls=crawls)])
    made = report(followers(), quiet)
    said = summary(made, DATES)
    assert "1 list stayed as before: nobody is new or gone." in said
    assert not [line for line in said if line.startswith("@quiet")]
    assert charts.changes(quiet.lists[0], DATES) is None
    assert "Nobody was new or gone at any crawl." in shown(made)


def test_who_is_gone_is_not_denied_where_it_cannot_be_told() -> None:
    crawls = [crawl(1, 0, 9), crawl(2, 7, 4, since=on_day(0), new=0, gone=None, doubt="cut", change_doubt="cut")]
    one = ListOverTime(kind="followers", crawls=crawls)
    assert why_no_change(one).startswith("Nobody was seen to be new; who is gone cannot be told")


def test_a_doubt_of_an_overlap_names_the_list() -> None:
    cut = followers("cut.account", lists=[ListOverTime(kind="followers", crawls=[crawl(1, 0, 9, doubt=CUT)])])
    assert f"@cut.account followers is {CUT}" in shown(report(followers(), cut))


def test_one_crawl_only_says_that_a_second_one_shows_growth() -> None:
    once = followers(lists=[ListOverTime(kind="followers", crawls=[crawl(1, 0, 1000)])])
    text = shown(report(once, overlap=None, networks=[]))
    assert "a second crawl will show growth" in text
    assert "One crawl only: a second one shows growth, and who is new and gone." in text
    assert "One list has nothing to overlap with" in text
    assert "No network yet" in text


def test_an_empty_store_says_what_to_do() -> None:
    page = page_of(Report(made_at=on_day(0), store="s", accounts=[]), LIBRARY)
    assert "scrapy crawl followers" in page
    assert LIBRARY not in page


def test_every_verdict_has_its_meaning() -> None:
    assert set(MEANINGS) == {*Verdict, OPEN}


def test_the_page_explains_the_verdicts_that_it_shows_and_no_others() -> None:
    terms = re.findall(r"<dt><span class=\"badge \w+\">(\w+)</span></dt>", page_of(report(), LIBRARY))
    assert terms == ["complete", "limited", "private"]


@pytest.mark.parametrize(
    ("moments", "said"),
    [
        (["2026-05-03T10:00:00Z", "2026-05-04T10:00:00Z"], "3 May 2026"),
        (["2026-05-03T10:00:00Z", "2026-05-03T11:00:00Z"], "3 May 2026, 10:00"),
        (["2026-05-03T10:00:00.123Z", "2026-05-03T10:00:20.456Z"], "3 May 2026, 10:00:00"),
    ],
)
def test_dates_have_one_form_that_tells_the_crawls_of_a_list_apart(moments: list[str], said: str) -> None:
    assert Dates([moments, ["2026-05-03T10:00:00Z"]]).words(moments[0]) == said


@pytest.mark.parametrize(
    ("earlier", "later", "said"),
    [
        ("2026-05-03T10:00:00Z", "2026-05-03T10:00:09Z", "between 10:00:00 and 10:00:09 on 3 May 2026"),
        ("2026-05-03T10:00:00Z", "2026-05-04T10:00:09Z", "between 3 May 2026, 10:00:00 and 4 May 2026, 10:00:09"),
    ],
)
def test_the_day_of_a_short_time_is_said_once(earlier: str, later: str, said: str) -> None:
    assert Dates([["2026-05-03T10:00:00Z", "2026-05-03T10:00:01Z"]]).span(earlier, later) == said


def test_a_line_of_growth_joins_what_is_certain_only() -> None:
    account = followers()
    line, _ = charts.growth(account, account.lists[0], DATES)["layer"]
    sizes = [row["size"] for row in line["data"]["values"] if row["what"] == "list"]
    assert sizes == [1000, 1112]


def test_lists_without_a_certain_figure_have_points_and_no_line() -> None:
    one = ListOverTime(kind="followers", crawls=[crawl(1, 0, 10, doubt="limited")])
    [points] = charts.growth(followers(counts=[]), one, DATES)["layer"]
    assert points["mark"]["type"] == "point"


def test_many_rows_are_thinned_evenly_and_the_last_one_stays() -> None:
    rows = [(f"{number:04}", number) for number in range(1000)]
    kept = charts.thinned(rows, 60)
    steps = {later[1] - earlier[1] for earlier, later in pairwise(kept)}
    assert (len(kept), kept[0], kept[-1]) == (60, rows[0], rows[-1])
    assert max(steps) - min(steps) <= 1


def test_the_share_of_a_list_without_an_expected_count_is_not_known() -> None:
    assert Crawl(number=1, at=on_day(0), verdict="unverified", found=3).share is None
    assert Crawl(number=1, at=on_day(0), verdict="complete", found=0, expected=0).share is None


def test_the_page_names_the_versions_of_its_lists_and_its_own() -> None:
    own = f"his page was made by igcrawl {igcrawl.__version__}."
    walked = Read(page_of(report(versions=["0.1.0", "0.2.0"]), LIBRARY)).text
    assert f"The lists were walked by igcrawl 0.1.0 and 0.2.0; t{own}" in walked
    unknown = Read(page_of(report(), LIBRARY)).text
    assert f"T{own}" in unknown
    assert "walked by igcrawl" not in unknown
