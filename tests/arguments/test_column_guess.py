"""Where no head tells which column holds the targets, the one whose values look like targets is suggested."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from igcrawl.arguments.column_guess import guess_column
from igcrawl.arguments.target_fields import ACCOUNTS, MEDIA, TargetKind
from igcrawl.arguments.target_file import TargetFile
from igcrawl.errors import BadInput
from tests.arguments.test_targets import code_of, name_at_random

FIRST = ("Ann", "Bob", "Chloe", "Dmitri", "Emre", "Fatima")
#: Columns that stand beside the targets in people's spreadsheets.
BESIDE: dict[str, Callable[[random.Random, int], str]] = {
    "No": lambda rng, number: str(number),
    "Full name": lambda rng, number: f"{rng.choice(FIRST)} {rng.choice(FIRST)}son",
    "First": lambda rng, number: rng.choice(FIRST),
    "Mail": lambda rng, number: f"a{number}@mail.example",
    "Country": lambda rng, number: rng.choice(["Germany", "France", "uk", "Peru"]),
    "Size": lambda rng, number: str(rng.randrange(100, 900_000)),
    "Since": lambda rng, number: f"2024-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}",
    "Why": lambda rng, number: rng.choice(["", "seen on tv", "asked by press", "new one"]),
    "Site": lambda rng, number: f"https://example.com/{number}",
}


def account(rng: random.Random) -> str:
    name = f"{name_at_random(rng)}x"[:30]
    return rng.choice([name, f"@{name}", name])


WRITTEN: list[tuple[TargetKind, Callable[[random.Random], str]]] = [
    (ACCOUNTS, account),
    (ACCOUNTS, lambda rng: f"https://www.instagram.com/{name_at_random(rng)}x/"),
    (ACCOUNTS, lambda rng: str(rng.randrange(10**7, 10**11))),
    (MEDIA, lambda rng: f"https://www.instagram.com/p/{code_of(rng.randrange(1 << 60, 1 << 62))}/"),
    (MEDIA, lambda rng: str(rng.randrange(1 << 60, 1 << 62))),
]


def test_the_column_of_targets_is_found_among_those_of_a_spreadsheet() -> None:
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")
    rng = random.Random(seed)
    for _ in range(60):
        kind, write = rng.choice(WRITTEN)
        heads = [*rng.sample(sorted(BESIDE), rng.randint(1, len(BESIDE))), "Whom"]
        rng.shuffle(heads)
        rows = []
        for number in range(1, rng.randint(8, 40)):
            cells = {name: fill(rng, number) for name, fill in BESIDE.items()}
            rows.append([{**cells, "Whom": write(rng) if number % 7 else ""}[head] for head in heads])
        guess = guess_column(kind, heads, rows)
        assert guess is not None, (seed, heads, rows)
        filled = sum(bool(row[heads.index("Whom")]) for row in rows)
        assert (guess.head, guess.good, guess.filled) == ("Whom", filled, filled), (seed, heads, rows)


def table(folder: Path, heads: list[str], rows: list[list[str]]) -> Path:
    path = folder / "table.csv"
    path.write_text("".join(f"{';'.join(cells)}\n" for cells in [heads, *rows]))
    return path


@pytest.mark.parametrize(
    ("head", "fill", "doubt"),
    [
        ("Name", "First", "may be people's names"),
        ("Name", "Full name", "may be people's names"),
        ("id", "No", "may be row numbers"),
        ("url", "Site", "may be something else"),
    ],
)
def test_a_column_that_may_be_something_else_is_not_read_where_another_looks_as_much_like_accounts(
    tmp_path: Path, head: str, fill: str, doubt: str
) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")
    rng = random.Random(seed)
    for _ in range(20):
        whom, write = rng.choice(["Konto", "Whom"]), rng.choice([write for kind, write in WRITTEN if kind is ACCOUNTS])
        heads = [head, whom, *rng.sample(["Country", "Size", "Why"], rng.randint(0, 3))]
        rng.shuffle(heads)
        made = {**BESIDE, head: BESIDE[fill], whom: lambda rng, number, write=write: write(rng)}
        rows = [[made[each](rng, number) for each in heads] for number in range(1, rng.randint(4, 40))]
        path = table(tmp_path, heads, rows)
        with pytest.raises(BadInput) as refused:
            TargetFile(path, ACCOUNTS).content()
        assert str(refused.value) == f"file={path}: its column {head!r} {doubt}; column={whom} or column={head}", seed
        named = TargetFile(path, ACCOUNTS, whom)
        assert [(given.text, given.line) for given in named] == [
            (row[heads.index(whom)], number) for number, row in enumerate(rows, 2)
        ], seed


def test_a_column_that_may_be_something_else_is_read_where_no_other_looks_like_accounts(tmp_path: Path) -> None:
    for heads, rows in (
        (["Name", "Stadt"], [["nasa", "Berlin"], ["esa", "Paris"]]),
        (["Name", "Notiz"], [["nasa", "neu"], ["esa", ""], ["jaxa", ""]]),
        (["id", "Nick"], [["25025320", "nasa"], ["100000002", "esa"]]),
    ):
        path = table(tmp_path, heads, rows)
        assert [given.text for given in TargetFile(path, ACCOUNTS)] == [row[0] for row in rows]


def test_a_column_that_was_named_and_holds_no_accounts_is_refused_with_the_one_that_looks_like_it(
    tmp_path: Path,
) -> None:
    path = table(tmp_path, ["Name", "Konto"], [["Lena Amsel", "lena.a"], ["Max Bär", "max_b"]])
    with pytest.raises(BadInput, match="; column='Konto' looks like it: 2 of its 2 values are accounts; mend the file"):
        TargetFile(path, ACCOUNTS, "Name").content()


def test_where_nothing_looks_like_a_target_nothing_is_suggested() -> None:
    rng = random.Random(1)
    heads = sorted(BESIDE)
    rows = [[BESIDE[head](rng, number) for head in heads] for number in range(1, 40)]
    assert guess_column(ACCOUNTS, heads, rows) is None
    assert guess_column(MEDIA, heads, rows) is None


@pytest.mark.parametrize(
    ("lines", "column", "said"),
    [
        (
            ["Who,Mail", "nasa_1,a@b.example", "esa.int,c@d.example"],
            None,
            "column='Who' looks like it: 2 of its 2 values are",
        ),
        (
            ["@nasa,Space", "@esa,Also space"],
            None,
            "column='@nasa' looks like it: 1 of its 1 values are accounts, but",
        ),
        (["Handel,Mail", "nasa_1,a@b.example"], "handle", "no such head: 'Handel', 'Mail'; did you mean Handel?"),
        (["Who,Mail", "nasa_1,a@b.example"], "x", "no such head: 'Who', 'Mail'; column='Who' looks like it"),
    ],
)
def test_a_file_without_a_known_head_is_refused_with_the_column_that_looks_like_it(
    tmp_path: Path, lines: list[str], column: str | None, said: str
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises(BadInput) as refused:
        TargetFile(path, ACCOUNTS, column).content()
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_refused_with_one_that_has_nearly_its_name(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("a\n")
    with pytest.raises(BadInput, match=r"did you mean accounts\.csv\?"):
        TargetFile(tmp_path / "acounts.csv", ACCOUNTS).content()
    with pytest.raises(BadInput, match="there is no folder"):
        TargetFile(tmp_path / "none" / "accounts.csv", ACCOUNTS).content()
