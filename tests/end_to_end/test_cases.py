"""Answers as people have met them are judged rightly, and so are others of their kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support.cases import CASES, OWN, body, rule, try_case

PROFILES = ["profiles", "-a", "user_ids=11,12,13,14"]
FOLLOWERS = ["followers", "-a", "user_id=25025320"]
ME = {"user": {"pk": OWN, "username": "me"}, "status": "ok"}


def account(pk: int, followers: int = 3) -> dict[str, Any]:
    return {"pk": str(pk), "id": str(pk), "username": f"user.{pk}", "follower_count": followers, "is_private": False}


def follows(cursor: str | None = None) -> dict[str, Any]:
    users = [{"pk": str(pk), "username": f"user.{pk}"} for pk in (1001, 1002, 1003)]
    root = {"users": users, "next_max_id": cursor, "should_limit_list_of_followers": False}
    return {"data": {"xdt_api__v1__friendships__followers": root}, "status": "ok"}


PROFILE = rule("www", "render_surface", answers=[body({"data": {"user": account(25025320)}, "status": "ok"})])
REST_LIST = rule("i ", "friendships/", answers=[body({"users": [], "next_max_id": None, "status": "ok"} | {
    "users": follows()["data"]["xdt_api__v1__friendships__followers"]["users"]})])  # fmt: skip
OWN_ACCOUNT = rule(f"users/{OWN}/", answers=[body(ME)])


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.json")))
def test_a_case_that_people_have_met_is_judged_rightly(tmp_path: Path, name: str) -> None:
    assert try_case(orjson.loads((CASES / f"{name}.json").read_bytes()), tmp_path) == []


@pytest.mark.parametrize(
    "answer",
    [
        body("", 302, Location="https://www.instagram.com/auth_platform/codeentry/?apc=x"),
        body("", 307, Location="/coig_restricted/?next=/"),
        body("<html><body>Unser Dienst macht Pause</body></html>"),
        body({"redirect": "/privacy/checks/?flow=x", "status": "ok"}),
        body({"location": "https://www.instagram.com/web/unsupported/", "status": "fail"}, 400),
    ],
    ids=["302", "307", "html", "json", "json-400"],
)
def test_a_session_that_is_led_elsewhere_is_parked_after_three_requests(tmp_path: Path, answer: dict[str, Any]) -> None:
    expect = {"exit": 3, "verdicts": ["blocked"] * 4, "requests_at_most": 3, "again_at_most": 0}
    assert try_case({"crawl": PROFILES, "server": [rule(answers=[answer])], "expect": expect}, tmp_path) == []


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("words", ["Bitte warte einen Moment.", "しばらくしてから", "Réessayez plus tard"])
def test_a_session_that_is_told_something_in_any_language_is_not_expired(
    tmp_path: Path, status: int, words: str
) -> None:
    server = [rule(answers=[body({"message": words, "require_login": True, "status": "fail"}, status)])]
    expect = {"exit": 1, "requests_at_most": 3, "reason_has": words.encode().decode()}
    case = {"crawl": PROFILES, "settings": {"IG_WAIT_MAX": "5"}, "server": server, "expect": expect}
    assert try_case(case, tmp_path) == []


@pytest.mark.parametrize("answer", [body("", 401), body({"status": "fail"}, 403), body("<html>Forbidden</html>", 403)])
def test_a_session_that_is_denied_on_both_surfaces_has_expired(tmp_path: Path, answer: dict[str, Any]) -> None:
    expect = {"exit": 3, "requests_at_most": 4, "again_at_most": 0, "reason_has": "log in again by hand"}
    assert try_case({"crawl": PROFILES, "server": [rule(answers=[answer])], "expect": expect}, tmp_path) == []


@pytest.mark.parametrize(
    "answer",
    [
        body("", 401), body({"message": "unsupported client", "status": "fail"}, 403),
        body("", 302, Location="/x/"), body({"message": "useragent mismatch", "status": "fail"}, 400),
    ],
    ids=["401", "403-words", "302", "useragent"],
)  # fmt: skip
def test_where_one_endpoint_refuses_another_takes_over_and_nothing_is_parked(
    tmp_path: Path, answer: dict[str, Any]
) -> None:
    rest = [rule(f"users/{pk}/info", answers=[body({"user": account(pk), "status": "ok"})]) for pk in (11, 12, 13, 14)]
    server = [rule("www", answers=[answer]), *rest, OWN_ACCOUNT]
    expect = {"exit": 0, "verdicts": ["complete"] * 4, "requests_at_most": 4 + 1 + 2 * 3, "records": {"profile": 4}}
    assert try_case({"crawl": PROFILES, "server": server, "expect": expect}, tmp_path) == []


@pytest.mark.parametrize(
    "answer",
    [
        body('for (;;);{"__ar":1,"error":1675002,"errorSummary":"Query error","payload":null}'),
        body({"errors": ["execution error"], "data": None, "status": "ok"}),
        body({"status": "ok"}), body({"data": {"something_else": {}}, "status": "ok"}), body("", 400),
    ],
    ids=["1675002", "errors", "ok", "other-root", "400"],
)  # fmt: skip
def test_an_id_that_is_refused_twice_while_the_next_one_works_is_stale(tmp_path: Path, answer: dict[str, Any]) -> None:
    old = rule("FollowersList", "284797047911918316998205836755", answers=[answer])
    server = [PROFILE, old, rule("FollowersList", answers=[body(follows())]), REST_LIST, OWN_ACCOUNT]
    expect = {"exit": 0, "verdicts": ["complete"], "requests_at_most": 1 + 1 + 4, "stale_ids": 1}
    assert try_case({"crawl": FOLLOWERS, "server": server, "expect": expect}, tmp_path) == []


@pytest.mark.parametrize(
    "answer",
    [
        body({"errors": [{"code": 1357004}], "data": None}), body({"message": "Sorry, something went wrong"}, 400),
        body({"message": "field exception", "status": "fail"}), body({"data": None, "status": "ok"}), body("", 400),
    ],
    ids=["1357004", "words", "other-words", "null", "400"],
)  # fmt: skip
def test_what_is_refused_once_condemns_no_id(tmp_path: Path, answer: dict[str, Any]) -> None:
    once = rule("FollowersList", answers=[answer, body(follows())])
    expect = {"exit": 0, "verdicts": ["complete"], "records": {"follow": 3}, "stale_ids": 0}
    case = {"crawl": FOLLOWERS, "server": [PROFILE, once, REST_LIST, OWN_ACCOUNT], "expect": expect}
    assert try_case(case, tmp_path) == []


@pytest.mark.parametrize(
    "gone", [body({"user": None, "status": "ok"}), body({"status": "fail"}, 404), body("<p>", 404)]
)
def test_nobody_is_not_found_as_long_as_the_query_finds_its_own_operator(tmp_path: Path, gone: dict[str, Any]) -> None:
    crawl = ["operation", "-a", "name=user_info", "-a", 'args={"user_id":"11"}']
    server = [rule("users/11/", answers=[gone]), OWN_ACCOUNT]
    expect = {"exit": 0, "verdicts": ["not_found"], "requests_at_most": 2}
    assert try_case({"crawl": crawl, "server": server, "expect": expect}, tmp_path) == []


@pytest.mark.parametrize(
    "gone", [body({"user": None, "status": "ok"}), body({"status": "fail"}, 404), body({"user": None})]
)
def test_a_query_that_finds_nobody_at_all_fails(tmp_path: Path, gone: dict[str, Any]) -> None:
    crawl = ["operation", "-a", "name=user_info", "-a", 'args={"user_id":"11"}']
    web = rule("www", answers=[body({"data": {"user": account(int(OWN))}, "status": "ok"})])
    expect = {"exit": 1, "verdicts": ["failed"], "requests_at_most": 3}
    assert try_case({"crawl": crawl, "server": [rule("i ", answers=[gone]), web], "expect": expect}, tmp_path) == []


@pytest.mark.parametrize("answer", [body({"message": "not this one", "status": "fail"}, 400), body("Unsupported", 467)])
def test_a_target_that_is_refused_everywhere_casts_no_doubt_on_an_id_that_worked_just_before(
    tmp_path: Path, answer: dict[str, Any]
) -> None:
    good = rule("www", "render_surface", answers=[body({"data": {"user": account(11)}, "status": "ok"})])
    server = [OWN_ACCOUNT, rule("%2212%22", answers=[answer]), rule("users/12/", answers=[answer]), good]
    crawl = ["profiles", "-a", "user_ids=11,12,13"]
    expect = {"verdicts": ["complete", "refused", "complete"], "stale_ids": 0, "requests_at_most": 3 + 4}
    assert try_case({"crawl": crawl, "server": server, "expect": expect}, tmp_path) == []


@pytest.mark.parametrize("answer", [body("", 401), body("<html>Forbidden</html>", 403)])
def test_targets_are_not_refused_where_the_session_may_see_nobody_but_itself(
    tmp_path: Path, answer: dict[str, Any]
) -> None:
    expect = {"exit": 1, "verdicts": ["failed"] * 4, "stale_ids": 0}
    assert (
        try_case({"crawl": PROFILES, "server": [OWN_ACCOUNT, rule(answers=[answer])], "expect": expect}, tmp_path) == []
    )


@pytest.mark.parametrize("message", ["User not found", "Not authorized to view user", "geoblock_required"])
@pytest.mark.parametrize(("first_page", "verdict"), [(True, "failed"), (False, None)])
def test_a_list_is_whole_or_open_when_only_a_later_page_speaks_of_the_target(
    tmp_path: Path, message: str, first_page: bool, verdict: str | None
) -> None:
    says = body({"message": message, "status": "fail"}, 400)
    first = rule("FollowersList", answers=[body(follows("c1")), *([] if first_page else [says])])
    server = [PROFILE, rule("FollowersList", "max_id%22%3A%22c1", answers=[says]), first, OWN_ACCOUNT]
    own = {"User not found": "not_found", "Not authorized to view user": "private", "geoblock_required": "refused"}
    expect = {"verdicts": [verdict or own[message]], "records": {"follow": 3}, "requests_at_most": 5}
    assert try_case({"crawl": FOLLOWERS, "server": server, "expect": expect}, tmp_path) == []


@pytest.mark.parametrize("message", ["User not found", "Not authorized to view user", "unable to fetch followers"])
def test_a_session_that_does_not_see_itself_calls_nobody_missing(tmp_path: Path, message: str) -> None:
    crawl = ["operation", "-a", "name=user_info", "-a", 'args={"user_id":"11"}']
    gone = rule("users/11/", answers=[body({"user": None, "status": "ok"})])
    unseen = rule(answers=[body({"message": message, "status": "fail"}, 404)])
    expect = {"exit": 1, "requests_at_most": 4}
    assert try_case({"crawl": crawl, "server": [gone, unseen], "expect": expect}, tmp_path) == []


@pytest.mark.parametrize("words", ["media_is_cursed", "Cannot load this", "policy 17"])
def test_after_three_equal_refusals_an_operation_asks_no_other_target(tmp_path: Path, words: str) -> None:
    crawl = ["media", "-a", "media_ids=11,12,13,14,15,16"]
    refused = rule("media_metadata", answers=[body({"message": words, "status": "fail"}, 400)])
    expect = {"exit": 1, "verdicts": ["failed"] * 6, "requests_at_most": 3 + 2 + 2, "reason_has": "not asked"}
    assert try_case({"crawl": crawl, "server": [refused, OWN_ACCOUNT], "expect": expect}, tmp_path) == []


@pytest.mark.parametrize("gone", [body({"data": {"user": None}, "status": "ok"}), body("{}", 404), body("<p>", 404)])
def test_a_name_is_not_found_as_long_as_the_query_finds_its_own_operators(tmp_path: Path, gone: dict[str, Any]) -> None:
    crawl = ["operation", "-a", "name=web_profile_info", "-a", 'args={"username":"nobody"}']
    own = rule("web_profile_info", "username=me", answers=[body({"data": {"user": account(int(OWN))}, "status": "ok"})])
    server = [own, rule("web_profile_info", answers=[gone]), OWN_ACCOUNT]
    expect = {"exit": 0, "verdicts": ["not_found"], "requests_at_most": 3}
    assert try_case({"crawl": crawl, "server": server, "expect": expect}, tmp_path) == []


@pytest.mark.parametrize("me", [{"user": {"pk": OWN}}, {"user": {"pk": OWN, "username": 7}}])
def test_where_the_operators_name_is_not_to_be_had_nobody_is_called_missing(tmp_path: Path, me: dict[str, Any]) -> None:
    crawl = ["operation", "-a", "name=web_profile_info", "-a", 'args={"username":"nobody"}']
    server = [rule("web_profile_info", answers=[body("{}", 404)]), rule(f"users/{OWN}/", answers=[body(me)])]
    expect = {"exit": 1, "verdicts": ["failed"], "requests_at_most": 2}
    assert try_case({"crawl": crawl, "server": server, "expect": expect}, tmp_path) == []


def test_what_leads_elsewhere_is_not_asked_again_for_the_next_target(tmp_path: Path) -> None:
    crawl = ["media", "-a", "media_ids=11,12,13,14,15,16"]
    server = [rule("media_metadata", answers=[body("", 302, Location="/x/")]), OWN_ACCOUNT]
    # The canary, and once more; then one each for two; then none.
    expect = {"exit": 1, "verdicts": ["failed"] * 6, "requests_at_most": 3 + 2}
    assert try_case({"crawl": crawl, "server": server, "expect": expect}, tmp_path) == []


def test_where_every_id_is_stale_a_cursor_of_the_operators_goes_nowhere_else(tmp_path: Path) -> None:
    crawl = ["operation", "-a", "name=followers", "-a", 'args={"user_id":"25025320"}', "-a", "cursor=c1"]
    server = [rule("FollowersList", answers=[body("", 400)]), REST_LIST, OWN_ACCOUNT]
    expect = {"exit": 1, "verdicts": ["stale_doc_id"], "records": {"follow": 0}, "requests_lack": ["friendships"]}
    assert try_case({"crawl": crawl, "server": server, "expect": expect}, tmp_path) == []
