"""A client of the simulator; tests may be coroutines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from tests.store.conftest import pytest_pyfunc_call
from tests.support.client_program import ClientProgram

__all__ = ["client", "pytest_pyfunc_call", "simulator"]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulator with so few users that a whole list is five pages or six."""
    with Simulator(users=200) as running:
        yield running


@pytest.fixture
def client(at_simulator: dict[str, str], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> ClientProgram:
    """Runs functions that take a client, each as a program."""
    return ClientProgram(at_simulator, tmp_path, lambda: tmp_path_factory.mktemp("streams"))
