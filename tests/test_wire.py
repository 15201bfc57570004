"""Every operation asks exactly as tests/wire/ shows: what a client known to work sends, field by field.

Where tests/wire/ says ``{…}``, `EXPECTED` says what must stand there, made from the session file and not by our code.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from igcrawl.operations.catalogue import OPERATIONS
from tests.conftest import ROOT, scrapy_environment
from tests.support import crawls
from tests.support.recording_server import Recorded, RecordingServer, Reply
from tests.support.session_file import session_settings, write_session

WIRE = ROOT / "tests" / "wire"
USER = {"user_id": "25025320"}
NAME = {"username": "instagram"}
QUERY = {"query": "python"}
REELS = '{"reels_max_id":"r:80d6","rank_token":"ranked"}'
TOP = '{"rank_token":"ranked","next_max_id":"28d0","reels_max_id":"r:b082"}'
SERP = {**QUERY, "item_id": "clips_serp_page", "search_surface": "clips_serp_page"}
MEDIA = "3776832898280228145"
MEDIA_IDS = ["3391854975572247874_56502266920", f"{MEDIA}_787132"]
WEB = {"doc_id": "25980296051578533"}
MOBILE = {"doc_id": "123456789012345678901234567890", "variables": {"some_id": "123"}}
NAMED = {"friendly_name": "MyCustomQuery", "root_field": "xdt_my_custom_root"}

#: Wire file, case, operation, its arguments, the cursor.
ROWS: list[tuple[str, str, str, dict[str, Any], str | None]] = [
    ("private_graphql_followers_list", "first", "followers", USER, None),
    ("private_graphql_followers_list", "page", "followers", {**USER, "order": "date_followed_latest"}, "25"),
    ("private_graphql_following_list", "first", "following", USER, None),
    ("private_graphql_following_list", "page", "following", USER, "25"),
    ("user_followers_v1_chunk", "first", "followers_rest", USER, None),
    ("user_following_v1_chunk", "first", "following_rest", {**USER, "page_size": 200}, None),
    ("user_info_v2_gql", "first", "user_profile", USER, None),
    ("user_info_by_username_v2_gql", "first", "user_lookup", NAME, None),
    ("user_info_v1", "first", "user_info", {"user_id": 25025320}, None),
    ("user_stream_by_id_v1", "first", "user_stream", USER, None),
    ("user_stream_by_id_flat", "first", "user_stream", USER, None),
    ("user_stream_by_username_v1", "first", "username_stream", NAME, None),
    ("user_stream_by_username_flat", "first", "username_stream", NAME, None),
    ("user_web_profile_info_v1", "first", "web_profile_info", NAME, None),
    ("user_followers_gql_chunk", "first", "followers_web", USER, None),
    ("chaining", "first", "chaining", USER, None),
    ("fetch_suggestion_details", "first", "suggestion_details", {**USER, "chained_ids": [1, 2, 3]}, None),
    ("discover_recommended_accounts_for_category_v1", "first", "recommended_accounts", USER, None),
    ("user_related_profiles_gql", "first", "related_profiles", USER, None),
    ("fbsearch_keyword_typeahead", "first", "keyword_typeahead", QUERY, None),
    ("fbsearch_typeahead_stream", "first", "typeahead_stream", QUERY, None),
    ("fbsearch_typehead", "first", "typeahead_users", QUERY, None),
    ("fbsearch_accounts_v2", "first", "accounts_serp", QUERY, None),
    ("fbsearch_accounts_v2", "page", "accounts_serp", QUERY, "e129a3f7"),
    ("fbsearch_reels_v2", "first", "reels_serp", QUERY, None),
    ("fbsearch_reels_v2", "page", "reels_serp", QUERY, REELS),
    ("fbsearch_topsearch_v2", "first", "top_serp", QUERY, None),
    ("fbsearch_topsearch_v2", "page", "top_serp", QUERY, TOP),
    ("fbsearch_item", "first", "serp", SERP, None),
    ("media_info_v2", "first", "media_info", {"media_id": f"{MEDIA}_787132"}, None),
    ("private_graphql_clips_profile", "first", "user_clips", USER, None),
    ("feed_user_stream_item", "first", "user_feed", USER, None),
    ("track_stream_info_by_id", "first", "audio_clips", {"track_id": "564058920086577"}, None),
    ("track_stream_info_by_id", "page", "audio_clips", {"track_id": "564058920086577"}, "CURSOR"),
    ("media_comment_infos", "first", "comment_infos", {"media_ids": MEDIA_IDS}, None),
    (
        "media_check_offensive_comment_v2",
        "first",
        "offensive_comment",
        {"media_id": f"{MEDIA}_787132", "comment": "hello"},
        None,
    ),
    ("private_graphql_inbox_tray_for_user", "first", "inbox_tray", USER, None),
    ("private_graphql_realtime_region_hint", "first", "region_hint", {}, None),
    ("private_graphql_top_audio_trends_eligible_categories", "first", "audio_trend_categories", {}, None),
    ("private_graphql_memories_pog", "first", "memories_pog", {}, None),
    ("private_graphql_update_inbox_tray_last_seen", "first", "mark_inbox_seen", {}, None),
    (
        "public_doc_id_graphql_request",
        "first",
        "web_doc_id",
        {**WEB, "variables": {"id": "25025320", "render_surface": "PROFILE"}},
        None,
    ),
    ("public_doc_id_graphql_request", "lsd", "web_doc_id", {**WEB, "variables": '{"id":"25025320"}', "lsd": 1}, None),
    ("private_graphql_query_request", "first", "mobile_doc_id", {**MOBILE, **NAMED}, None),
]
#: What our client's HTTP machinery adds, and what is sent only when the session holds it.
OWN_BUSINESS = {"host", "content-length", "connection", "accept-encoding"}
ROUTING = {"ig-u-rur", "ig-u-shbid", "ig-u-shbts", "ig-u-ig-direct-region-hint"}
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


def expected_values() -> dict[str, str]:
    """What stands for each ``{…}`` of the wire files; those that begin with ``^`` are patterns."""
    settings = session_settings()
    authorization = settings["authorization_data"]
    return {
        "{session.locale}": settings["locale"],
        "{session.locale with a hyphen, then en-US where that is another}": "de-DE, en-US",
        "UFS-{uuid4, one per run}-1": f"^UFS-{UUID}-1$",
        "{unix time, 3 decimals}": r"^1[0-9]{9}\.[0-9]{3}$",
        "{session.country}": settings["country"],
        "{session.bloks_versioning_id, else 799db3e387d7a21a19c72918b8698b6cd28a1516ade363792c100ed45a0f9f0b}": (
            "799db3e387d7a21a19c72918b8698b6cd28a1516ade363792c100ed45a0f9f0b"
        ),
        "{session.www_claim}": settings["ig_www_claim"],
        "{session.uuid}": settings["uuids"]["uuid"],
        "{session.phone_id}": settings["uuids"]["phone_id"],
        "{session.android_device_id}": settings["uuids"]["android_device_id"],
        "{session.timezone_offset}": str(settings["timezone_offset"]),
        "{session.user_agent}": settings["user_agent"],
        "{session.mid}": settings["mid"],
        "{session.ds_user_id}": authorization["ds_user_id"],
        "Bearer IGT:2:{base64 of compact JSON session.authorization_data}": "Bearer IGT:2:"
        + base64.b64encode(orjson.dumps(authorization)).decode(),
        "sessionid={session.sessionid}; ds_user_id={session.ds_user_id}; mid={session.mid}": (
            f"sessionid={authorization['sessionid']}; ds_user_id={authorization['ds_user_id']}; mid={settings['mid']}"
        ),
        "{rank_token}": f"^({UUID}|ranked)$",
        "{lsd}": "AVqTheLsdToken",
        "{csrftoken}": settings["cookies"]["csrftoken"],
    }


EXPECTED = expected_values()


def reply(request: Recorded) -> Reply:
    """Enough for those operations that need two calls; no page for the others."""
    if request.path == "/":
        return 200, {"Content-Type": "text/html"}, b'<script>["LSD",[],{"token":"AVqTheLsdToken"},323]</script>'
    answer = every_root()
    if request.path.endswith("/info_stream/"):
        answer["user"] = {"pk": "25025320", "category_id": "2233"}
    if b"hasQuery" in request.body:
        users = [{"pk": "1", "username": "instagram.fans"}, {"pk": "25025320", "username": "Instagram"}]
        answer["data"]["xdt_api__v1__fbsearch__non_profiled_serp"] = {"users": users}
    return 200, {"Content-Type": "text/html; charset=utf-8"}, orjson.dumps(answer)


def every_root() -> dict[str, Any]:
    """An answer in which each operation finds what it reads, so that nothing is asked twice."""
    answer: dict[str, Any] = {"status": "ok"}
    for operation in OPERATIONS.values():
        for part in operation.reader.parts:
            place = answer
            *way, last = part.head or ("users",)
            for step in way:
                held = place.get(step)
                place[step] = place = held if isinstance(held, dict) else {}
            place.setdefault(last, {"pk": "25025320", "username": "instagram"} if part.single else [])
    return answer


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[tuple[str, Recorded]]]:
    """What was sent for each row and case, with the host it was meant for."""
    folder = tmp_path_factory.mktemp("wire")
    arrived: list[tuple[str, Recorded]] = []

    def at(host: str) -> Callable[[Recorded], Reply]:
        def note(request: Recorded) -> Reply:
            arrived.append((host, request))
            return reply(request)

        return note

    walks = folder / "walks.json"
    walks.write_bytes(orjson.dumps([[name, args, cursor] for _, _, name, args, cursor in ROWS]))
    with RecordingServer(at("i.instagram.com")) as mobile, RecordingServer(at("www.instagram.com")) as web:
        environment = scrapy_environment(
            IG_SESSION=str(write_session(folder / "session.json")), IG_MOBILE_URL=mobile.url, IG_WEB_URL=web.url
        )
        program = f"from tests.support.ask_all import ask; ask({str(walks)!r})"
        process = crawls.begin({"program": program}, folder, folder / "log.txt", environment)
        assert process.wait() == 0, process.log
    asked = {}
    for row, case, *_ in ROWS:
        count = len(case_of(row, case)["requests"])
        asked[row, case], arrived = arrived[:count], arrived[count:]
    assert [request.path for _, request in arrived] == []
    return asked


def case_of(row: str, case: str) -> dict[str, Any]:
    cases = orjson.loads((WIRE / f"{row}.json").read_bytes())["cases"]
    found: dict[str, Any] = next(one for one in cases if one["case"] == case)
    return found


def test_every_row_and_case_is_compared() -> None:
    files = [path for path in WIRE.glob("*.json") if not path.name.startswith("_")]
    cases = {(path.stem, case["case"]) for path in files for case in orjson.loads(path.read_bytes())["cases"]}
    assert {(row, case) for row, case, *_ in ROWS} == cases


@pytest.mark.parametrize(("row", "case"), [row[:2] for row in ROWS], ids=str)
def test_it_asks_as_the_wire_file_shows(
    row: str, case: str, sent: dict[tuple[str, str], list[tuple[str, Recorded]]]
) -> None:
    requests = case_of(row, case)["requests"]
    assert len(sent[row, case]) == len(requests)
    for (host, request), wanted in zip(sent[row, case], requests, strict=True):
        assert (request.method, host, request.path) == (wanted["method"], wanted["host"], wanted["path"])
        assert_pairs(request.query, wanted.get("query", {}), wanted.get("variables"))
        if "form" in wanted:
            assert_pairs(request.form, wanted["form"], wanted["variables"])
        elif "signed_body" in wanted:
            assert_same(request.signed_body, wanted["signed_body"])
            assert re.fullmatch(rb"signed_body=SIGNATURE\.[A-Za-z0-9%_.~-]+", request.body)
        else:
            assert request.body == b""
        assert_headers(request, wanted)


def assert_pairs(given: list[tuple[str, str]], wanted: dict[str, str], variables: Any) -> None:
    """Compare names, values and order of a query or form; ``<json>`` stands for the compact JSON of the variables."""
    assert [name for name, _ in given] == list(wanted)
    for name, value in given:
        if wanted[name] == "<json>":
            assert value == orjson.dumps(orjson.loads(value)).decode(), "compact"
            assert_same(orjson.loads(value), variables)
        else:
            assert_same(value, wanted[name])


def assert_same(given: Any, wanted: Any) -> None:
    """Compare values with their types, and the order of keys."""
    assert type(given) is type(wanted)
    if isinstance(wanted, dict):
        assert list(given) == list(wanted)
        for key, value in wanted.items():
            assert_same(given[key], value)
    elif isinstance(wanted, list):
        assert len(given) == len(wanted)
        for one, other in zip(given, wanted, strict=True):
            assert_same(one, other)
    elif isinstance(wanted, str) and "{" in wanted:
        value = EXPECTED[wanted]
        assert re.match(value, given) if value.startswith("^") else given == value, wanted
    else:
        assert given == wanted


def assert_headers(request: Recorded, wanted: dict[str, Any]) -> None:
    """Compare headers whatever the case of their names: nothing missing, nothing twice, nothing else."""
    block = orjson.loads((WIRE / wanted["headers_base"]).read_bytes())["headers"] if "headers_base" in wanted else {}
    named = {name.lower(): value for name, value in (block | wanted["headers"]).items()}
    held = {"ig-u-rur"} if block else set()
    if request.path == "/graphql/query/":
        # A client that holds a csrftoken sends it with each query of the web.
        named.setdefault("x-csrftoken", "{csrftoken}")
    assert len(request.header_names) == len(set(request.header_names))
    assert set(request.headers) - OWN_BUSINESS - (ROUTING & held) == set(named)
    for name, value in named.items():
        assert_same(request.headers[name], value)


def test_one_rank_token_serves_a_whole_walk_and_no_other(
    sent: dict[tuple[str, str], list[tuple[str, Recorded]]],
) -> None:
    lists = ("private_graphql_followers_list", "private_graphql_following_list")
    tokens = [
        orjson.loads(dict(request.form)["variables"])["request_data"]["rank_token"]
        for row in lists
        for case in ("first", "page")
        for _, request in sent[row, case]
    ]
    assert len(set(tokens)) == len(tokens) == 4


def test_a_link_is_resolved_without_any_part_of_the_session(tmp_path: Path) -> None:
    def redirect(request: Recorded) -> Reply:
        return 302, {"Location": "/reel/abc/?igsh=1", "Set-Cookie": "sessionid=stranger; Path=/"}, b""

    session_file = write_session(tmp_path / "session.json")
    before = session_file.read_bytes()
    with RecordingServer(redirect) as anywhere:
        done = crawls.run(
            "crawl", "resolve", "-a", f"url={anywhere.url}/share/x?y=1", "-O", "out.jsonl", folder=tmp_path,
            IG_SESSION=str(session_file), IG_MOBILE_URL=anywhere.url, IG_WEB_URL=anywhere.url,
        )  # fmt: skip
    assert done.wait() == 0, done.log
    assert [(r.method, r.path, r.query) for r in anywhere.recorded] == [("HEAD", "/share/x", [("y", "1")])]
    assert set(anywhere.recorded[0].headers) - OWN_BUSINESS == {"accept", "user-agent"}
    assert session_file.read_bytes() == before
    record = orjson.loads((tmp_path / "out.jsonl").read_bytes().splitlines()[0])
    assert (record["type"], record["status"]) == ("redirect", 302)
    assert record["location"] == f"{anywhere.url}/reel/abc/?igsh=1"
