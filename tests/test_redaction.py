"""The one redaction takes a secret out by its value, however a text repeats it, and nothing else."""

from __future__ import annotations

import base64
import logging

import orjson
import pytest

from igcrawl.sessions.log_guard import redact
from igcrawl.sessions.redaction import Redaction
from igcrawl.sessions.session import Session
from tests.support.leaks import forms_of, found_in
from tests.support.session_file import SESSIONID, session_settings

SECRETS = {
    "a session id": SESSIONID,
    "a route": "RVA,51234567890,1806000000:01f7testonly/x+y=z",
    "a claim": "hmac.AR3testonly_test-only",
    "quotes": 'quo"ted \\ secret',
    "no plain letter": ",:/+=&?#;!",
    "eight": "abcd1234",
}
CASES = [(name, form) for name, secret in SECRETS.items() for form in forms_of(secret)]


@pytest.mark.parametrize(("name", "form"), CASES)
def test_a_secret_is_taken_out_in_every_form(name: str, form: str) -> None:
    text = f'before "{forms_of(SECRETS[name])[form]}" after'
    redacted = Redaction(SECRETS.values()).text(text)
    assert found_in({"text": redacted.encode()}, {name: SECRETS[name]}) == []
    assert redacted.startswith('before "')
    assert redacted.endswith('" after')


@pytest.mark.parametrize(("name", "form"), CASES)
def test_the_search_of_these_tests_finds_every_form(name: str, form: str) -> None:
    text = f"before {forms_of(SECRETS[name])[form]} after"
    assert found_in({"text": text.encode()}, {name: SECRETS[name]})


@pytest.mark.parametrize("length", [8, 16, 23, 24, 25, 33, 41, 64])
def test_a_secret_is_found_at_every_place_of_a_text_of_any_length(length: int) -> None:
    secret = "".join(chr(ord("a") + place * place % 26) for place in range(length))
    redaction = Redaction([secret, SESSIONID])
    for before in range(36):
        for behind in range(20):
            text = redaction.text(f"{'-' * before}{secret}{'-' * behind}")
            assert text == f"{'-' * before}[redacted]{'-' * behind}", (before, behind)


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_json_stays_json(secret: str) -> None:
    document = {"a": secret, "b": [base64.b64encode(secret.encode()).decode(), "rest"]}
    assert orjson.loads(Redaction([secret]).data(orjson.dumps(document))) == {
        "a": "[redacted]",
        "b": ["[redacted]", "rest"],
    }


def test_what_is_no_secret_stays_even_byte_by_byte() -> None:
    data = b'{"pk":"51234567890","text":"sEcReT \xff\xfe and 0 and RVA"}'
    redaction = Redaction([SESSIONID, "0", "RVA"])
    assert redaction.data(data) is data
    assert redaction.data(data + SESSIONID.encode()) == data + b"[redacted]"


def test_a_former_value_stays_a_secret() -> None:
    redaction = Redaction(["former-value"])
    for number in range(500):
        redaction.learn([f"later-value-{number}"])
    assert redaction.text("former-value later-value-0 later-value-499") == "[redacted] [redacted] [redacted]"


def test_a_value_that_is_learned_again_outlives_those_that_passed() -> None:
    redaction = Redaction(["a-lasting-value"])
    for number in range(1200):
        redaction.learn(["a-lasting-value", f"a-passing-value-{number}"])
    assert redaction.text("a-lasting-value a-passing-value-1199") == "[redacted] [redacted]"
    assert redaction.text("a-passing-value-0000") == "a-passing-value-0000"


def test_every_value_of_a_session_is_a_secret_but_not_who_it_is_nor_what_it_runs_on() -> None:
    settings = session_settings() | {
        "ig_u_shbid": "18000,51234567890,1806000000:01f7shbid",
        "ig_u_shbts": "1776000000,51234567890,1806000000:01f7shbts",
        "ig_u_ig_direct_region_hint": "ASH,51234567890,1806000000:01f7hint",
    }
    settings["cookies"] |= {"ds_user_id": "51234567890", "ds_user": "operator_name", "datr": "datrTestOnly"}
    settings["cookies"] |= {"eight": "abcd1234", "seven": "abcd123"}
    settings["authorization_data"]["token"] = "tokenTestOnly"
    session = Session(settings)
    secrets = set(session.secrets)
    wanted = {*settings["uuids"].values(), "csrfTestOnlyTestOnlyTestOnly", "datrTestOnly", "tokenTestOnly", SESSIONID}
    wanted |= {settings[name] for name in settings if name.startswith("ig_")} | {settings["mid"]}
    wanted |= {SESSIONID.replace("%3A", ":"), session.authorization.rpartition(":")[2]}
    assert wanted | {"abcd1234"} <= secrets
    assert not secrets & {"51234567890", "abcd123", "operator_name", settings["user_agent"], "de_DE", "True"}


def record(*args: object, message: str = "%s", error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, None) if error is not None else None
    made = logging.LogRecord("x", logging.ERROR, __file__, 1, message, args, info)
    redact(made, Redaction([SESSIONID]))
    return made


@pytest.mark.parametrize(
    "made",
    [
        record(SESSIONID),
        record({"held": SESSIONID}, message="%(held)s"),
        record(message=f"100 % of {SESSIONID}"),
        record(SESSIONID, "too many"),
        record("x", error=ValueError(SESSIONID)),
        record([SESSIONID.encode()]),
    ],
    ids=["argument", "mapping", "message", "wrong arguments", "exception", "bytes"],
)
def test_a_log_record_holds_no_secret(made: logging.LogRecord) -> None:
    said = logging.Formatter().format(made)
    assert "[redacted]" in said
    assert SESSIONID not in said + repr(vars(made))


def test_a_log_record_without_a_secret_stays_as_it_is() -> None:
    error = ValueError("x")
    made = record("a", "b", message="%s %s", error=error)
    assert (made.msg, made.args) == ("%s %s", ("a", "b"))
    assert made.exc_info == (ValueError, error, None)
