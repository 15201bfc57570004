"""Trouble in every disguise."""

from __future__ import annotations

import pytest

from igcrawl.simulator import TROUBLES, Trouble
from tests.simulator.client import Client


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_a_trouble_comes_as_it_is_listed(shared: Client, trouble: Trouble) -> None:
    shared.simulator.faults.clear()
    fault = shared.simulator.faults.add(**trouble.fault)
    got = shared.rest("users/25025320/info/")
    assert (got.status, fault.strikes) == (trouble.status, 1)
    if trouble.kind.endswith("_redirect"):
        where = got.headers["location"]
        assert where == (trouble.location or where)
        shared.simulator.faults.clear()
        assert b"<!DOCTYPE html>" in shared.send("GET", where).body
        assert shared.send("GET", where).status == 200
    elif trouble.kind.endswith("_page"):
        assert got.headers["content-type"].startswith("text/html")
        assert b"<form" in got.body
    elif trouble.kind == "not_found_text":
        assert got.body == b"Not Found"
    else:
        assert got.json["status"] == "fail"


def test_troubles_cover_what_a_session_may_meet_in_every_form() -> None:
    json = {"login_required", "challenge", "checkpoint", "consent", "suspended", "feedback", "sentry_block"}
    found = {(trouble.kind, trouble.status) for trouble in TROUBLES}
    assert {(kind, status) for kind in json for status in (200, 400, 401, 403)} <= found
    for form, status in (("redirect", 302), ("page", 200), ("page", 403)):
        assert {(f"{what}_{form}", status) for what in ("login", "challenge", "consent", "suspended")} <= found
    assert len({str(trouble) for trouble in TROUBLES}) == len(TROUBLES)
