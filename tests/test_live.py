"""What the operator sees of a crawl: a display on a terminal, a line a minute elsewhere, a summary at the end."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from igcrawl.console.display import snapshot_table
from igcrawl.console.snapshot import Current, Snapshot, Window
from igcrawl.console.status_line import line
from igcrawl.simulator import Simulator
from tests.conftest import Scrapy, read_jsonl
from tests.support.postgres import ready_database
from tests.support.terminal import Terminal, drawn

#: 2026-11-24 12:00:00 UTC.
NOON = 1795521600.0
CRAWL = ("followers", "-a", "user_id=25025320")
SNAPSHOT = Snapshot(
    at=NOON,
    elapsed=7260.0,
    verdicts={"complete": 2, "private": 1},
    open=12,
    records=4200,
    requests=160,
    current=Current("followers", 3, 150, 1000),
    hour=Window(40, 120),
    day=Window(160, 500),
    pace=30.0,
    waits_until=NOON + 20,
    waits_for="requests are spread evenly over the hour",
    requests_left=300,
    ends_at=NOON + 9000,
)


def test_a_line_says_how_a_crawl_stands() -> None:
    assert line(SNAPSHOT) == (
        "walks: 12 open, 3 done by this run (2 complete, 1 private); now: followers, page 4, 150 of 1,000 records; "
        "records: 4,200 by 160 requests, 26.2 a request, in 2.0 h; "
        "budget: 80 of 120 left this hour, 340 of 500 today, one every 30 s; "
        "waiting until: 12:00:20 UTC, in 20 s (requests are spread evenly over the hour); "
        "left: about 300 requests, until 14:30:00 UTC, in 2.5 h"
    )


def test_a_display_says_the_same_as_a_line() -> None:
    display = drawn(snapshot_table(SNAPSHOT))
    for fact in line(SNAPSHOT).split("; "):
        assert fact.partition(": ")[2] in display


def test_what_is_not_known_is_not_said() -> None:
    assert (
        line(Snapshot(at=NOON, elapsed=0.0))
        == "walks: 0 done by this run; records: 0 by 0 requests, 0.0 a request, in 0 s"
    )


def test_of_many_targets_it_is_said_how_many_are_done() -> None:
    told = replace(SNAPSHOT, progress="37 of 500 accounts")
    assert line(told).startswith("progress: 37 of 500 accounts; walks: 12 open, ")
    assert "37 of 500 accounts" in drawn(snapshot_table(told))


def test_a_session_that_rests_is_said_to_cool() -> None:
    told = line(replace(SNAPSHOT, cooling_until=NOON + 120))
    assert "cooling down until: 12:02:00 UTC, in 2 min (the server asked it to slow down)" in told
    assert "waiting until" not in told
    assert "cooling" not in line(replace(SNAPSHOT, cooling_until=NOON))


def test_requests_without_a_pace_are_sent_as_they_come() -> None:
    assert "340 of 500 today, as they come" in line(replace(SNAPSHOT, pace=None))


def test_a_budget_that_has_shrunk_has_nothing_left_rather_than_less() -> None:
    assert Window(120, 90).left == 0


def test_a_crawl_without_a_terminal_ends_with_a_few_plain_lines(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    run = scrapy("crawl", *CRAWL, "-o", "-:json", "-o", "x.csv", "-o", "y.jsonl", **at_simulator)
    said = [line.partition("[igcrawl.live] INFO: ")[2] for line in run.err.splitlines() if "[igcrawl.live]" in line]
    assert re.fullmatch(r"summary: this run: 1 complete: 1,000 records, 25 requests, \d s", said[0])
    places = {
        f"summary: records are in {place}" for place in ("standard output", tmp_path / "x.csv", tmp_path / "y.jsonl")
    }
    # 24 pages of 25 to 50 accounts, and the profile that says how many there are.
    assert (
        said[1] == "summary: this run: followers: 1,000 records by 25 requests: 80 % of the possible 1,250 (50 a page)"
    )
    assert {*said[2:]} == places
    assert len(json.loads(run.out)) == 1002
    assert "\x1b" not in run.err


def test_a_quiet_log_and_a_refused_crawl_have_no_summary(scrapy: Scrapy, at_simulator: dict[str, str]) -> None:
    assert scrapy("crawl", *CRAWL, "-s", "LOG_LEVEL=WARNING", "-O", "x.jsonl", **at_simulator).err == ""
    refused = scrapy("crawl", *CRAWL, "-s", "IG_LIVE=maybe", **at_simulator)
    assert refused.err == "igcrawl: IG_LIVE: expected auto, True or False, got 'maybe'\n"
    assert refused.code == 2


def test_a_crawl_without_an_output_says_first_where_its_records_are(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    run = scrapy("crawl", *CRAWL, "-a", "max_pages=1", **at_simulator)
    place = "the store, .igcrawl/store.db: scrapy export followers.jsonl --crawl 1"
    assert run.err.splitlines()[0].endswith(f"records are kept in {place}")
    assert f"summary: records are in {place}" in run.err
    exported = scrapy("export", "followers.jsonl", "--crawl", "1", **at_simulator)
    assert exported.code == 0, exported.err
    assert read_jsonl(tmp_path / "followers.jsonl")[-1]["verdict"] == "stopped"
    nothing = scrapy("crawl", *CRAWL, "-a", "fresh=1", "-a", "max_pages=1", "-s", "IG_KEEP=False", **at_simulator)
    assert "no record was kept, since no output was named: -O followers.jsonl" in nothing.err


def test_without_a_terminal_a_line_comes_from_time_to_time(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str]
) -> None:
    simulator.faults.add(operation="followers", kind="delay", delay=0.02)
    quick = json.dumps({"igcrawl.console.extension.LiveView": None, "tests.support.quick_live.QuickLiveView": 0})
    budget = ("-s", "IG_BUDGET_HOUR=1000", "-s", "IG_BUDGET_DAY=2000", "-s", "IG_PACE=burst")
    run = scrapy("crawl", *CRAWL, "-O", "x.jsonl", *budget, "-s", f"EXTENSIONS={quick}", **at_simulator)
    assert run.code == 0
    said = [line for line in run.err.splitlines() if "[igcrawl.live] INFO: walks: " in line]
    now = r"walks: 1 open, 0 done by this run; now: followers, page \d+, [\d,]+ of 1,000 records; "
    # The last line may come when the walk is through already.
    walking = [line for line in said if re.search(now, line)]
    assert len(walking) > 1
    assert re.search(
        r"budget: (9\d\d|1,000) of 1,000 left this hour, (1,9\d\d|2,000) of 2,000 today, as they come", walking[-1]
    )


def test_a_view_that_fails_does_no_harm_to_the_crawl(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str]
) -> None:
    simulator.faults.add(operation="followers", kind="delay", delay=0.02)
    broken = json.dumps({"igcrawl.console.extension.LiveView": None, "tests.support.quick_live.BrokenLiveView": 0})
    run = scrapy(
        "crawl", *CRAWL, "-O", "x.jsonl", "-s", f"EXTENSIONS={broken}", "-s", "LOG_LEVEL=DEBUG", **at_simulator
    )
    assert run.err.count("the live view has failed") == 1
    assert run.code == 0


def test_on_a_terminal_the_log_goes_on_above_a_display_and_a_table_stays(
    simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    simulator.faults.add(operation="followers", kind="delay", delay=0.08)
    command = ("followers", "-a", "user_id=25025320", "-a", "max_pages=20", "-O", "x.jsonl")
    terminal = Terminal(*command, folder=tmp_path, **at_simulator)
    assert terminal.end() == 0
    assert re.search(r"now +followers, page \d+, \d+ of 1,000 records", terminal.text)
    assert re.search(r"records +[\d,]+ by \d+ requests", terminal.text)
    # The log's line begins where the display was wiped away, and the display comes again below it.
    assert re.search(r"\x1b\[2K\d{4}-\d\d-\d\d [\d:]+ \[igcrawl.walk\] INFO: followers/25025320: stopped", terminal.raw)
    end = terminal.text[terminal.text.index("verdict ") :]
    assert re.search(r"stopped +1 +\d+ +21 +\d s", end)
    assert f"records: {tmp_path / 'x.jsonl'}" in end.replace("\n", "")
    assert "1 walk is stopped at a limit of yours" in end
    assert_cursor_is_back(terminal)


def test_a_display_says_until_when_the_budget_lets_it_wait(at_simulator: dict[str, str], tmp_path: Path) -> None:
    budget = ("-s", "IG_BUDGET_HOUR=10", "-s", "IG_PACE=burst", "-s", "IG_WAIT_MAX=")
    terminal = Terminal(*CRAWL, "-O", "x.jsonl", *budget, folder=tmp_path, **at_simulator)
    terminal.read_until("waiting until  ")
    terminal.read_until("(10 requests were sent within an hour)")
    terminal.read_until("0 of 10 left this hour, 490 of 500 today")
    assert re.search(r"left +about \d+ requests, until .*, in \d\.\d h", terminal.text)
    terminal.interrupt()
    assert terminal.end() == 1


def test_the_summary_of_a_parked_session_says_when_the_same_command_goes_on(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str]
) -> None:
    simulator.faults.add(operation="followers", kind="challenge", after_cursor=True)
    run = scrapy("crawl", *CRAWL, "-O", "x.jsonl", **at_simulator)
    assert run.code == 3
    assert re.search(r"summary: this run: 1 blocked: \d+ records, 3 requests", run.err)
    assert "1 walk is open: when the session may be used again, the same command continues" in run.err
    again = scrapy("crawl", *CRAWL, "-O", "x.jsonl", **at_simulator)
    assert again.code == 3
    assert "summary: " not in again.err


def test_ctrl_c_gives_the_terminal_back(simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path) -> None:
    simulator.faults.add(operation="followers", kind="delay", delay=0.2)
    terminal = Terminal(*CRAWL, "-O", "x.jsonl", folder=tmp_path, **at_simulator)
    terminal.read_until("1 open")
    terminal.interrupt()
    assert terminal.end() == 1
    assert "1 walk is open: the same command continues" in terminal.text
    assert "Traceback" not in terminal.text
    assert_cursor_is_back(terminal)


def test_a_crawl_that_is_ended_hard_gives_the_terminal_back(
    simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    simulator.faults.add(operation="followers", kind="delay", delay=5)
    terminal = Terminal(*CRAWL, "-O", "x.jsonl", folder=tmp_path, **at_simulator)
    terminal.read_until("1 open")
    terminal.interrupt()
    terminal.read_until("the answer on its way")
    terminal.interrupt()
    terminal.end()
    assert_cursor_is_back(terminal)


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        ((), {"TERM": "dumb"}),
        (("-s", "IG_LIVE=False"), {}),
        (("-s", "LOG_FILE=log.txt"), {}),
    ],
    ids=["dumb", "unwanted", "log elsewhere"],
)
def test_a_terminal_that_cannot_or_should_not_show_it_gets_plain_lines(
    simulator: Simulator,
    at_simulator: dict[str, str],
    tmp_path: Path,
    options: tuple[str, ...],
    environment: dict[str, str],
) -> None:
    simulator.faults.add(operation="followers", kind="delay", delay=0.05)
    terminal = Terminal(*CRAWL, "-O", "x.jsonl", *options, folder=tmp_path, **at_simulator, **environment)
    assert terminal.end() == 0
    assert "\x1b" not in terminal.raw
    log = tmp_path / "log.txt"
    assert "summary: this run: 1 complete" in (log.read_text() if log.exists() else terminal.text)


def test_a_display_is_shown_beside_a_log_in_a_file_when_it_is_asked_for(
    at_simulator: dict[str, str], tmp_path: Path
) -> None:
    options = ("-s", "IG_LIVE=True", "-s", "LOG_FILE=log.txt")
    terminal = Terminal(*CRAWL, "-O", "x.jsonl", *options, folder=tmp_path, **at_simulator)
    assert terminal.end() == 0
    assert re.search(r"complete +1 +1,000 +25", terminal.text)
    assert "complete: 1,000 records" not in terminal.text


def test_no_color_is_respected(simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path) -> None:
    simulator.faults.add(operation="followers", kind="delay", delay=0.05)
    terminal = Terminal(*CRAWL, "-O", "x.jsonl", folder=tmp_path, NO_COLOR="1", **at_simulator)
    assert terminal.end() == 0
    assert "now" in terminal.text
    assert not re.search(r"\x1b\[(?:\d+;)*(?:3[0-7]|9[0-7]|38;[\d;]+)m", terminal.raw)


def test_the_summary_names_the_tables_in_postgres_but_no_password(scrapy: Scrapy, at_simulator: dict[str, str]) -> None:
    with ready_database() as url:
        run = scrapy("crawl", *CRAWL, IG_STORE=url, **at_simulator)
        (said,) = re.findall(r"summary: records are in (Postgres.*)", run.err)
        assert re.fullmatch(r"Postgres, \S+( at \S+)?: follows, profiles, users", said)


def assert_cursor_is_back(terminal: Terminal) -> None:
    assert terminal.raw.count("\x1b[?25l") == terminal.raw.count("\x1b[?25h") == 1
