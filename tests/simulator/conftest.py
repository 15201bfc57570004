"""One simulator a test, and one shared by the tests that only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from igcrawl.simulator import Simulator
from tests.simulator.client import Client


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def client(simulator: Simulator) -> Client:
    return Client(simulator)


@pytest.fixture(scope="module")
def shared() -> Iterator[Client]:
    with Simulator() as running:
        yield Client(running)
