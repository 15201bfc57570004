"""What a program asks the store: comparisons, histories, reports; on the commands' code, in Python's words."""

from __future__ import annotations

import asyncio
import copy
import csv
import pickle
import random
import warnings
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import igcrawl
from igcrawl.analysis.lists import list_engine
from igcrawl.analysis.report import page
from igcrawl.analysis.report import report as report_module
from tests.analysis.kept import OWNER, put_list
from tests.store.samples import opened
from tests.support.session_file import write_session


@pytest.fixture
def ig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> igcrawl.Client:
    """A client whose store has three lists of followers, one of them cut, and a list of whom the account follows."""
    monkeypatch.chdir(tmp_path)
    asyncio.run(fill(f"sqlite:///{tmp_path}/store.db"))
    return igcrawl.Client(write_session(tmp_path / "session.json"), "store.db")


async def fill(url: str) -> None:
    async with opened(url) as store:
        await put_list(store, 1, [1, 2, 3], owner_name="me")
        await put_list(store, 2, [9], verdict="limited", expected=40, owner_name="me")
        await put_list(store, 3, [4, 2, 3], names={2: "renamed"}, owner_name="me")
        await put_list(store, 4, [2, 7], operation="following", owner_name="me")
        await put_list(store, 5, [2, 4, 8], owner=77, owner_name="other")


def names(comparison: igcrawl.Comparison) -> list[str | None]:
    return [account.username for account in comparison]


async def test_a_comparison_is_the_command_s_answer(ig: igcrawl.Client) -> None:
    new = await ig.compare("new", "me")
    assert names(new) == ["u4"]
    assert (new.total, len(new), new.doubts, new.pairs, new.at_least) == (1, 1, [], [], {})
    assert new[0] == igcrawl.ComparedAccount(
        pk="4",
        username="u4",
        full_name=None,
        is_private=None,
        is_verified=None,
        earlier_username=None,
        lists=("later",),
    )
    assert (new.lists["earlier"].crawl, new.lists["later"].ended_at) == (1, "2026-11-03T09:00:00.000Z")
    assert names(await ig.compare("gone", f"followers/{OWNER}")) == ["u1"]
    kept = await ig.compare("kept", "@me")
    assert [(each.username, each.earlier_username, each.lists) for each in kept] == [
        ("renamed", "u2", ("earlier", "later")),
        ("u3", None, ("earlier", "later")),
    ]


async def test_several_lists_are_held_against_each_other(ig: igcrawl.Client) -> None:
    shared = await ig.compare("overlap", OWNER, 77)
    assert list(shared.lists) == [f"followers/{OWNER}", "followers/77"]
    assert sorted(each.pk for each in shared) == ["2", "4"]
    assert (shared.pairs, shared.at_least) == ([[3, 2], [2, 3]], {2: 2})
    mutual = await ig.compare("mutual", "me")
    assert [each.lists for each in mutual] == [(f"followers/{OWNER}", f"following/{OWNER}")]


@pytest.mark.parametrize(
    ("options", "new"),
    [
        ({"from_": 1, "to": 3}, ["u4"]),
        ({"from_": date(2026, 11, 1), "to": date(2026, 11, 30)}, ["u4"]),
        ({"to": datetime(2026, 11, 3, 10, tzinfo=timezone(timedelta(hours=1)))}, ["u4"]),
        ({"to": datetime(2026, 11, 3, 9, 30, tzinfo=UTC), "limit": 0}, []),
    ],
)
async def test_lists_are_named_by_crawl_or_moment(ig: igcrawl.Client, options: Any, new: list[str]) -> None:
    comparison = await ig.compare("new", OWNER, **options)
    assert (names(comparison), comparison.total) == (new, 1)


