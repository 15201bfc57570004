"""`scrapy compare` and `scrapy history` as commands: what they print, and what they refuse before they open a store."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from scrapy.commands import ScrapyCommand

from igcrawl.analysis.lists import list_engine
from igcrawl.commands.compare import Command as Compare
from igcrawl.commands.history import Command as History
from tests.analysis.histories import settings_for
from tests.analysis.kept import OWNER, put_list
from tests.store.samples import opened


def ran(command: ScrapyCommand, *line: str, url: str = "sqlite:////nowhere/store.db") -> int:
    """The exit code of a command line, read as Scrapy reads it."""
    command.settings = settings_for(url)
    parser = argparse.ArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    options, arguments = parser.parse_known_args(line)
    try:
        command.run(arguments, options)
    except SystemExit as end:
        return int(str(end.code))
    return command.exitcode


def cells(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ((), "scrapy compare : expected one of new, gone, kept, overlap, mutual, then whose lists"),
        (("nwe", "5"), "scrapy compare nwe: did you mean new? expected one of"),
        (("new",), "scrapy compare new: give one account"),
        (("new", "5", "6"), "scrapy compare new: give one account"),
        (("overlap", "5"), "scrapy compare overlap: give two accounts or more"),
        (("new", "5", "--list", "follower"), "--list=follower: did you mean followers"),
        (("overlap", "5", "6", "--from", "1"), "--from is for new, gone, kept; --to takes overlap of an earlier time"),
        (("mutual", "5", "--list", "following"), "scrapy compare mutual takes no --list"),
        (("new", "5", "--limit", "-1"), "--limit: expected a whole number, got '-1'"),
        (("new", "5"), "there is no store at /nowhere/store.db yet: nothing to compare"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    line: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(Compare(), *line) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert said in told


def test_history_is_of_one_account(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(History()) == ran(History(), "5", "6") == ran(History(), "5", "--limit", "x") == 2
    assert [line.partition(": ")[2] for line in capsys.readouterr().err.splitlines()] == [
        "scrapy history: give one account: an id, @name, or address",
        "scrapy history: give one account: an id, @name, or address",
        "--limit: expected a whole number, got 'x'",
    ]


async def filled(url: str) -> None:
    async with opened(url) as store:
        await put_list(store, 1, [1, 2, 3], owner_name="ann")
        await put_list(store, 2, [4, 1], owner_name="ann", verdict="limited", expected=4)
        await put_list(store, 3, [1, 9], owner=6)
        await put_list(store, 4, [4, 1, 2], names={2: "now"}, owner_name="ann")
        await put_list(store, 5, [2, 4], operation="following", owner_name="ann")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of a store in a file."""
    return f"sqlite:///{tmp_path}/store.db"


def answered(url: str, capsys: pytest.CaptureFixture[str], *line: str) -> list[str]:
    command = History() if line[0] == "history" else Compare()
    assert ran(command, *line[line[0] == "history" :], url=url) == 0
    return cells(capsys.readouterr().out)


def fill(url: str) -> None:
    import asyncio

    asyncio.run(filled(url))


def test_the_table_names_the_lists_and_the_accounts(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    fill(url)
    assert answered(url, capsys, "gone", "@ann") == [
        f"1 gone of the followers of @ann ({OWNER}): crawl 1, complete 2026-11-01 09:00 → "
        "crawl 4, complete 2026-11-04 09:00",
        "username id full name private verified",
        "u3 3 - - -",
    ]
    assert answered(url, capsys, "kept", "@ann", "--limit", "1")[1:] == [
        "username id full name private verified",
        "u1 1 - - -",
        "… and 1 more (--limit, or -O FILE for all)",
    ]
    assert answered(url, capsys, "kept", "@ann")[1:] == [
        "username id full name private verified was",
        "u1 1 - - -",
        "now 2 - - - u2",
    ]


def test_the_table_says_what_an_incomplete_list_does_to_it(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    fill(url)
    assert answered(url, capsys, "gone", "@ann", "--to", "2", "--any")[1:4] == [
        "doubtful: the later list is limited: the server cut the list, 2 of 4 expected",
        "doubtful: of 2 gone, up to 2 may still follow: the later list is 2 short of its expected count",
        "username id full name private verified",
    ]


def test_overlap_is_a_matrix_of_counts_and_of_shares(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    fill(url)
    assert answered(url, capsys, "overlap", "@ann", "6") == [
        f"A followers of @ann ({OWNER}): 3 accounts, crawl 4, complete 2026-11-04 09:00",
        "B followers of 6: 2 accounts, crawl 3, complete 2026-11-03 09:00",
        "accounts in both",
        "A B",
        "A 3 1",
        "B 1 2",
        "Jaccard: accounts in both, as a share of those in either",
        "A B",
        "A 1.000 0.250",
        "B 0.250 1.000",
        "in all: 1",
    ]


def test_mutual_names_both_lists(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    fill(url)
    assert answered(url, capsys, "mutual", "ann") == [
        f"2 follow @ann ({OWNER}) and are followed back",
        "followers: 3 accounts, crawl 4, complete 2026-11-04 09:00",
        "following: 2 accounts, crawl 5, complete 2026-11-05 09:00",
        "username id full name private verified",
        "u4 4 - - -",
        "u2 2 - - -",
    ]


def test_standard_output_has_the_accounts_alone(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    fill(url)
    assert ran(Compare(), "new", "@ann", "-O", "-", url=url) == 0
    out, err = capfd.readouterr()
    assert [line.startswith('{"pk":"4"') for line in out.splitlines()] == [True]
    assert err.splitlines()[-1] == "igcrawl: 1 account written to standard output"
    assert ran(History(), "@ann", "-O", "-", url=url) == 0
    assert all(line.startswith('{"at":') for line in capfd.readouterr().out.splitlines())


def test_only_comparing_needs_duckdb(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(url)
    monkeypatch.setattr(list_engine, "find_spec", lambda name: None)
    assert ran(Compare(), "new", "@ann", url=url) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told == (
        "igcrawl: this needs duckdb and pyarrow: "
        "`make demo` installs it, and so does `pip install '/path/to/igcrawl[analysis]'`"
    )
    assert answered(url, capsys, "history", "@ann")[0] == f"@ann ({OWNER}): 4 lists, 4 profiles"
