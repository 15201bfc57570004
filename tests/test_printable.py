"""Nothing of the server's steers a terminal or begins a line of its own: in the log, in reasons, in what is printed."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from igcrawl.console.display import Display
from igcrawl.crawl.logs import log_verdict
from igcrawl.crawl.walk import Ending, Walk
from igcrawl.items import Payload, Profile
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.output.json_lines import to_lines
from igcrawl.printable import fitted, printable, printable_lines, say
from igcrawl.running.summary import Summary
from igcrawl.sessions.log_guard import GUARD
from igcrawl.sessions.redaction import Redaction
from igcrawl.verdict import Verdict
from tests.conftest import Scrapy

#: A window's title, a cleared screen, a forged line, a word written backwards, half a character, a C1 order.
ODD = "c\x1b]0;x\x07\x1b[2J\nFAKE line\r\u202eback\ud800\x9b2J\u2028end"
#: What no terminal may get.
ORDERS = ("\x1b", "\x07", "\x9b", "\r", "\u202e", "\u2028", "\ud800", "\nFAKE")


def lacks_orders(text: str) -> bool:
    return not any(order in text for order in ORDERS)


def test_a_text_fits_with_its_escapes_and_shows_where_it_was_cut() -> None:
    assert fitted("ten letter", 10) == "ten letter"
    assert fitted("ten letters", 10) == "ten lette…"
    assert fitted("\x1b\x1b-", 9) == r"\x1b\x1b-"
    assert fitted("\x1b\x1b-", 8) == r"\x1b\x1…"


def test_a_text_becomes_one_line_that_shows_what_it_held() -> None:
    assert printable(ODD) == r"c\x1b]0;x\x07\x1b[2J\nFAKE line\r\u202eback\ud800\x9b2J\u2028end"
    plain = "Zoë 🔒 موثق 認証済み, 1 of 2…"
    assert printable(plain) is plain
    assert printable("") == ""


def test_every_character_that_cannot_be_seen_is_escaped() -> None:
    for number in range(0x11000):
        told = printable(f"a{chr(number)}b")
        assert told.isprintable()
        assert told == f"a{chr(number)}b" or told[1] == "\\"


def test_a_text_that_is_too_long_is_cut_and_says_so() -> None:
    assert printable("abcd", 4) == "abcd"
    assert printable("abcde", 4) == "abc…"
    assert printable("\n" * 9, 3) == r"\n\n…"


def test_of_several_lines_only_the_first_begins_at_the_margin() -> None:
    assert printable_lines("Versions:\n{'a': 1}\x1b\nend") == "Versions:\n    {'a': 1}\\x1b\n    end"
    assert printable_lines("one") == "one"


def test_what_is_said_is_a_line_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\nb", 5)
    say("x\x1b", "y", sep="\n", file=sys.stderr, flush=True)
    say()
    assert capsys.readouterr() == ("a\\nb 5\n\n", "x\\x1b\ny\n")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What handlers get while the guard stands."""
    before = logging.getLogRecordFactory()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    redaction = Redaction(["a-secret-value"])
    try:
        GUARD.begin(redaction)
        yield stream
    finally:
        root.removeHandler(handler)
        logging.setLogRecordFactory(before)
        GUARD.end(redaction)


@pytest.mark.parametrize("name", ["igcrawl", "igcrawl.walk", "scrapy.core.scraper", "igcrawlers", "__main__"])
def test_a_log_record_shows_no_order_whoever_writes_it(log: io.StringIO, name: str) -> None:
    logger = logging.getLogger(name)
    logger.error("told: %s", ODD)
    logger.error("told: %(what)s", {"what": ODD})
    logger.error(f"told: {ODD} 100 %")
    logger.error("told: %s", *(ODD, "too many"))
    lines = log.getvalue().splitlines()
    assert lacks_orders(log.getvalue())
    # Ours are one line each; others may have several, which do not begin where a record does.
    begins = [line for line in lines if not line.startswith("    ")]
    assert len(begins) == 4
    assert all(line.startswith("ERROR: ") for line in begins)
    logger.error("x" * 1_000_000)
    assert len(log.getvalue()) < 20_000 or name not in {"igcrawl", "igcrawl.walk"}
    assert (len(lines) == 4) == (name in {"igcrawl", "igcrawl.walk"})


def raised(text: str) -> RuntimeError:
    """An exception that another one with this text led to."""
    error = RuntimeError("plain")
    error.__cause__ = ValueError(text)
    return error


