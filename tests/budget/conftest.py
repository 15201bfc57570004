"""Tests of budgets may be coroutines."""

from tests.store.conftest import pytest_pyfunc_call

__all__ = ["pytest_pyfunc_call"]
