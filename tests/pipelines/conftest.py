"""Fixtures: a database with the tables of records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.records import Tables, fresh_tables


@pytest.fixture
def tables() -> Iterator[Tables]:
    with fresh_tables() as fresh:
        yield fresh