async def test_a_doubt_is_a_warning_at_the_caller_s_line_or_an_error(ig: igcrawl.Client) -> None:
    with pytest.warns(igcrawl.DoubtfulResultWarning, match="39 short of its expected count") as caught:
        gone = await ig.compare("gone", "me", to=2, any=True)
    assert [Path(each.filename).name for each in caught] == [Path(__file__).name]
    assert "the later list is limited" in gone.doubts[0]
    assert gone.doubts[0] in repr(gone)
    with pytest.raises(igcrawl.DoubtfulComparison) as raised:
        await ig.compare("gone", "me", to=2, any=True, on_doubt="raise")
    assert names(raised.value.comparison) == names(gone) == ["u1", "u2", "u3"]
    assert set(gone.to_pandas()["doubt"]) == {"; ".join(gone.doubts)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await ig.compare("gone", "me")


def test_both_clients_answer_alike_and_warn_at_the_caller_s_line(ig: igcrawl.Client, tmp_path: Path) -> None:
    with igcrawl.SyncClient(tmp_path / "session.json", "store.db") as other:
        with pytest.warns(igcrawl.DoubtfulResultWarning) as caught:
            new = other.compare("new", "me", to=2, any=True)
        assert [each.filename for each in caught] == [__file__]
        assert names(new) == ["u9"]
        assert len(other.history("me")) == len(asyncio.run(ig.history("me"))) == 8


async def test_a_report_is_the_command_s_page(ig: igcrawl.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "page_of", lambda made: " ".join(each.name for each in made.accounts))
    assert (await ig.report("page.html", "me")).read_text() == "@me"
    assert sorted((await ig.report(Path("page.html"))).read_text().split()) == ["@me", "@other"]


async def test_frames_have_the_columns_and_values_of_the_command_s_file(ig: igcrawl.Client) -> None:
    for question, accounts in (("new", ["me"]), ("kept", ["me"]), ("overlap", [OWNER, 77]), ("mutual", ["me"])):
        comparison = await ig.compare(question, *accounts, out="answer.csv")  # type: ignore[arg-type]
        frame = comparison.to_pandas()
        assert list(frame.columns) == comparison.to_polars().columns == head("answer.csv")
        assert list(frame["pk"]) == column("answer.csv", "pk") == [each.pk for each in comparison] != []
    history = await ig.history("me", out="history.csv")
    assert list(history.to_pandas().columns) == history.to_polars().columns == head("history.csv")
    assert list(history.to_polars()["at"]) == column("history.csv", "at")


def rows(file: str) -> list[dict[str, str]]:
    with Path(file).open(newline="") as opened_file:
        return list(csv.DictReader(opened_file))


def head(file: str) -> list[str]:
    return list(rows(file)[0])


def column(file: str, name: str) -> list[str]:
    return [row[name] for row in rows(file)]


async def test_a_history_has_lists_and_profiles_in_their_order(ig: igcrawl.Client) -> None:
    history = await ig.history("me")
    assert (history.pk, history.username) == (str(OWNER), "me")
    assert [(kept.kind, kept.verdict, kept.held) for kept in history.lists] == [
        ("followers", "complete", 3),
        ("followers", "limited", 1),
        ("followers", "complete", 3),
        ("following", "complete", 2),
    ]
    assert history.lists[1].doubt == "limited: the server cut the list, 1 of 40 expected"
    assert [seen.values["follower_count"] for seen in history.profiles] == [3, 1, 3, 2]
    moments = [each.at if isinstance(each, igcrawl.SeenProfile) else each.ended_at for each in history]
    assert moments == sorted(map(str, moments))
    assert len(moments) == len(history)


async def test_answers_can_be_pickled_and_copied(ig: igcrawl.Client) -> None:
    for answer in (await ig.compare("kept", "me"), await ig.compare("overlap", OWNER, 77)):
        for again in (pickle.loads(pickle.dumps(answer)), copy.deepcopy(answer)):
            assert list(again) == list(answer)
            assert again.to_pandas().equals(answer.to_pandas())
    history = await ig.history("me")
    assert list(pickle.loads(pickle.dumps(history))) == list(history)
    doubt = igcrawl.DoubtfulComparison("why", await ig.compare("new", "me"))
    again = pickle.loads(pickle.dumps(doubt))
    assert (str(again), names(again.comparison)) == ("why", ["u4"])


async def test_random_lists_are_compared_as_sets_are(ig: igcrawl.Client, tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    draw = random.Random(seed)
    before, after = (draw.sample(range(1, 60), draw.randint(1, 50)) for _ in range(2))
    async with opened(f"sqlite:///{tmp_path}/store.db") as store:
        await put_list(store, 6, before, owner=5)
        await put_list(store, 7, after, owner=5)
    truth = {"new": set(after) - set(before), "gone": set(before) - set(after), "kept": set(before) & set(after)}
    for question, expected in truth.items():
        comparison = await ig.compare(question, 5)  # type: ignore[arg-type]
        assert {int(account.pk) for account in comparison} == expected
        assert comparison.total == len(expected)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda ig: ig.compare("nwe", "me"), "compare nwe: did you mean new? expected one of new, gone, kept, overlap"),
        (lambda ig: ig.compare("new"), "compare new: give one account: an id, @name, address, or a walk such as"),
        (lambda ig: ig.compare("overlap", "me"), "compare overlap: give two accounts or more"),
        (lambda ig: ig.compare("new", "me", list="friends"), "list='friends': expected one of followers, following"),
        (lambda ig: ig.compare("new", "me", form_=1), "unknown argument 'form_'; did you mean from_? arguments: from_"),
        (lambda ig: ig.compare("new", "me", from_=1.5), "from_ and to: expected a crawl or a date, got 1.5 (float)"),
        (lambda ig: ig.compare("new", "me", limit="x"), "limit: expected a whole number, got 'x'"),
        (lambda ig: ig.compare("new", "me", on_doubt="no"), "on_doubt: expected raise or warn, got 'no'"),
        (lambda ig: ig.compare("new", None), "an account is an id, a name or an address, got None (NoneType)"),
        (lambda ig: ig.compare("new", "me", to=2), "no complete followers of @me (25025320) for to='2': crawl 2"),
        (lambda ig: ig.compare("new", "me", to=2), "any=True takes it, and says what that does"),
        (lambda ig: ig.compare("new", "me", from_=3), "from_ is the same list: crawl 3, complete"),
        (lambda ig: ig.compare("new", 77), "one list alone cannot be compared; there is crawl 5"),
        (lambda ig: ig.compare("new", 77), "`ig.followers(user_id='77')` makes another"),
        (lambda ig: ig.compare("overlap", "me", 77, from_=1), "from_ is for new, gone, kept; to takes overlap of an"),
        (lambda ig: ig.compare("mutual", "me", list="following"), "compare mutual takes no list: it holds followers"),
        (lambda ig: ig.compare("new", "me", out="x.txt"), "x.txt: its suffix names no format"),
        (lambda ig: ig.history("nobody"), "@nobody: no record of the store has this name; `scrapy walks` lists"),
        (lambda ig: ig.history(5), "the store knows nothing of 5; `ig.profiles(user_ids='5')` asks"),
        (lambda ig: ig.report("page.txt"), "page.txt: a report is an HTML file; give a name that ends in .html"),
        (lambda ig: ig.report("page.html", 5), "the store has no list of 5"),
        (lambda ig: ig.export("x.csv", typ="follow"), "unknown argument 'typ'; did you mean type?"),
        (lambda ig: ig.export("x.csv", type="folow"), "type='folow': no such type of record; did you mean follow?"),
        (lambda ig: ig.export("x.csv", crawl=99), "crawl='99': no such crawl"),
        (lambda ig: ig.export("x.csv", walk="x"), "walk='x': expected operation and target"),
        (lambda ig: ig.export("x.csv", purpose="exel"), "purpose='exel': no such purpose; did you mean excel?"),
    ],
)
async def test_what_cannot_be_answered_is_refused_in_python_s_words(ig: igcrawl.Client, call: Any, said: str) -> None:
    with pytest.raises(igcrawl.BadInput) as refused:
        await call(ig)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_without_the_extra_a_line_says_what_to_install(
    ig: igcrawl.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (list_engine, report_module):
        monkeypatch.setattr(module, "find_spec", lambda name: None)
    for call in (lambda: ig.compare("new", "me"), lambda: ig.report("page.html")):
        with pytest.raises(igcrawl.BadInput, match=r"needs .* and .*: .*pip install '/path/to/igcrawl\[analysis\]'"):
            await call()
    assert not Path("page.html").exists()


async def test_a_store_that_is_not_there_is_not_made(ig: igcrawl.Client, tmp_path: Path) -> None:
    other = igcrawl.Client(tmp_path / "session.json", "other.db")
    for call in (lambda: other.compare("new", "me"), lambda: other.history("me"), lambda: other.report("page.html")):
        with pytest.raises(igcrawl.BadInput, match=r"there is no store at .*other\.db yet"):
            await call()
    assert not Path("other.db").exists()
