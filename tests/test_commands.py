"""The other commands, as a stranger meets them."""

from __future__ import annotations

import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from igcrawl.operations.catalogue import OPERATIONS
from tests.conftest import Scrapy, read_jsonl, scrapy_environment


def test_operations_lists_every_operation_with_its_doc_id(scrapy: Scrapy) -> None:
    run = scrapy("operations")
    assert run.code == 0
    rows = {line.split()[0]: line for line in run.out.splitlines()[1:]}
    assert set(rows) == set(OPERATIONS)
    assert "284797047911918316998205836755" in rows["followers"]
    assert "28036671149327607" in rows["user_profile"]


@pytest.mark.parametrize(
    "words",
    [("crawl", "followers", "-O"), ("crawl", "-L"), ("walks", "--crawl"), ("session", "import", "x", "--name"),
     ("export", "x.csv", "--type"), ("budget", "-s"), ("compare", "new", "--from"), ("replay", "followers", "x", "-O")],
)  # fmt: skip
def test_an_option_without_its_value_is_refused_in_one_line(scrapy: Scrapy, words: tuple[str, ...]) -> None:
    run = scrapy(*words)
    (line,) = run.err.splitlines()
    assert (run.code, run.out) == (2, "")
    assert line.startswith("igcrawl: argument ")
    assert f"{words[-1]}" in line
    assert line.endswith(f": expected one argument; see scrapy {words[0]} -h")


@pytest.mark.parametrize(
    "words",
    [("export", "x.csv", "--walk", "followers/1", "--walk", "followers/2"), ("walks", "--crawl", "1", "--crawl", "2"),
     ("compare", "new", "1", "--from", "1", "--from", "2")],
)  # fmt: skip
def test_an_option_with_one_value_takes_no_second_one(scrapy: Scrapy, words: tuple[str, ...]) -> None:
    run = scrapy(*words)
    (line,) = run.err.splitlines()
    assert (run.code, run.out) == (2, "")
    twice = f"{words[-2]} is given twice, as {words[-3]!r} and {words[-1]!r}: give it once; see scrapy {words[0]} -h"
    assert line == f"igcrawl: {twice}"


def test_python_runs_the_package_as_scrapy_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "igcrawl", "operations", "followers"]
    run = subprocess.run(command, cwd=tmp_path, env=scrapy_environment(), capture_output=True, text=True, check=True)
    assert run.stdout.startswith("followers")


def test_simulate_says_what_a_client_needs_serves_it_and_cleans_up(scrapy: Scrapy, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scrapy", "simulate", "--users", "120", "--seed", "5"]
    server = subprocess.Popen(command, cwd=tmp_path, env=scrapy_environment(), stdout=subprocess.PIPE)
    assert server.stdout is not None
    try:
        lines = [server.stdout.readline().decode().strip() for _ in range(4)]
        said = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        assert list(said) == ["IG_MOBILE_URL", "IG_WEB_URL", "IG_SESSION", "user_id"]
        assert [line.startswith("export ") for line in lines] == [True, True, True, False]
        session = Path(said["IG_SESSION"])
        assert stat.S_IMODE(session.stat().st_mode) == 0o600
        user_id = said.pop("user_id")
        run = scrapy("crawl", "followers", "-a", f"user_id={user_id}", "-O", "x.jsonl", **said)
        assert run.code == 0, run.err
        assert read_jsonl(tmp_path / "x.jsonl")[-1]["records"] == 120
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=20)
    assert server.returncode == 0
    assert not session.exists()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--port", "http"), "--port: expected a whole number, got 'http'"),
        (("--port", "70000"), "port"),
        (("--users", "0"), "users"),
        (("--script", "nothing.toml"), "nothing.toml"),
        (("extra",), "options only"),
    ],
)
def test_simulate_refuses_what_it_cannot_serve_in_one_line(
    scrapy: Scrapy, options: tuple[str, ...], problem: str
) -> None:
    run = scrapy("simulate", *options)
    assert run.code == 2
    (line,) = run.err.splitlines()
    assert problem in line


def test_simulate_refuses_a_port_that_is_taken(scrapy: Scrapy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = scrapy("simulate", "--port", str(taken.getsockname()[1]))
    assert run.code == 2
    assert len(run.err.splitlines()) == 1


def test_help_of_simulate_shows_how_another_shell_uses_it(scrapy: Scrapy) -> None:
    shown = scrapy("simulate", "-h").out
    recipe = ["scrapy simulate > simulator.env &", "set -a; . ./simulator.env; set +a", "scrapy crawl followers -a "]
    assert all(f"\n  {line}" in shown for line in recipe)
    assert "accounts, all of which follow the account that is" in shown
