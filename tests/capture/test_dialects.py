"""The same two calls are read from what every tool writes."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
import zstandard

from igcrawl.capture import SeenQuery, read_capture
from igcrawl.capture.captured_request import plain_text
from igcrawl.capture.files import Capture
from igcrawl.errors import BadInput
from igcrawl.operations.operation import Surface
from tests.capture.dialects import (
    APP_FORM,
    APP_HEADERS,
    APP_URL,
    DIALECTS,
    NEW_FOLLOWERS,
    NEW_PROFILE,
    SECRETS,
    WEB_FORM,
    WEB_URL,
    devtools,
    entry,
    har,
    write,
)

LONGFORM = "__relay_internal__pv__PolarisLongformEnabledrelayprovider"


def read(folder: Path, text: str | bytes, **more: frozenset[str]) -> Capture:
    path = folder / "capture"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_capture(path, {}, **more)


def by_name(capture: Capture) -> dict[str, SeenQuery]:
    return {seen_query.name: seen_query for seen_query in capture.seen_queries}


@pytest.mark.parametrize("name", DIALECTS)
def test_every_tool_s_file_gives_the_same_ids_names_and_flags(tmp_path: Path, name: str) -> None:
    capture = read_capture(write(tmp_path, name), {})
    seen = by_name(capture)
    app, web = seen["FollowersList"], seen["PolarisProfilePageContentQuery"]
    assert (app.doc_id, app.surface) == (NEW_FOLLOWERS, Surface.MOBILE_GRAPHQL)
    assert (web.doc_id, web.surface) == (NEW_PROFILE, Surface.WEB_GRAPHQL)
    assert {"user_id", "request_data.rank_token", "enable_new_badges"} <= set(app.variables)
    assert app.flags["enable_new_badges"] is True
    assert web.flags[LONGFORM] is False
    assert len(capture.seen_queries) == 2
    if name != "cmd.txt":
        assert app.root_field == "xdt_api__v1__friendships__followers"
    if name.endswith(".har"):
        assert app.seen == "2026-11-20"


@pytest.mark.parametrize("name", DIALECTS)
def test_a_sighting_holds_neither_cookies_nor_people(tmp_path: Path, name: str) -> None:
    text = repr(read_capture(write(tmp_path, name), {}))
    assert [secret for secret in SECRETS if secret in text] == []


def test_calls_in_a_batch_are_read_one_by_one(tmp_path: Path) -> None:
    queries = {
        "FollowersList": {"client_doc_id": NEW_FOLLOWERS, "variables": {"user_id": "1"}},
        "q1": {"doc_id": NEW_PROFILE, "query_params": '{"id": "1"}', "friendly_name": "PolarisProfilePageContentQuery"},
        "q2": {"doc_id": "777777777"},
    }
    post = {"text": urlencode({"queries": json.dumps(queries), "batch_name": "Whole"})}
    capture = read(tmp_path, har(entry("https://www.instagram.com/api/graphqlbatch/", post)))
    assert {name: seen.doc_id for name, seen in by_name(capture).items()} == {
        "FollowersList": NEW_FOLLOWERS,
        "PolarisProfilePageContentQuery": NEW_PROFILE,
    }
    assert by_name(capture)["PolarisProfilePageContentQuery"].variables == ("id",)
    assert capture.unnamed == {"777777777"}


def test_a_batch_may_be_a_list_and_a_body_may_be_json(tmp_path: Path) -> None:
    listed = json.dumps([{"doc_id": "123456", "operationName": "OneQuery", "variables": {"id": "1"}}])
    alone = json.dumps({"doc_id": "654321", "fb_api_req_friendly_name": "TwoQuery", "variables": {}})
    url = "https://www.instagram.com/api/graphql"
    capture = read(tmp_path, har(entry(url, {"text": listed}), entry(url, {"text": alone})))
    assert {name: seen.doc_id for name, seen in by_name(capture).items()} == {
        "OneQuery": "123456",
        "TwoQuery": "654321",
    }


def test_queries_of_the_old_web_are_known_by_what_is_answered_or_by_their_hash(tmp_path: Path) -> None:
    url = f"{WEB_URL}/?query_hash={'a' * 32}&variables=%7B%22id%22%3A%221%22%2C%22first%22%3A12%7D"
    answer = '{"data":{"user":{"edge_followed_by":{"count":1}}},"status":"ok"}'
    seen = by_name(read(tmp_path, har(entry(url, answer=answer))))["edge_followed_by"]
    assert (seen.doc_id, seen.surface, seen.variables) == ("a" * 32, Surface.WEB_QUERY_HASH, ("id", "first"))
    path = tmp_path / "capture"
    path.write_text(har(entry(url)))
    assert read_capture(path, {"a" * 32: "edge_chaining"}).seen_queries[0].name == "edge_chaining"


def test_the_header_names_a_query_whose_form_does_not(tmp_path: Path) -> None:
    form = {name: value for name, value in APP_FORM.items() if not name.startswith(("fb_", "client"))}
    headers = {**APP_HEADERS, "x-client-doc-id": NEW_FOLLOWERS}
    text = har(entry("https://i.instagram.com/graphql_www", {"text": urlencode(form)}, headers=headers))
    assert by_name(read(tmp_path, text))["FollowersList"].doc_id == NEW_FOLLOWERS


@pytest.mark.parametrize(
    "url",
    [
        "https://www.instagram.com.evil.example/graphql/query",
        "https://notinstagram.com/graphql/query",
        "https://www.facebook.com/api/graphql/",
        "http://127.0.0.1:8000/graphql/query",
        "https://www.instagram.com/ajax/bz",
        "https://[broken/graphql/query",
    ],
)
def test_other_hosts_and_paths_are_passed_over(tmp_path: Path, url: str) -> None:
    capture = read(tmp_path, har(entry(url, {"text": urlencode(WEB_FORM)})))
    assert (capture.requests, capture.seen_queries) == (1, [])


def test_hosts_that_stand_for_instagram_s_are_taken(tmp_path: Path) -> None:
    text = har(entry("http://127.0.0.1:8000/graphql/query", {"text": urlencode(WEB_FORM)}))
    assert len(read(tmp_path, text, hosts=frozenset({"127.0.0.1"})).seen_queries) == 1


def test_a_compressed_file_is_read_too(tmp_path: Path) -> None:
    assert len(read(tmp_path, gzip.compress(devtools().encode())).seen_queries) == 2


def test_a_body_that_blows_up_when_it_is_decompressed_is_cut(tmp_path: Path) -> None:
    for packed in (gzip.compress(bytes(50_000_000)), zstandard.compress(bytes(50_000_000))):
        assert len(plain_text(base64.b64encode(packed).decode(), "base64")) == 4 * 1024 * 1024
    form = urlencode(APP_FORM).encode()
    post = {"text": base64.b64encode(zstandard.compress(form)).decode(), "encoding": "base64"}
    assert by_name(read(tmp_path, har(entry(APP_URL, post))))["FollowersList"].doc_id == NEW_FOLLOWERS


def test_the_call_that_came_last_is_the_last_seen_query(tmp_path: Path) -> None:
    def call(doc_id: str) -> dict[str, object]:
        return entry(WEB_URL, {"text": urlencode({**WEB_FORM, "doc_id": doc_id})})

    capture = read(tmp_path, har(call("111111"), call("222222"), call("111111")))
    assert [seen.doc_id for seen in capture.seen_queries] == ["222222", "111111"]


def test_curl_knows_its_options(tmp_path: Path) -> None:
    text = (
        "$ curl -s --url 'https://www.instagram.com/graphql/query' -G -A 'https://agent' -o out.json "
        '--data-urlencode \'variables={"id":"1"}\' -ddoc_id=123456 --data=fb_api_req_friendly_name=SomeQuery '
        "--data-urlencode =x --data-urlencode a@b -d @file\n"
        "/usr/bin/curl -H'X-FB-Friendly-Name: OtherQuery' https://www.instagram.com/graphql/query -d 'doc_id=654321'\n"
        "curl --compressed\n"
    )
    assert {seen.name: (seen.doc_id, seen.variables) for seen in read(tmp_path, text).seen_queries} == {
        "SomeQuery": ("123456", ("id",)),
        "OtherQuery": ("654321", ()),
    }


def test_curl_text_may_be_utf_16_as_windows_saves_it(tmp_path: Path) -> None:
    assert len(read(tmp_path, DIALECTS["cmd.txt"]().encode("utf-16")).seen_queries) == 2


BROKEN = {
    "cut": (devtools()[:900], "broken JSON after 0 requests"),
    "no har": ('{"a": [1, 2]}', "JSON, but no HAR: it has no log.entries"),
    "entries no list": ('{"log": {"entries": 5}}', "JSON, but no HAR"),
    "two documents": (devtools() + devtools(), "broken JSON after 3 requests"),
    "bad bytes": (b'{"log": {"entries": [{"request": {"url": "\xff\xfe"}}]}}', "broken JSON after 0 requests"),
    "empty": ("", "empty; expected a HAR file or the text of Copy as cURL"),
    "spaces": (" \n", "empty; expected"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(1000), "neither a HAR file nor the text of Copy as cURL"),
    "list": ("[]", "neither a HAR file nor"),
    "open quote": ("curl 'https://www.instagram.com/graphql/query", "a quote is not closed"),
    "cut gzip": (gzip.compress(devtools().encode())[:-20], "its gzip compression is broken"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, case: str) -> None:
    text, problem = BROKEN[case]
    with pytest.raises(BadInput, match=problem.replace(".", r"\.")) as refused:
        read(tmp_path, text)
    assert str(tmp_path / "capture") in str(refused.value)


def test_odd_entries_are_passed_over(tmp_path: Path) -> None:
    odd: list[object] = [
        5,
        None,
        {},
        {"request": None},
        {"requestedBy": {"url": WEB_URL}},
        {"request": {"url": 5}},
        {"request": {"url": WEB_URL, "headers": {"a": "b"}, "postData": "text"}},
        {"request": {"url": WEB_URL, "headers": [5, {"name": 5}], "postData": {"params": {"a": 1}}}},
        {"request": {"url": WEB_URL, "postData": {"text": "H4sInonsense!"}}},
        {"request": {"url": WEB_URL, "postData": {"text": "{broken"}}},
        {"request": {"url": WEB_URL, "postData": {"text": "doc_id=12345&fb_api_req_friendly_name=bad name"}}},
        {"request": {"url": WEB_URL, "postData": {"text": "doc_id=x&fb_api_req_friendly_name=SomeQuery"}}},
    ]
    capture = read(tmp_path, json.dumps({"log": {"entries": odd}}))
    assert capture.seen_queries == []
    assert capture.requests == 6
