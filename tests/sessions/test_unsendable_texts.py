"""Texts of a session that no header can carry are refused by the name of their field."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from igcrawl.errors import BadInput
from igcrawl.running import run_crawl
from igcrawl.sessions.session_file import load_session
from igcrawl.verdict import ExitCode
from tests.sessions.reading import read, refused
from tests.support.session_file import SESSIONID, session_settings, write_session


def with_text(field: str, text: str) -> dict[str, Any]:
    """Settings with a text in a field, whose name has dots between its parts."""
    settings = session_settings() | {"more": {}}
    *parts, last = field.split(".")
    within = settings
    for part in parts:
        within = within[part]
    within[last] = text
    return settings


TEXTS = (
    *("user_agent", "mid", "ig_www_claim", "ig_u_rur", "timezone_offset", "country", "bloks_versioning_id"),
    *("uuids.uuid", "uuids.phone_id", "cookies.csrftoken", "cookies.datr", "device_settings.bloks_versioning_id"),
)
UNSENT = ("authorization_data.note", "device_settings.model", "more.note")


@pytest.mark.parametrize("control", ["\r", "\n", "\0", "\x1b", "\x7f", "\x85"])
@pytest.mark.parametrize("field", TEXTS)
def test_settings_whose_text_would_end_a_header_s_line_are_refused_by_the_field(
    tmp_path: Path, field: str, control: str
) -> None:
    settings = with_text(field, f"sEcReT{control}X-More: 1")
    assert refused(orjson.dumps(settings)) == f"FILE: {field} holds a control character"
    path = write_session(tmp_path / "session.json", settings)
    with pytest.raises(BadInput) as caught:
        load_session(path)
    assert str(caught.value) == f"session file {path}: {field} holds a control character"


@pytest.mark.parametrize("field", TEXTS)
def test_settings_whose_text_no_header_can_carry_are_refused_by_the_field(field: str) -> None:
    said = refused(orjson.dumps(with_text(field, "sEcReT\u4e2d")))
    assert said == f"FILE: {field} holds a character that no header can carry: expected ASCII"


@pytest.mark.parametrize("field", UNSENT)
def test_a_text_that_becomes_no_header_may_be_anything(field: str) -> None:
    assert read(orjson.dumps(with_text(field, "\u4e2d\u6587\r\n"))).sessionid == SESSIONID


def test_a_cookie_s_name_is_refused_and_not_shown_where_no_header_can_carry_it() -> None:
    assert refused(orjson.dumps(with_text("cookies.sEcReT\n", "x"))) == "FILE: cookies.? holds a control character"


def test_a_list_in_settings_is_looked_into() -> None:
    settings = session_settings() | {"user_agent": [{"notes": ["good", "sEcReT\n"]}]}
    assert refused(orjson.dumps(settings)) == "FILE: user_agent.notes holds a control character"


def test_a_crawl_with_such_a_session_is_refused_and_sends_nothing(tmp_path: Path) -> None:
    path = write_session(tmp_path / "session.json", with_text("user_agent", "sEcReT\r\nX-More: 1"))
    outcome = asyncio.run(run_crawl("followers", {"user_id": "25025320"}, {"IG_SESSION": str(path)}))
    assert outcome.exit_code is ExitCode.BAD_INPUT
    assert outcome.refused == f"session file {path}: user_agent holds a control character"
