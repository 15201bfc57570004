"""A client of the simulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.client_program import ClientProgram


@pytest.fixture
def client(at_simulator: dict[str, str], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> ClientProgram:
    """Runs functions that take a client, each as a program."""
    return ClientProgram(at_simulator, tmp_path, lambda: tmp_path_factory.mktemp("streams"))
