"""Tests of exports run on each backend, and may be coroutines."""

from __future__ import annotations

from tests.store.conftest import pytest_pyfunc_call, url

__all__ = ["pytest_pyfunc_call", "url"]
