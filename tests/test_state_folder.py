"""The user's state folder in a crawl: which it is, and what happens where it cannot be used."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from tests.conftest import ROOT, Scrapy, scrapy_environment
from tests.support.place import ACCOUNT, Place
from tests.support.session_states import at, state_home

FOLLOWERS = ("followers", "user_id=100000013")


@pytest.fixture
def place(simulator: Simulator, tmp_path: Path) -> Place:
    return Place(simulator, tmp_path, IG_BUDGET_HOUR="5", IG_PACE="burst")


def test_a_crawl_keeps_what_it_sent_in_the_user_s_state_folder(place: Place) -> None:
    place.crawl(*FOLLOWERS)
    assert (state_home(place.folder) / "igcrawl").stat().st_mode & 0o777 == 0o700
    assert len(place.state().sent.times(time.time())) == len(place.simulator.requests)


@pytest.mark.parametrize("given", [{"XDG_STATE_HOME": "/proc/states"}, {"XDG_STATE_HOME": "", "HOME": "/proc/home"}])
def test_a_state_folder_that_cannot_be_made_is_refused_with_the_setting_to_give(
    place: Place, given: dict[str, str]
) -> None:
    place.environment |= given
    assert place.refused(*FOLLOWERS).endswith(
        "; give a folder that can be written, IG_STATE=/path, or IG_STATE=postgresql://…"
    )
    place.crawl(*FOLLOWERS, "-s", "IG_STATE=states")
    assert (place.folder / "states" / "sessions.db").exists()


@pytest.mark.parametrize("what", ["the folder", "the file"])
def test_a_state_that_is_removed_during_a_run_ends_it_and_a_challenge_is_not_forgotten(place: Place, what: str) -> None:
    place.environment |= {"IG_BUDGET_HOUR": "1000", "IG_BUDGET_DAY": "1000"}
    states = state_home(place.folder) / "igcrawl"
    running = place.start("followers", "user_id=25025320")
    running.wait_for(2)
    place.simulator.faults.add(kind="challenge")
    if what == "the folder":
        shutil.rmtree(states)
    else:
        (states / "sessions.db").unlink()
    done = running.done()
    assert done.code in {1, 3}, done.log
    assert [line for line in done.log.splitlines() if "ERROR" in line and "removed or replaced" in line], done.log
    place.simulator.faults.clear()
    if done.code == 3:
        # The challenge came before the run had noticed: the mark beside the session's file holds.
        before = len(place.simulator.requests)
        place.crawl("followers", "user_id=25025320", code=3)
        assert len(place.simulator.requests) == before


def test_a_store_that_is_removed_during_a_run_ends_it_with_a_line(place: Place) -> None:
    place.environment |= {"IG_BUDGET_HOUR": "1000", "IG_BUDGET_DAY": "1000"}
    running = place.start("followers", "user_id=25025320")
    running.wait_for(2)
    shutil.rmtree(place.folder / ".igcrawl")
    done = running.done()
    assert done.code == 1, done.log
    assert "store.db: when that is fixed," in done.log


def test_resuming_an_account_by_its_id_removes_the_mark_beside_its_session_file(place: Place, scrapy: Scrapy) -> None:
    place.crawl(*FOLLOWERS)
    marks = place.folder / f"session.json.parked-at-{at(place.simulator).replace(':', '-')}"
    marks.touch()
    assert scrapy("session", "resume", ACCOUNT, **place.environment).code == 0
    assert not marks.exists()
    place.crawl("followers", "user_id=100000014")


@pytest.mark.parametrize("address", ["sqlite:///state.db", "mysql://me:secret@host/x", "file:///tmp"])
def test_an_address_of_no_place_for_states_is_refused_without_a_part_of_it(place: Place, address: str) -> None:
    line = place.refused(*FOLLOWERS, "-s", f"IG_STATE={address}")
    assert line == "igcrawl: IG_STATE: expected a folder or postgresql://…"


def test_a_state_file_of_another_program_is_refused(place: Place) -> None:
    folder = place.folder / "states"
    folder.mkdir()
    (folder / "sessions.db").write_bytes(b"not a database" * 100)
    assert place.refused(*FOLLOWERS, "-s", "IG_STATE=states").startswith("igcrawl: IG_STATE: ")


def test_the_embedded_simulator_has_states_of_its_own(scrapy: Scrapy, tmp_path: Path) -> None:
    done = scrapy("crawl", *("followers", "-a", "user_id=25025320", "-a", "max_pages=1"), IG_SIMULATOR="True")
    assert done.code == 0, done.err
    assert not state_home(tmp_path).exists()


def test_requests_without_a_budget_count_for_a_later_run_that_has_one(place: Place) -> None:
    sent = len(place.crawl(*FOLLOWERS, "-s", "IG_BUDGET=False").asked)
    assert sent >= 2
    place.crawl("followers", "user_id=100000014", "-s", f"IG_BUDGET_HOUR={sent}", code=1)
    assert len(place.simulator.requests) == sent


def test_whatever_is_run_from_the_tests_keeps_states_apart_from_the_user_s(tmp_path: Path) -> None:
    environment = scrapy_environment(HOME=str(tmp_path))
    del environment["XDG_STATE_HOME"]
    program = "import os, tests.bench; print(os.environ['XDG_STATE_HOME'])"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).name.startswith("igcrawl-test-states-")
    assert not (tmp_path / ".local").exists()
