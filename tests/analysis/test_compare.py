"""`scrapy compare`: which lists are taken, who is in the answer, and what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from igcrawl.analysis.lists import list_engine
from igcrawl.errors import BadInput
from tests.analysis.histories import read
from tests.analysis.kept import OWNER, change_in, put_list, shared_in, told
from tests.store.samples import opened


@pytest.fixture
def here(tmp_path: Path) -> str:
    """The address of an SQLite store, where it does not matter which store it is."""
    return f"sqlite:///{tmp_path}/store.db"


async def test_new_gone_and_kept_are_those_of_the_last_two_complete_lists(url: str) -> None:
    async with opened(url) as store:
        await put_list(store, 1, [8, 9])
        await put_list(store, 2, [1, 2, 3])
        await put_list(store, 3, [9], verdict="limited", expected=40)
        await put_list(store, 4, [4, 2, 3], names={2: "renamed"})
    assert told(await change_in(url, "new")) == ["u4"]
    assert told(await change_in(url, "gone")) == ["u1"]
    kept = await change_in(url, "kept")
    assert [(each.username, each.first_username) for each in kept.first] == [("renamed", "u2"), ("u3", "u3")]
    assert kept.doubts == []


@pytest.mark.parametrize(
    ("order", "new"),
    [
        ({"earlier": "1"}, ["u3", "u4"]),
        ({"earlier": "1", "later": "2"}, ["u3"]),
        ({"later": "2"}, ["u3"]),
        ({"earlier": "first", "later": "third"}, ["u3", "u4"]),
        ({"earlier": "2026-11-01"}, ["u3", "u4"]),
        ({"earlier": "2026-11-01T09:00", "later": "2026-11-09"}, ["u3"]),
        ({"earlier": "2026-11-07", "later": "2026-11-30"}, ["u3", "u4"]),
        ({"later": "2026-11-09 23:59:59Z"}, ["u3"]),
    ],
)
async def test_lists_are_named_by_crawl_or_date(here: str, order: dict[str, str], new: list[str]) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1, 2], crawl="first")
        await put_list(store, 8, [3, 1, 2])
        await put_list(store, 15, [3, 4, 1, 2], crawl="third")
    assert told(await change_in(here, "new", **order)) == new


@pytest.mark.parametrize(
    ("name", "order", "said"),
    [
        ("7", {}, "no followers of 7: the store has no list of it; `scrapy crawl followers -a user_id=7` makes one"),
        (OWNER, {"kind": "following"}, "the store has its followers (--list); `scrapy crawl following -a user_id=250"),
        ("@nobody", {}, "@nobody: no record of the store has this name"),
        ("no body", {}, "no body: is neither a numeric id nor a username"),
        ("5", {}, "followers of @five (5): one list alone cannot be compared; there is crawl 1, complete 2026-11-01"),
        ("6", {}, "no complete followers of @six (6): crawl 2, limited 2026-11-02 09:00; --any takes it, and says"),
        (
            "4",
            {},
            "one list alone cannot be compared; there is crawl 5 (week5), complete 2026-11-05 09:00; crawl 4, stop",
        ),
        ("4", {}, "--any compares incomplete ones"),
        ("4", {"earlier": "4"}, "no complete followers of 4 for --from=4: crawl 4, stopped 2026-11-04 09:00; --any"),
        ("4", {"later": "9"}, "no complete followers of 4 for --to=9; there is crawl 5"),
        ("4", {"later": "2026-11-01"}, "no complete followers of 4 for --to=2026-11-01; there is crawl 5"),
        ("4", {"later": "wek5"}, "--to=wek5: expected a crawl that has followers of 4, or a date such as 2026-11-28"),
        ("4", {"later": "wek5"}, "did you mean week5? there is crawl 5 (week5)"),
        ("4", {"later": "2026-11-31"}, "--to=2026-11-31: there is no such date or time; there is crawl 5"),
        ("4", {"earlier": "2026-11-01T24:30"}, "--from=2026-11-01T24:30: there is no such date or time"),
        ("followers_rest/4", {}, "there is no such walk; give followers/4, which has its followers"),
        ("4", {"earlier": "5"}, "--from is the same list: crawl 5"),
        ("4", {"earlier": "5", "later": "4", "incomplete": True}, "--from is later: crawl 5"),
        ("3", {"incomplete": True}, "no complete followers of 3; there is crawl 3, private 2026-11-03"),
    ],
)
async def test_what_cannot_be_compared_is_told_with_what_there_is(
    here: str, name: object, order: dict[str, Any], said: str
) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1], owner=5, owner_name="five")
        await put_list(store, 2, [1], owner=6, owner_name="six", verdict="limited")
        await put_list(store, 3, [], owner=3, verdict="private", expected=9)
        await put_list(store, 4, [1], owner=4, verdict="stopped")
        await put_list(store, 5, [1], owner=4, crawl="week5")
        await put_list(store, 6, [1])
    with pytest.raises(BadInput) as refused:
        await change_in(here, "new", name, **order)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_without_a_store_there_is_nothing_to_compare(here: str) -> None:
    with pytest.raises(BadInput, match=r"there is no store at .*store.db yet: nothing to compare"):
        await change_in(here, "new")


async def test_without_duckdb_it_is_told_how_to_get_it(here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_engine, "find_spec", lambda name: None if name == "duckdb" else object())
    with pytest.raises(BadInput, match=r"this needs duckdb: .*pip install '/path/to/igcrawl\[analysis\]'"):
        await change_in(here, "new")


async def test_a_name_is_that_of_the_account_that_had_it_last(url: str) -> None:
    async with opened(url) as store:
        for day, owner, name in [(1, 5, "ann"), (2, 5, "ann"), (3, 5, "bea"), (4, 6, "ann"), (5, 6, "ann")]:
            await put_list(store, day, [day], owner=owner, owner_name=name)
        await put_list(store, 6, [6], owner=8, names={6: "cleo"})
    assert told(await change_in(url, "new", "@ann")) == ["u5"]
    assert told(await change_in(url, "new", "https://www.instagram.com/bea/")) == ["u3"]
    with pytest.raises(BadInput, match=r"no following of @cleo \(6\): the store has its followers"):
        await change_in(url, "new", "cleo", kind="following")


async def test_a_name_that_two_accounts_had_at_once_is_refused(here: str) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1], names={1: "ann"}, owner=5)
        await put_list(store, 1, [2], names={2: "ann"}, owner=6)
    with pytest.raises(BadInput, match="@ann: 1 and 2 had this name at the same time; give the id"):
        await change_in(here, "new", "ann")


async def test_who_had_a_name_before_is_told_where_its_holder_has_no_list(here: str) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1], owner=5, owner_name="ann")
        await put_list(store, 2, [7], owner=6, names={7: "ann"})
    with pytest.raises(BadInput, match=r"no followers of @ann \(7\): .*; 5 had this name before: give the id"):
        await change_in(here, "new", "ann")


async def test_a_list_is_the_same_on_each_surface_and_a_walk_names_it_too(here: str) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1, 2])
        await put_list(store, 2, [1, 3], operation="followers_rest", subject=f"followers/{OWNER}")
    for name in (OWNER, f"followers/{OWNER}", f"followers_rest/{OWNER}"):
        assert told(await change_in(here, "new", name)) == ["u3"]


async def test_an_update_stands_on_the_lists_before_it_and_is_doubted(here: str) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1, 2])
        await put_list(store, 2, [3, 1], verdict="updated", new=[3], expected=3)
        await put_list(store, 3, [4, 3], verdict="updated", new=[4], expected=4)
        await put_list(store, 4, [4, 1])
    gone = await change_in(here, "gone")
    assert (told(gone), gone.doubts) == (["u2"], [])
    with pytest.raises(BadInput, match=r"crawl 3, updated .*; --any"):
        await change_in(here, "new", earlier="3")
    gone = await change_in(here, "gone", earlier="3", incomplete=True)
    assert sorted(map(str, told(gone))) == ["u2", "u3"]
    assert [doubt.partition(":")[0] for doubt in gone.doubts] == ["the earlier list is updated"]
    new = await change_in(here, "new", earlier="1", later="3", incomplete=True)
    assert told(new) == ["u4", "u3"]


async def test_a_complete_list_that_was_read_as_an_update_has_the_names_of_those_it_passed_over(here: str) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1, 2])
        await put_list(store, 2, [3, 1, 2], new=[3])
    kept = await change_in(here, "kept")
    assert (told(kept), kept.doubts) == (["u1", "u2"], [])


async def test_accounts_whose_records_are_not_kept_have_their_ids_and_a_note(here: str) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1], keeps=False, records=False)
        await put_list(store, 2, [1, 2], keeps=False, records=False)
    new = await change_in(here, "new")
    assert [(each.pk, each.username) for each in new.first] == [("2", None)]
    assert new.notes == [
        "the store does not hold all records of crawls 1, 2 (IG_KEEP=False, or an older igcrawl): names are missing"
    ]
    assert new.doubts == []


@pytest.mark.parametrize("few", [0, 100])
async def test_ids_are_whatever_the_server_gave(here: str, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_engine, "_FEW", few)
    odd = ["18446744073709551615", "9223372036854775808", "007", "0", "1e3", "x"]
    async with opened(here) as store:
        await put_list(store, 1, [7, 1000])
        await put_list(store, 2, [7, 1000, *odd])
    new = await change_in(here, "new")
    assert [(each.pk, each.username) for each in new.first] == [(pk, f"u{pk}") for pk in odd]


async def test_overlap_counts_each_pair_and_tells_who_is_in_which_lists(url: str, tmp_path: Path) -> None:
    async with opened(url) as store:
        await put_list(store, 1, [1, 2, 3, 4], owner=5, owner_name="five")
        await put_list(store, 2, [3, 4, 5], owner=6)
        await put_list(store, 3, [9, 4], owner=7)
        await put_list(store, 4, [], owner=8)
    overlap = await shared_in(url, "@five", 6, 7, 8, out=str(tmp_path / "x.jsonl"))
    assert overlap.pairs == [[4, 2, 1, 0], [2, 3, 1, 0], [1, 1, 2, 0], [0, 0, 0, 0]]
    assert overlap.at_least == {2: 2, 3: 1, 4: 0}
    assert overlap.doubts == []
    rows = {row["pk"]: row for row in read(tmp_path / "x.jsonl")}
    assert {pk: (row["lists"], row["followers/5"], row["followers/7"]) for pk, row in rows.items()} == {
        "3": (2, True, False),
        "4": (3, True, True),
    }
    assert rows["4"]["username"] == "u4"


async def test_overlap_is_of_different_lists(here: str) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1], owner_name="ann")
    with pytest.raises(BadInput, match=f"followers/{OWNER} was given twice"):
        await shared_in(here, OWNER, "@ann")
    with pytest.raises(BadInput, match="61 lists are too many; 60 at most"):
        await shared_in(here, *range(1, 62))


async def test_mutual_are_those_who_follow_and_are_followed(here: str) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1, 2, 3])
        await put_list(store, 2, [2, 3, 4], operation="following", names={3: "now"})
    mutual = await shared_in(here, OWNER, mutual=True)
    assert (mutual.accounts, told(mutual), mutual.doubts) == (2, ["u2", "now"], [])
    with pytest.raises(BadInput, match="is one list; give the account"):
        await shared_in(here, f"followers/{OWNER}", mutual=True)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "csv.gz"])
async def test_a_file_has_the_doubt_beside_every_account(here: str, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"x.{suffix}"
    async with opened(here) as store:
        await put_list(store, 1, [1, 2, 3])
        await put_list(store, 2, [3], verdict="limited", expected=2)
    answer = await change_in(here, "gone", incomplete=True, out=str(out), most=1)
    rows = read(out)
    assert [(row["pk"], row["username"], row["change"]) for row in rows] == [("1", "u1", "gone"), ("2", "u2", "gone")]
    assert (answer.accounts, len(answer.first)) == (2, 1)
    for row in rows:
        assert row["doubt"] == "; ".join(answer.doubts)
        assert "of 2 gone, up to 1 may still follow: the later list is 1 short of its expected count" in row["doubt"]
        assert (str(row["from_crawl"]), row["to_verdict"]) == ("1", "limited")


async def test_a_spreadsheet_has_ids_and_formulas_as_the_texts_that_they_are(here: str, tmp_path: Path) -> None:
    import openpyxl

    pk, name = 12345678901234567, '=HYPERLINK("https://x.example")'
    async with opened(here) as store:
        await put_list(store, 1, [1])
        await put_list(store, 2, [1, pk], names={pk: name})
    await change_in(here, "new", out=str(tmp_path / "x.xlsx"))
    [head, row] = openpyxl.load_workbook(tmp_path / "x.xlsx")["answer"].iter_rows()
    cells = {one.value: other for one, other in zip(head, row, strict=True)}
    assert [(cells[each].value, cells[each].data_type) for each in ("pk", "username")] == [(str(pk), "s"), (name, "s")]


async def test_a_limit_may_be_any_number(here: str) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1])
        await put_list(store, 2, [1, 2])
    assert told(await change_in(here, "new", most=10**30)) == ["u2"]


async def test_a_file_of_whole_lists_has_no_doubt(here: str, tmp_path: Path) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1, 2])
        await put_list(store, 2, [2])
    await change_in(here, "gone", out=str(tmp_path / "x.jsonl"))
    assert [row["doubt"] for row in read(tmp_path / "x.jsonl")] == [None]


@pytest.mark.parametrize(
    ("out", "said"),
    [("x.gexf", "its suffix names no format"), ("no/x.csv", "there is no folder no"), ("store.db", "suffix names no")],
)
async def test_a_file_that_cannot_be_written_is_refused_first(here: str, out: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        await change_in(here, "new", out=out)


async def test_a_list_that_is_being_read_is_doubted(here: str) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1, 2, 3])
        await put_list(store, 2, [1], verdict=None, expected=3)
    gone = await change_in(here, "gone", incomplete=True)
    assert told(gone) == ["u2", "u3"]
    assert gone.doubts == [
        "the later list is open: the walk was not finished, 1 of 3 expected",
        "of 2 gone, up to 2 may still follow: the later list is 2 short of its expected count",
    ]


async def test_suggestions_are_those_of_the_operation_that_was_asked_most(here: str) -> None:
    async with opened(here) as store:
        await put_list(store, 1, [1], operation="chaining")
        await put_list(store, 2, [2], operation="related_profiles")
        await put_list(store, 3, [3], operation="chaining")
        await put_list(store, 4, [4], operation="related_profiles")
        await put_list(store, 5, [5], operation="chaining")
    assert told(await change_in(here, "new", kind="suggestions")) == ["u5"]
    assert told(await change_in(here, "new", f"related_profiles/{OWNER}")) == ["u4"]
