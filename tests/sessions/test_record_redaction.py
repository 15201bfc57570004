"""Records lose what is the session's, wherever in a page it stands, and nothing else; a clean page is left alone."""

from __future__ import annotations

import os
import random
import string
from typing import Any

import orjson

from igcrawl.items import Follow, Payload, Profile, WalkEnd
from igcrawl.sessions.record_redaction import redact_records, redact_value
from igcrawl.sessions.redaction import Redaction
from igcrawl.sessions.session import Session
from tests.support.leaks import forms_of, found_in
from tests.support.session_file import SESSIONID, session_settings

ROUNDS = int(os.environ.get("FUZZ_REDACTIONS", "300"))
ALPHABETS = (
    string.ascii_letters + string.digits,
    string.hexdigits,
    string.digits + "-",
    string.ascii_letters + ",:-_%3",
)


def follow(**more: Any) -> Follow:
    fixed = {"type": "follow", "operation": "followers", "fetched_at": "2026-01-01", "walk": "followers/1"}
    named = {"owner_pk": "1", "direction": "followers", "position": 1, "pk": "2", "username": "u"}
    return Follow(**{**fixed, **named, **more})


def word(chance: random.Random, least: int, most: int) -> str:
    return "".join(chance.choices(chance.choice(ALPHABETS), k=chance.randint(least, most)))


def test_a_sampled_search_finds_every_secret_wherever_it_stands() -> None:
    for seed in range(ROUNDS):
        print(f"seed {seed}")
        chance = random.Random(seed)
        secrets = [word(chance, 8, 90) for _ in range(chance.randint(1, 12))]
        redaction = Redaction(secrets)
        form = chance.choice(sorted(forms_of(secrets[0]).items()))[1]
        text = word(chance, 0, 60) + " " * chance.randint(0, 40) + form + "|" + word(chance, 0, 60)
        assert redaction.finds_any(text)
        assert redaction.holds(text)
        # Where it finds nothing, the exact redaction finds nothing either.
        other = word(chance, 0, 200)
        assert redaction.finds_any(other) or redaction.text(other) == other
        assert redaction.holds(other) == (redaction.text(other) != other)


def test_a_text_that_is_the_shortest_secret_and_nothing_else_is_taken_out() -> None:
    record = follow(username="abcd1234", full_name="abcd123")
    redact_records([record], Redaction(["abcd1234", SESSIONID]))
    assert (record.username, record.full_name) == ("[redacted]", "abcd123")


def test_it_finds_the_latest_of_thousands_and_forgets_what_passed() -> None:
    redaction = Redaction()
    chance = random.Random(7)
    routes = [f"CLN,51234567890,1806000000:01f7{chance.randrange(2**200):x}" for _ in range(1500)]
    for route in routes:
        redaction.learn([route])
    assert all(redaction.finds_any(f"x{route}y") for route in routes[-1000:])
    assert not any(redaction.holds(route) for route in routes[:300])


def test_records_lose_secrets_in_every_field_that_holds_text() -> None:
    redaction = Redaction(Session(session_settings()).secrets)
    claim = session_settings()["ig_www_claim"]
    records = [
        follow(full_name="Ann", username="own.account", owner_pk="51234567890"),
        follow(username=f"a{SESSIONID}b", full_name=f"me {claim}", profile_pic_url=f"https://x/?s={SESSIONID}"),
    ]
    clean = records[0]
    before = dict(vars(clean))
    redact_records(records, redaction)
    assert vars(clean) == before
    texts = (records[1].username, records[1].full_name, records[1].profile_pic_url)
    assert texts == ("a[redacted]b", "me [redacted]", "https://x/?s=[redacted]")


def test_what_a_choice_of_fields_left_out_stays_absent() -> None:
    record = follow(full_name=SESSIONID)
    del record.profile_pic_url
    redact_records([record, record], Redaction([SESSIONID]))
    assert "profile_pic_url" not in vars(record)
    assert record.full_name == "[redacted]"


def test_nested_values_and_their_keys_and_reasons_are_cleared_too() -> None:
    redaction = Redaction([SESSIONID])
    data: dict[str, Any] = {"a": [{SESSIONID: 1, "b": (SESSIONID, 2.5, None)}], "c": "kept"}
    payload = Payload("payload", "graphql", "2026", "graphql/1", data)
    end = WalkEnd("walk", "o", "2026", "o/1", "1", "failed", 0, 0, 0, None, 1, "a", "b", reason=f"said {SESSIONID}")
    profile = Profile("profile", "o", "2026", "o/1", "1", biography=f"hello {SESSIONID}")
    foreign = {"type": "follow", "text": SESSIONID}
    redact_records([payload, end, profile, foreign], redaction)
    assert payload.data == {"a": [{"[redacted]": 1, "b": ["[redacted]", 2.5, None]}], "c": "kept"}
    assert (end.reason, profile.biography) == ("said [redacted]", "hello [redacted]")
    assert found_in({"data": orjson.dumps(payload.data)}, {"sessionid": SESSIONID}) == []


def test_a_value_without_secrets_is_the_same_object() -> None:
    value = {"a": [1, {"b": "text"}], "c": None}
    assert redact_value(value, Redaction([SESSIONID])) is value
