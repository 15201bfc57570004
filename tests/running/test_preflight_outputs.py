"""Outputs, log files and places that cannot be used are refused in one line before anything is sent."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from igcrawl.running import run_crawl
from tests.conftest import Scrapy, scrapy_environment
from tests.operators.circumstances import OBEY_MODES
from tests.support import crawls
from tests.support.session_file import write_session
from tests.support.session_states import state_home

SECRET = "hunter2hunter2"
#: Nobody answers there.
NOWHERE = {"IG_MOBILE_URL": "http://127.0.0.1:1", "IG_WEB_URL": "http://127.0.0.1:1"}


def refused(settings: dict[str, Any], **arguments: str) -> str:
    """Why a crawl is refused."""
    outcome = asyncio.run(run_crawl("followers", {"user_id": "1", **arguments}, NOWHERE | settings))
    assert outcome.exit_code == 2, outcome
    assert outcome.refused is not None
    assert outcome.refused.isprintable()
    return outcome.refused


def feeds(uri: str, **options: Any) -> dict[str, Any]:
    return {"FEEDS": {uri: options}}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (feeds("x.foo", format="foo"), "output x.foo: its format 'foo' is not known; allowed: "),
        (feeds("x.jsonl"), "output x.jsonl: its format is not given; allowed: "),
        (feeds("x.jsonl", format="jsonl", indent="two"), "output x.jsonl: indent: expected a whole number, got 'two'"),
        (feeds("x.jsonl", format="jsonl", uri_params="no.such"), "output x.jsonl: No module named 'no'"),
        (feeds("x.jsonl", format="jsonl", item_filter="no.such"), "output x.jsonl: No module named 'no'"),
        (feeds("x.jsonl", format="own") | {"FEED_EXPORTERS": {"own": "no.such"}}, "output x.jsonl: No module named"),
        (feeds("%(name)d.jsonl", format="jsonl"), "output %(name)d.jsonl: its %(…) cannot be read"),
        (feeds("~nosuchuser/x.jsonl", format="jsonl"), "output: ~nosuchuser/x.jsonl: no user 'nosuchuser' has a home"),
        ({"FEEDS": {"x.jsonl": "jsonl"}}, "output x.jsonl: FEEDS: expected options, such as "),
        ({"FEEDS": ["x.jsonl"]}, "FEEDS: expected a JSON object"),
        ({"FEEDS": f'{{"ftp://me:{SECRET}@h/x": 1}}'}, "output ftp://h/x: FEEDS: expected options"),
        ({"FEED_URI_PARAMS": "no.such"}, "FEED_URI_PARAMS: expected the path of a class or function"),
        ({"JOBDIR": "/dev/null"}, "JOBDIR: "),
        ({"JOBDIR": "~nosuchuser/jobs"}, "JOBDIR: ~nosuchuser/jobs: no user 'nosuchuser' has a home folder here"),
        ({"IG_STORE": "sqlite:///~nosuchuser/s.db"}, "IG_STORE: ~nosuchuser/s.db: no user 'nosuchuser'"),
        ({"IG_RAW": "~nosuchuser/x.jsonl.zst"}, "IG_RAW: ~nosuchuser/x.jsonl.zst: no user 'nosuchuser'"),
        ({"IG_DOC_IDS": "~nosuchuser/d.toml"}, "IG_DOC_IDS: ~nosuchuser/d.toml: no user 'nosuchuser'"),
        ({"IG_SESSION": "~nosuchuser/s.json"}, "IG_SESSION: ~nosuchuser/s.json: no user 'nosuchuser'"),
        ({"IG_JSONL": "~nosuchuser/x.jsonl"}, "IG_JSONL: ~nosuchuser/x.jsonl: no user 'nosuchuser'"),
        (
            {"IG_STORE": f"postgresql://me:{SECRET}@{SECRET}@localhost/db"},
            "IG_STORE: special characters",
        ),
        ({"USER_AGENT": "mine"}, "USER_AGENT is not obeyed: the session has its own"),
        ({"https_proxy": "http://h:1"}, "HTTPS_PROXY is not obeyed: Scrapy has no such setting"),
    ],
    ids=str,
)
def test_what_could_not_be_written_or_obeyed_is_refused_in_one_line(
    settings: dict[str, Any], said: str, tmp_path: Path
) -> None:
    given = {"IG_SESSION": str(write_session(tmp_path / "session.json")), **settings}
    told = refused(given)
    assert told.startswith(said)
    assert SECRET not in told


def test_a_store_whose_links_lead_in_a_circle_is_refused_in_one_line(tmp_path: Path) -> None:
    loop = tmp_path / "s.db"
    loop.symlink_to(loop)
    given = {"IG_SESSION": str(write_session(tmp_path / "session.json")), "IG_STORE": f"sqlite:///{loop}"}
    said = f"IG_STORE: {loop}: its links lead in a circle"
    assert (refused(given), refused(given | feeds(str(tmp_path / "x.jsonl"), format="jsonl"))) == (said, said)


def test_a_proxy_of_the_environment_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, session_file: Path
) -> None:
    monkeypatch.setenv("https_proxy", f"me:{SECRET}@host:3128")
    told = refused({"IG_SESSION": str(session_file)})
    assert told.startswith("https_proxy: it has no scheme; expected http://host:port")
    assert SECRET not in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-s", "LOG_FILE=/dev/null/x"), "igcrawl: LOG_FILE: there is a file where"),
        (("--pidfile", "/dev/null/x"), "igcrawl: --pidfile: there is a file where"),
        (("-s", "LOG_FILE=x.jsonl", "-O", "x.jsonl"), "igcrawl: output x.jsonl: it is what LOG_FILE names"),
        (("-s", "FEEDS=7"), "igcrawl: FEEDS: expected a JSON object"),
        (("-a", "username=\udcff"), "igcrawl: username: \\udcff: expected text in UTF-8"),
        (("-O", "\udcff.jsonl"), "igcrawl: the name of a file: \\udcff.jsonl: expected text in UTF-8"),
    ],
    ids=ascii,
)
def test_what_scrapy_would_fail_at_before_a_crawl_is_one_line(
    scrapy: Scrapy, session_file: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    target = () if "-a" in options else ("-a", "user_id=1")
    run = scrapy(
        "crawl", "followers", *target, *options, "-s", "RETRY_TIMES=0", IG_SESSION=str(session_file), **NOWHERE
    )
    assert run.code == 2
    (line,) = run.err.splitlines()
    assert line.startswith(said)
    assert not (tmp_path / ".igcrawl").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--pidfile", "session.json"), "igcrawl: --pidfile session.json: it belongs to the session, IG_SESSION"),
        (("--logfile", "ids.txt"), "igcrawl: --logfile ids.txt: it is what file= names"),
        (("--profile", "store.db"), "igcrawl: --profile store.db: it belongs to the store, IG_STORE"),
        (("-O", "ids.txt:jsonl"), "igcrawl: output ids.txt: it is what file= names"),
    ],
    ids=["pidfile", "logfile", "profile", "output"],
)
def test_a_file_of_another_purpose_is_not_written_over(
    scrapy: Scrapy, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    write_session(tmp_path / "session.json")
    (tmp_path / "ids.txt").write_text("1\n")
    (tmp_path / "store.db").write_bytes(b"")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    place = {"IG_SESSION": "session.json", "IG_STORE": "sqlite:///store.db"}
    run = scrapy("crawl", "profiles", "-a", "file=ids.txt", *options, **NOWHERE, **place)
    assert run.code == 2
    assert run.err == f"{said}; name another file\n"
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_number_of_the_process_is_written_where_it_may_be(scrapy: Scrapy, tmp_path: Path) -> None:
    write_session(tmp_path / "session.json")
    run = scrapy(
        "crawl", "profiles", "-a", "user_id=1", "-a", "plan=1", "--pidfile", "x.pid", IG_SESSION="session.json"
    )
    assert run.code == 0, run.err
    assert (tmp_path / "x.pid").read_text().strip().isdecimal()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-O", "shut/x.jsonl"), "igcrawl: output shut/x.jsonl: Permission denied\n"),
        (("-s", "IG_STORE=sqlite:///shut/x.db", "-O", "x.jsonl"), "igcrawl: IG_STORE: shut/x.db: Permission denied; "),
    ],
    ids=["output", "store"],
)
def test_a_folder_that_may_not_be_looked_into_is_told_in_one_line(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, words: tuple[str, ...], said: str
) -> None:
    write_session(tmp_path / "session.json")
    (tmp_path / "shut").mkdir(mode=0)
    command = ["scrapy", "crawl", "followers", "-a", "user_id=1", *words]
    crawl = f"import sys; from scrapy.cmdline import execute; sys.argv = {command!r}; execute(sys.argv)"
    order, streams = {"program": f"{OBEY_MODES}\n{crawl}"}, tmp_path_factory.mktemp("streams")
    own = {"XDG_STATE_HOME": str(state_home(tmp_path)), "IG_SESSION": "session.json", **NOWHERE}
    code, _, errors = crawls.captured(order, tmp_path, streams, scrapy_environment(**own))
    assert code == 2
    assert errors.startswith(said)
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "setting"), [("store.db", "IG_STORE"), ("store.db-wal", "IG_STORE"), ("sessions.db", "IG_STATE")]
)
def test_a_store_or_a_session_s_state_that_cannot_be_written_is_refused(
    tmp_path: Path, session_file: Path, monkeypatch: pytest.MonkeyPatch, name: str, setting: str
) -> None:
    file = tmp_path / name
    file.touch()
    # Root may write everything.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK or path != file)
    places = {"IG_STORE": f"sqlite:///{tmp_path}/store.db", "IG_STATE": str(tmp_path)}
    told = refused({"IG_SESSION": str(session_file), **places})
    assert told == f"{setting}: {file}: it cannot be written; chmod u+w {file}"
