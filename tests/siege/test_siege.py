"""A tenth of `make siege`: whatever attacks a session, it sends nothing after trouble and nothing beyond its budget."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from tests.siege.answers import repeat
from tests.siege.hindrances import HINDRANCES, postgres_fails
from tests.siege.places import challenge, spend
from tests.siege.refreshes import spoil
from tests.siege.rotation import rotate
from tests.siege.tally import Tally
from tests.support.postgres import ready_database


@pytest.fixture
def seed() -> int:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    return seed


def test_a_session_has_one_budget_wherever_it_is_used(simulator: Simulator, tmp_path: Path, seed: int) -> None:
    tally = Tally()
    spend(simulator, tmp_path, seed, tally)
    assert tally.is_clean, tally.notes


def test_a_session_has_one_budget_with_a_postgres_store_and_without(
    simulator: Simulator, tmp_path: Path, seed: int
) -> None:
    tally = Tally()
    with ready_database() as url:
        spend(simulator, tmp_path, seed, tally, url)
    assert tally.is_clean, tally.notes


@pytest.mark.parametrize("fails", HINDRANCES)
def test_after_a_challenge_nothing_is_sent_from_anywhere_whatever_fails_at_that_moment(
    simulator: Simulator, tmp_path: Path, seed: int, fails: str
) -> None:
    tally = Tally()
    met = challenge(simulator, tmp_path, seed, tally, hinder=HINDRANCES[fails])
    assert tally.is_clean, tally.notes
    assert met.wait() == 3, met.log
    assert [line for line in met.log.splitlines() if "_required" in line and "INFO" not in line], met.log


def test_nor_when_a_postgres_store_fails_at_that_moment(simulator: Simulator, tmp_path: Path, seed: int) -> None:
    tally = Tally()
    with ready_database() as url:
        met = challenge(simulator, tmp_path, seed, tally, url, postgres_fails(url))
    assert tally.is_clean, tally.notes
    assert met.wait() == 3, met.log
    assert [line for line in met.log.splitlines() if "_required" in line and "INFO" not in line], met.log


def test_two_processes_share_a_session_that_the_server_rotates(simulator: Simulator, tmp_path: Path, seed: int) -> None:
    tally = Tally()
    rotate(simulator, tmp_path, seed, tally)
    assert tally.is_clean, tally.notes


def test_what_repeats_the_session_is_written_nowhere(tmp_path: Path, seed: int) -> None:
    tally = Tally()
    for number in range(4):
        (tmp_path / str(number)).mkdir()
        repeat(tmp_path / str(number), seed + number, tally)
    assert tally.is_clean, tally.notes


def test_a_session_can_be_loaded_after_any_refreshes(tmp_path: Path, seed: int) -> None:
    tally = Tally()
    for number in range(100):
        spoil(tmp_path, seed + number, tally)
    assert tally.is_clean, tally.notes
