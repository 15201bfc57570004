"""A session file is read as aiograpi and instagrapi write it, refreshed as the server says, and saved for its owner."""

from __future__ import annotations

import base64
import stat
from pathlib import Path
from typing import Any

import orjson
import pytest

from igcrawl.errors import BadInput
from igcrawl.sessions.session import Session
from igcrawl.sessions.session_file import load_session, save_session
from tests.support.session_file import SESSIONID, secrets_of, session_settings, write_session


def bearer(data: dict[str, Any]) -> bytes:
    return b"Bearer IGT:2:" + base64.b64encode(orjson.dumps(data))


def test_a_session_never_shows_its_secrets() -> None:
    session = Session(session_settings())
    for secret in secrets_of(session_settings()).values():
        assert secret not in repr(session)
        assert secret not in str(session)


def test_a_file_with_cookies_only_is_enough() -> None:
    session = Session({"cookies": {"sessionid": SESSIONID}})
    assert session.ds_user_id == "51234567890"
    assert session.authorization_data["sessionid"] == SESSIONID
    assert session.uuid == Session({"cookies": {"sessionid": SESSIONID}}).uuid
    assert session.android_device_id.startswith("android-")
    assert session.www_claim == "0"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    path = write_session(tmp_path / "session.json")
    path.chmod(mode)
    with pytest.raises(BadInput, match=f"can be read by others: chmod 600 {path}"):
        load_session(path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not JSON"),
        (b"[]", "expected a JSON object"),
        (b"{}", "no sessionid"),
        (b'{"cookies": []}', "no sessionid"),
        (b'{"cookies": [1]}', "cookies is not an object"),
        (b'{"cookies": {"sessionid": "abc"}}', "no ds_user_id"),
    ],
)
def test_a_file_without_a_session_is_refused_in_one_line(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "session.json"
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(BadInput, match=problem) as caught:
        load_session(path)
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        load_session(tmp_path / "nothing.json")


def test_what_an_answer_refreshes_replaces_what_the_session_held() -> None:
    session = Session(session_settings())
    assert session.refresh(
        [
            (b"IG-Set-X-MID", b"newmid"),
            (b"ig-set-ig-u-rur", b"newrur"),
            (b"X-IG-Set-WWW-Claim", b"hmac.new"),
            (b"ig-set-authorization", bearer({"ds_user_id": "51234567890", "sessionid": "51234567890%3Anew"})),
            (b"Set-Cookie", b"csrftoken=newcsrf; Path=/; Secure"),
            (b"Content-Type", b"text/javascript"),
        ]
    )
    assert (session.mid, session.rur, session.www_claim) == ("newmid", "newrur", "hmac.new")
    assert (session.sessionid, session.csrftoken) == ("51234567890%3Anew", "newcsrf")
    assert session.authorization_data["should_use_header_over_cookies"] is True


def test_a_cookie_refreshes_the_session_id_everywhere() -> None:
    session = Session(session_settings())
    session.refresh([(b"Set-Cookie", b"sessionid=51234567890%3Aother; Path=/; HttpOnly")])
    assert session.sessionid == session.authorization_data["sessionid"] == "51234567890%3Aother"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"ig-set-authorization", b"Bearer IGT:2:"),
        (b"ig-set-authorization", b"Bearer IGT:2:???"),
        (b"Set-Cookie", b'sessionid=""; Max-Age=0; Path=/'),
        (b"Set-Cookie", b"sessionid=gone; Max-Age=0"),
        (b"ig-set-x-mid", b""),
    ],
)
def test_a_logout_or_nonsense_does_not_wipe_the_session(name: bytes, value: bytes) -> None:
    session = Session(session_settings())
    assert not session.refresh([(name, value)])
    assert session.sessionid == SESSIONID


def test_saving_keeps_unknown_keys_and_the_owner_s_mode(tmp_path: Path) -> None:
    path = write_session(tmp_path / "session.json", session_settings() | {"usdid": {"k": 1}})
    session = load_session(path)
    session.refresh([(b"ig-set-x-mid", b"newmid")])
    save_session(session, path)
    saved = orjson.loads(path.read_bytes())
    assert saved["usdid"] == {"k": 1}
    assert saved["mid"] == "newmid"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["session.json"]
