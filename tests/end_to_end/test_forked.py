"""The children of `fork_server`: quick, but processes of their own."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import scrapy_environment
from tests.support import crawls
from tests.support.in_one_process import order_of

_CRAWL = ["scrapy", "crawl", "profiles", "-a", "username=instagram", "-O", "out.csv"]
_IMPORTED = f"""
import sys
from scrapy.cmdline import execute
before = set(sys.modules)
try:
    execute({_CRAWL})
except SystemExit as end:
    print(*sorted(set(sys.modules) - before), end.code)
"""
_FOUND_OUT = """
import logging
from igcrawl.operations import catalogue
loggers = map(logging.getLogger, logging.root.manager.loggerDict)
print(catalogue._entry_points.cache_info().currsize, [each.name for each in loggers if each.filters])
"""


def test_a_crawl_imports_nothing_but_its_settings_and_the_reactor(tmp_path: Path) -> None:
    assert last_line_of(_IMPORTED, tmp_path) == "igcrawl.settings twisted.internet.reactor 0"


def test_a_child_finds_out_what_is_around_it_by_itself(tmp_path: Path) -> None:
    assert last_line_of(_FOUND_OUT, tmp_path) == "0 []"


def last_line_of(program: str, folder: Path) -> str:
    """Run a program as a child, and return the last line that it prints."""
    log = folder / "log.txt"
    environment = scrapy_environment(IG_SIMULATOR="True", XDG_STATE_HOME=str(folder / "state"))
    crawls.begin({"program": program}, folder, log, environment).wait()
    return log.read_text().splitlines()[-1]


def test_a_crawl_into_files_needs_no_process_of_its_own_and_one_into_a_pipe_does(tmp_path: Path) -> None:
    files = order_of(["profiles", "-O", "a.csv", "-o", "b.json.gz"], tmp_path, {})
    assert files is not None
    assert {name: feed["format"] for name, feed in files.settings["FEEDS"].items()} == {
        "a.csv": "csv",
        "b.json.gz": "json",
    }
    assert order_of(["profiles", "-o", "-:json"], tmp_path, {}) is None
