"""Tables and help fit the terminal, lose nothing, and are not cut where there is no terminal."""

from __future__ import annotations

import io
import random
import sys

import pytest
from scrapy.settings import Settings

from igcrawl.cli.command_config import config_of
from igcrawl.cli.help_text import section
from igcrawl.cli.operation_help import operation_lines
from igcrawl.cli.operations_table import print_table
from igcrawl.cli.tables import Table, shown_width, wrapped
from igcrawl.doc_ids import shipped_queries
from igcrawl.operations.catalogue import OPERATIONS

PARTS = ["a", "word", "followers/25025320", "284797047911918316998205836755", "日本語", "é", "x" * 90, "1,234", "-", ""]


def random_table(seed: int) -> tuple[list[str], list[list[str]], int]:
    chance = random.Random(seed)
    columns = chance.randint(1, 9)
    rows = [
        [" ".join(chance.choices(PARTS, k=chance.randint(0, 4))) for _ in range(columns)]
        for _ in range(chance.randint(0, 6))
    ]
    return [f"column{place}" for place in range(columns)], rows, chance.randint(20, 200)


def bare(text: str) -> str:
    return "".join(sorted("".join(text.split())))


@pytest.mark.parametrize("seed", range(300))
def test_a_table_fits_the_terminal_and_loses_nothing(seed: int) -> None:
    names, rows, width = random_table(seed)
    lines = list(Table(names, names[:1], width).lines(rows))
    assert max(map(shown_width, lines), default=0) <= width, f"seed {seed}"
    shown, given = bare("".join(lines)), bare("".join(cell for row in rows for cell in row))
    as_lists = "".join(f"{name}:" for name in names) * len(rows)
    heads = {bare(given + "".join(names)), bare(given + as_lists)}
    assert shown in heads, f"seed {seed}"


@pytest.mark.parametrize("seed", range(40))
def test_without_a_terminal_a_row_is_a_line(seed: int) -> None:
    names, rows, _ = random_table(seed)
    lines = list(Table(names).lines(rows))
    assert len(lines) == 1 + len(rows)
    for row, line in zip(rows, lines[1:], strict=True):
        assert all(cell.rstrip() in line for cell in row), f"seed {seed}"


def test_rows_that_come_later_stand_below_those_that_came_first() -> None:
    table = Table(("name", "count"), ("count",), 20)
    assert list(table.lines([("one", "1"), ("two", "22")])) == ["name  count", "one       1", "two      22"]
    assert list(table.lines([("three or so", "333")])) == ["thre    333", "e or", "so"]


def test_cells_are_broken_at_blanks_and_behind_slashes_and_underscores() -> None:
    assert wrapped("a stale id of yesterday", 8) == ["a stale", "id of", "yesterda", "y"]
    assert wrapped("followers/25025320", 12) == ["followers/", "25025320"]
    assert wrapped("user_info_v2_gql", 12) == ["user_info_", "v2_gql"]
    assert wrapped("日本語", 3) == ["日", "本", "語"]


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("width", [80, 110])
def test_an_operation_is_shown_with_all_that_is_known_of_it(name: str, width: int) -> None:
    operation = OPERATIONS[name]
    *shown, example = operation_lines(operation, shipped_queries(), width)
    assert max(map(shown_width, shown)) <= width
    for word in (name, *operation.arguments, *operation.other_names):
        assert word in "\n".join(shown), word
    assert example.startswith(f"  scrapy crawl operation -a name={name}")


class AtTerminal(io.StringIO):
    """Standard output that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [80, 120])
def test_the_catalogue_fits_the_terminal_and_is_whole_elsewhere(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    config = config_of(Settings())
    monkeypatch.setenv("COLUMNS", str(columns))
    for output in (AtTerminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stdout", output)
        print_table(config)
        lines = output.getvalue().splitlines()
        if output.isatty():
            assert max(map(shown_width, lines)) <= columns
        else:
            others = {line.split()[0]: line for line in lines[1:]}
            assert set(others) == set(OPERATIONS)
            for name, operation in OPERATIONS.items():
                assert others[name].endswith(" ".join(operation.other_names))


def test_a_section_without_rows_is_left_out() -> None:
    assert list(section("Nothing:", [], 80)) == []
