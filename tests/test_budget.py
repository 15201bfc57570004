"""Requests to Instagram keep their distance; the clock is an argument."""

from __future__ import annotations

import itertools
import random

from igcrawl.budget import JITTER, PAUSE, FixedPace


def test_requests_are_a_pause_apart_and_never_closer() -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    pace, now, sent = FixedPace(chance=random.Random(seed)), 1000.0, []
    for _ in range(200):
        now += pace.take(now)
        sent.append(now)
        now += 0.5
    gaps = [later - earlier for earlier, later in itertools.pairwise(sent)]
    assert min(gaps) >= PAUSE
    assert max(gaps) <= PAUSE * (1 + JITTER)
    assert len({round(gap, 3) for gap in gaps}) > 100


def test_the_first_request_and_one_after_a_rest_do_not_wait() -> None:
    pace = FixedPace()
    assert pace.take(5.0) == 0.0
    assert pace.take(500.0) == 0.0


def test_loopback_is_not_slowed() -> None:
    pace = FixedPace(0.0)
    assert [pace.take(1.0) for _ in range(3)] == [0.0, 0.0, 0.0]
