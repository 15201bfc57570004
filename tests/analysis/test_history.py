"""`scrapy history`: an account's lists and profiles over time."""

from __future__ import annotations

from pathlib import Path

import pytest

from igcrawl.analysis.lists.history import History, read_history, told_changes
from igcrawl.cli.history_table import print_history
from igcrawl.errors import BadInput
from igcrawl.items import Profile
from igcrawl.store import Seed
from tests.analysis.histories import crawl_of, put, read
from tests.analysis.kept import OWNER, config_for, put_list
from tests.store.samples import claimed, opened


async def put_profile(store: object, day: int, target: object, pk: object, operation: str, **values: object) -> None:
    at = f"2026-11-{day:02}T10:00:00.000Z"
    key = f"{operation}/{target}"
    argument = "user_id" if str(target).isdecimal() else "username"
    given = Seed(key=key, subject=key, operation=operation, target=str(target), args={argument: str(target)})
    walk = await claimed(store, await crawl_of(store, given, key=f"{key} {day}", spider="profiles"))  # type: ignore[arg-type]
    record = Profile("profile", operation, at, key, str(pk), **values)  # type: ignore[arg-type]
    await put(store, walk, record, verdict="complete")  # type: ignore[arg-type]


async def grown(url: str) -> None:
    """A store in which an account grows, is renamed, and has two of its lists read."""
    async with opened(url) as store:
        await put_list(store, 1, [1, 2], owner_name="ann")
        await put_profile(store, 2, OWNER, OWNER, "user_profile", username="ann", follower_count=3, is_private=False)
        await put_list(store, 3, [1], owner_name="ann", verdict="limited", expected=4)
        await put_profile(store, 4, "bea", OWNER, "user_lookup", username="bea", follower_count=5, is_private=True)
        await put_profile(store, 5, "ann", 9, "user_lookup", username="ann", follower_count=7)
        await put_list(store, 6, [1, 2, 3], owner_name="bea")
        await put_list(store, 7, [4, 1, 2, 3], new=[4], verdict="updated", owner_name="bea")
        await put_list(store, 8, [8], operation="following", owner_name="bea")


async def history(url: str, name: object = OWNER) -> History:
    return await read_history(config_for(url), str(name))


async def test_each_list_is_told_with_its_verdict_and_each_profile_with_what_changed(url: str) -> None:
    await grown(url)
    found = await history(url)
    assert str(found.account) == f"@bea ({OWNER})"
    assert [(kept.kind, kept.verdict, kept.held) for kept in found.lists] == [
        ("followers", "complete", 2),
        ("followers", "limited", 1),
        ("followers", "complete", 3),
        ("followers", "updated", 4),
        ("following", "complete", 1),
    ]
    assert [(seen.at[8:10], seen.values["follower_count"], told_changes(seen)) for seen in found.profiles] == [
        ("01", 2, ""),
        ("02", 3, ""),
        ("03", 1, ""),
        ("04", 5, "username: ann → bea; is_private: False → True"),
        ("06", 3, ""),
        ("07", 4, ""),
        ("08", 1, ""),
    ]


async def test_a_name_that_somebody_else_has_taken_is_that_ones(url: str) -> None:
    await grown(url)
    assert str((await history(url, "@bea")).account) == f"@bea ({OWNER})"
    assert [seen.values["follower_count"] for seen in (await history(url, "@ann")).profiles] == [7]


async def test_what_an_answer_lacks_is_no_change(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    async with opened(url) as store:
        for day, biography in [(1, "one"), (2, None), (3, "one"), (4, "two")]:
            await put_profile(store, day, OWNER, OWNER, "user_profile", biography=biography)
    assert [told_changes(seen) for seen in (await history(url)).profiles] == ["", "", "", "biography: one → two"]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
async def test_a_file_holds_lists_and_profiles_by_their_time(tmp_path: Path, suffix: str) -> None:
    url, out = f"sqlite:///{tmp_path}/store.db", tmp_path / f"x.{suffix}"
    await grown(url)
    await read_history(config_for(url), str(OWNER), str(out))
    rows = [(row["at"][8:13], row["what"], str(row["accounts"] or "")) for row in read(out)]
    assert rows[:4] == [
        ("01T09", "followers", "2"),
        ("01T09", "profile", ""),
        ("02T10", "profile", ""),
        ("03T09", "followers", "1"),
    ]
    assert [row["doubt"] for row in read(out) if row["verdict"] == "limited"] == [
        "limited: the server cut the list, 1 of 4 expected"
    ]


async def test_a_text_that_a_cell_cannot_hold_is_cut_and_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    async with opened(url) as store:
        await put_profile(store, 1, OWNER, OWNER, "user_profile", biography="long " * 10_000)
    await read_history(config_for(url), str(OWNER), f"{tmp_path}/x.xlsx")
    assert capsys.readouterr().err == "igcrawl: biography: 1 text was longer than a cell and is cut\n"


async def test_the_table_tells_how_a_complete_list_has_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    await grown(url)
    await print_history(config_for(url), str(OWNER), None, 4)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"@bea ({OWNER}): 5 lists, 7 profiles"
    cells = [" ".join(line.split()) for line in lines]
    assert "2026-11-06 09:00 followers 3 +1 3 complete 6" in cells
    assert any(line.startswith("2026-11-07 09:00 followers - 1 new 4 updated 7 updated: ") for line in cells)
    assert "… and 1 earlier (--limit, or -O FILE for all)" in lines
    assert "… and 3 earlier (--limit, or -O FILE for all)" in lines


async def test_an_account_of_which_nothing_is_known_is_told_with_what_asks_for_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with pytest.raises(BadInput, match=r"there is no store at .* yet: nothing to tell"):
        await history(url)
    await grown(url)
    with pytest.raises(BadInput, match="the store knows nothing of 5; `scrapy crawl profiles -a user_ids=5` asks"):
        await history(url, 5)
