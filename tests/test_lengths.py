"""Length has limits: of a line in the log, of a cursor, of a reason, whoever wrote them."""

from __future__ import annotations

import logging
import random

import pytest

from igcrawl.crawl.walk import Ending, Walk
from igcrawl.errors import MalformedAnswer
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.paging import LONGEST_CURSOR, PageEnd, check_length
from igcrawl.sessions.log_guard import make_printable
from igcrawl.simulator import Simulator
from igcrawl.simulator.cursors import Cursors
from igcrawl.verdict import Verdict
from tests.conftest import Crawl


def line_of(name: str, said: str, error: Exception | None = None) -> str:
    info = None if error is None else (type(error), error, None)
    record = logging.LogRecord(name, logging.ERROR, "", 0, "%s", (said,), info)
    make_printable(record)
    return logging.Formatter().format(record)


def test_a_line_of_ours_is_one_line_of_a_thousand_characters_at_most() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for _ in range(200):
        said = "".join(rng.choices("a\n\x1b\u202e\ud83d é%", k=rng.randint(0, 5000)))
        shown = line_of("igcrawl.walk", said)
        assert "\n" not in shown and shown.isprintable()
        assert len(shown) <= 1000, seed
    assert line_of("igcrawl.walk", "x" * 5000) == "x" * 999 + "…"
    assert line_of("igcrawl.walk", "x" * 1000) == "x" * 1000


def test_each_line_of_others_has_a_limit_and_so_has_a_traceback() -> None:
    shown = line_of("scrapy.core.scraper", "a\n" + "x" * 10**5)
    assert max(map(len, shown.split("\n"))) < 4100
    shown = line_of("scrapy.core.scraper", "failed", ValueError("y" * 10**5))
    assert max(map(len, shown.split("\n"))) < 4100


def test_a_reason_has_five_hundred_characters_at_most_with_all_its_notes() -> None:
    walk = Walk(operation=OPERATIONS["followers"], target="1", args={"user_id": "1"})
    walk.note(f"{number} {'x' * 1000}" for number in range(5))
    record = walk.end_record(Ending(Verdict.FAILED, "the server said no " + "y" * 10**6), "2026-01-01T00:00:00Z")
    assert record.reason is not None
    assert record.reason.startswith("the server said no ")
    assert len(record.reason) == 500


@pytest.mark.parametrize(("length", "taken"), [(LONGEST_CURSOR, True), (LONGEST_CURSOR + 1, False)])
def test_a_cursor_has_a_limit(length: int, taken: bool) -> None:
    end = PageEnd("c" * length)
    if taken:
        assert check_length(end, "followers") is end
        return
    with pytest.raises(MalformedAnswer, match="the next cursor: it has 65,537 characters, at most 65,536 are taken"):
        check_length(end, "followers")


def test_a_page_with_an_endless_cursor_fails_and_is_neither_sent_nor_stored(
    simulator: Simulator, crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cursors, "write", lambda *_: "c" * 10**6)
    records = crawl("followers", f"user_id={simulator.user_id}", "verify=0", code=1)
    [walk] = records
    assert (walk["verdict"], walk["pages"]) == ("failed", 0)
    assert "the next cursor: it has 1,000,000 characters, at most 65,536 are taken" in walk["reason"]
    assert [request.operation for request in simulator.requests] == ["followers"]
    assert "c" * 1000 not in crawl.log