def test_a_traceback_shows_no_order_and_no_forged_record(log: io.StringIO) -> None:
    logging.getLogger("igcrawl").error("failed", exc_info=raised(ODD))
    said = log.getvalue()
    assert lacks_orders(said)
    assert "ValueError: c\\x1b]0;" in said
    assert "RuntimeError: plain" in said
    begins = [line for line in said.splitlines() if line and not line.startswith("    ")]
    assert begins[0] == "ERROR: failed"
    assert len(begins) == 2


def test_a_record_that_can_be_seen_stays_as_it_is(log: io.StringIO) -> None:
    error = raised("plain, too")
    make = logging.getLogger("x").makeRecord
    made = make("x", logging.ERROR, "", 1, "a %s", ("b",), (type(error), error, None))
    assert (made.msg, made.args, made.exc_info) == ("a %s", ("b",), (RuntimeError, error, None))


def test_a_secret_is_taken_out_although_the_guard_was_set_twice(log: io.StringIO) -> None:
    another = Redaction(["another-secret"])
    GUARD.begin(another)
    logging.getLogger("igcrawl").error("a-secret-value\n%s", "another-secret")
    assert log.getvalue() == "ERROR: [redacted]\\n[redacted]\n"


def test_a_stack_in_the_log_shows_no_order(log: io.StringIO) -> None:
    made = logging.getLogger("x").makeRecord("x", logging.ERROR, "", 1, "m", (), None, sinfo=f"Stack:\n{ODD}")
    assert lacks_orders(str(made.stack_info))
    assert "FAKE" in str(made.stack_info)


def test_a_walk_s_line_in_the_log_shows_the_cursor_so_that_it_can_be_given_again(log: io.StringIO) -> None:
    logging.getLogger("igcrawl").setLevel(logging.INFO)
    walk = Walk(operation=OPERATIONS["followers"], target="1", args={}, cursor=ODD)
    log_verdict(walk, Ending(Verdict.FAILED, f"because {ODD}"))
    walk.cursor = "x" * 100_000
    log_verdict(walk, Ending(Verdict.FAILED))
    first, second = log.getvalue().splitlines()
    assert f"next cursor {printable(ODD)}; because {printable(ODD)}" in first
    assert len(second) < 2_000
    assert second.endswith("…")


def test_a_summary_on_a_terminal_shows_no_order() -> None:
    stream = io.StringIO()
    Display(stream).print(Summary({}, [ODD], [ODD]))
    assert lacks_orders(stream.getvalue())
    assert "FAKE line" in stream.getvalue()


def test_lines_of_records_can_be_shown_on_a_terminal_and_say_the_same() -> None:
    record = Profile("profile", "x", "", "", "1", full_name="\x7f\x9b2J\x1b é\xa0\n", biography="ü\xad")
    line = to_lines([record])
    assert line.decode().rstrip("\n").count("\\u") == 3
    assert lacks_orders(line.decode())
    assert orjson.loads(line)["full_name"] == record.full_name
    assert orjson.loads(line)["biography"] == record.biography


def test_a_record_with_what_orjson_refuses_is_a_line_all_the_same() -> None:
    data = {"big": 10**30, "half": "a\ud800b", "deep": [{"x": -(10**30)}, float("inf"), 1.5, None, True]}
    line = to_lines([Payload("payload", "x", "", "", data), Payload("payload", "y", "", "", 1)])
    assert line.count(b"\n") == 2
    import json

    first, second = map(json.loads, line.splitlines())
    assert first["data"] == {"big": 10**30, "half": "a?b", "deep": [{"x": -(10**30)}, None, 1.5, None, True]}
    assert list(first) == ["type", "operation", "fetched_at", "walk", "data"]
    assert second["data"] == 1


def test_what_replay_says_of_an_answer_is_printable(scrapy: Scrapy, tmp_path: Path) -> None:
    answer = {"users": [{"pk": "1", "full_name": "\x9b2J"}], "next_max_id": ODD.replace("\ud800", ""), "status": "ok"}
    (tmp_path / "body").write_bytes(orjson.dumps(answer))
    run = scrapy("replay", "followers_rest", "body", "-a", 'args={"user_id": "5"}')
    assert run.code == 0
    assert "next cursor: c\\x1b]0;x" in run.err
    assert lacks_orders(run.err + run.out)


def test_who_reads_no_further_ends_nothing() -> None:
    code = "from igcrawl.printable import say\nfor _ in range(100_000): say('a line')\nprint('through', flush=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.parametrize("loss", ["os.close(2)", "os.dup2(os.open('/dev/full', os.O_WRONLY), 2)"])
def test_what_cannot_be_said_beside_the_output_changes_no_exit_code(loss: str) -> None:
    code = f"import os, sys\n{loss}\nfrom igcrawl.commands.refusals import refuse\nrefuse('no', 3)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 3
