"""Every kind of answer is told from every other, in each of its disguises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from igcrawl.calling.decisions import ROTATED
from igcrawl.calling.diagnosis import Answer, check_root, open_answer
from igcrawl.errors import (
    AnswerError,
    AutomationNoticed,
    ChallengeRequired,
    NotFound,
    PrivateAccount,
    Refused,
    RequestRejected,
    SessionExpired,
    Sign,
    Throttled,
    Transient,
    Unclear,
)
from igcrawl.operations.call import AnswerKind
from igcrawl.operations.catalogue import find_operation
from igcrawl.operations.operation import Operation
from igcrawl.simulator import TROUBLES, Simulator, Trouble
from tests.simulator.client import Client

HTML_LOGIN = b'<!DOCTYPE html><html><body><form id="loginForm" action="/accounts/login/ajax/"></form></body></html>'
HTML_ANMELDUNG = b"""<html lang=de><title>Anmelden</title><input name="u"><input name=p type = 'password'></html>"""
HTML_CHALLENGE = b'<html><a href="https://www.instagram.com/challenge/AXE/">Go on</a></html>'
WAIT = "Please wait a few minutes before you try again."
HTML_WAIT = (
    f"<html><head><style>p{{}}</style></head><h2>Error</h2><p>{WAIT}</p><a href='/accounts/login/'>x</a>".encode()
)
HTML_FAULT = b"<!DOCTYPE html><html id=facebook><title>Error</title><h1>Sorry, something went&#32;wrong.</h1></html>"
HTML_NOT_THERE = b"<html><h2>Sorry, this page isn't available.</h2><a href='/accounts/login/'>Log in</a></html>"
HTML_OF_SCRIPTS = (
    b"""<html><script>{"1":"/static/LoginAndSignupPage.css","2":"LoginForm.css","x":"rate limit"}</script>"""
)
HTML_SIGN_UP = b"""<html><script>window._sharedData={"entry_data":{"LoginAndSignupPage":[{}]}}</script></html>"""


Diagnosed = type[AnswerError] | Sign | None


def error_of(status: int, body: Any, *, graphql: bool = False, location: str = "") -> AnswerError | None:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    try:
        open_answer(Answer("followers", graphql, status, content, location))
    except AnswerError as error:
        return error
    return None


def diagnose(status: int, body: Any, *, graphql: bool = False, location: str = "") -> Diagnosed:
    """The kind of an answer that a list knows, or the sign of one that evidence must decide."""
    error = error_of(status, body, graphql=graphql, location=location)
    if isinstance(error, Unclear):
        return error.sign
    return None if error is None else type(error)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, b"", Throttled),
        (429, {"message": "whatever"}, Throttled),
        (400, {"error_type": "rate_limit_error", "message": ""}, Throttled),
        (401, {"message": WAIT, "require_login": True, "status": "fail"}, Throttled),
        (400, {"message": WAIT, "status": "fail"}, Throttled),
        (200, {"message": WAIT, "status": "fail"}, Throttled),
        (200, {"errors": [{"code": 1675004, "message": "Rate limit exceeded"}], "data": None}, Throttled),
        (200, {"errors": [{"code": 1675004}], "data": None}, Throttled),
        (403, {"message": "login_required", "error_title": "You've Been Logged Out", "status": "fail"}, SessionExpired),
        (200, {"message": "login_required", "status": "fail"}, SessionExpired),
        (401, b"", Sign.DENIED),
        (403, b"<html>Forbidden</html>", Sign.DENIED),
        (403, {"status": "fail"}, Sign.DENIED),
        (400, {"require_login": True, "status": "fail"}, Sign.DENIED),
        (401, {"message": "Aguarde alguns minutos.", "require_login": True}, Sign.DENIED_WITH_WORDS),
        (403, {"message": "Nem most.", "status": "fail"}, Sign.DENIED_WITH_WORDS),
        (400, {"message": "useragent mismatch", "status": "fail"}, Sign.ABOUT_ACCOUNT),
        (200, {"error_title": "login_required", "status": "fail"}, SessionExpired),
        (403, {"status": "fail", "logout_reason": "login_required"}, SessionExpired),
        (403, {"status": "fail", "login_required": True}, SessionExpired),
        (429, {"message": "challenge_required"}, ChallengeRequired),
        (429, {"error_type": "sentry_block", "message": "Sorry"}, AutomationNoticed),
        (429, {"message": "Not authorized to view user"}, Throttled),
        (429, b"<html>/accounts/login</html>", Throttled),
        (200, HTML_LOGIN, SessionExpired),
        (200, HTML_ANMELDUNG, SessionExpired),
        (403, HTML_LOGIN, SessionExpired),
        (
            400,
            {"message": "challenge_required", "challenge": {"url": "https://i.instagram.com/challenge/"}},
            ChallengeRequired,
        ),
        (200, {"message": "challenge_required", "status": "fail"}, ChallengeRequired),
        (403, {"message": "checkpoint_required", "checkpoint_url": "/challenge/1/"}, ChallengeRequired),
        (400, {"checkpoint_url": "/challenge/1/", "status": "fail"}, ChallengeRequired),
        (400, {"message": "consent_required", "status": "fail"}, ChallengeRequired),
        (404, b"Not Found", ChallengeRequired),
        (200, HTML_CHALLENGE, ChallengeRequired),
        *((status, HTML_WAIT, Throttled) for status in (200, 400, 401, 403, 404, 429)),
        *((status, HTML_FAULT, Transient) for status in (200, 400, 403, 502)),
        (404, HTML_NOT_THERE, Sign.ABSENT),
        (200, HTML_NOT_THERE, SessionExpired),
        (200, HTML_OF_SCRIPTS, Sign.ELSEWHERE),
        (400, HTML_OF_SCRIPTS, Sign.REFUSED),
        (404, HTML_OF_SCRIPTS, Sign.ABSENT),
        (200, HTML_SIGN_UP, SessionExpired),
        (200, b"<p>" + b"rate limit " * 200, Sign.ELSEWHERE),
        (403, b"Please log in", Sign.DENIED),
        (400, {"message": "feedback_required", "spam": True, "status": "fail"}, AutomationNoticed),
        (200, {"message": "feedback_required", "status": "fail"}, AutomationNoticed),
        (400, {"error_type": "sentry_block", "message": "Sorry"}, AutomationNoticed),
        (400, {"message": "Not authorized to view user", "status": "fail"}, PrivateAccount),
        (400, {"message": "Not eligible for chaining.", "status": "fail"}, Refused),
        (404, {"message": "", "status": "fail"}, Sign.ABSENT),
        (404, {"message": "nem található", "status": "fail"}, Sign.ABSENT),
        (410, b"", Sign.ABSENT),
        (404, {"message": "User not found", "status": "fail"}, NotFound),
        (400, {"message": "Error generating user info response", "status": "fail"}, NotFound),
        (400, {"message": "unable to fetch followers", "status": "fail"}, NotFound),
        (500, b"oops", Transient),
        (502, b"<html>Bad Gateway</html>", Transient),
        (503, {"status": "fail"}, Transient),
        (200, b"", Transient),
        (200, b'{"users":[{"pk":1', Transient),
        (200, {"data": {"user": None}, "errors": [{"message": "Internal error", "severity": "CRITICAL"}]}, Transient),
        (200, {"data": {"user": {}}, "errors": ["some text"]}, Transient),
        (200, {"data": {"user": {}}, "errors": 7}, Transient),
        (200, {"message": "challenge_required", "status": "ok", "users": []}, ChallengeRequired),
        (200, {"error": {"code": 1675004, "summary": "Rate limit exceeded"}, "data": None}, Throttled),
        (400, {"message": "count is too large", "status": "fail"}, Sign.REFUSED),
        (404, b"<html>Page not found</html>", Sign.ABSENT),
        (200, b"<html>Hello</html>", Sign.ELSEWHERE),
        (200, {"redirect": "/auth_platform/?apc=1", "status": "ok"}, Sign.ELSEWHERE),
        (200, {"redirect_url": "https://www.instagram.com/accounts/login/?next=/", "status": "fail"}, SessionExpired),
        (400, {"location": "/challenge/AXE/", "status": "fail"}, ChallengeRequired),
        (200, {"status": "ok"}, Sign.SHAPELESS),
        (200, {}, Sign.SHAPELESS),
        (200, {"status": "ok", "message": ""}, Sign.SHAPELESS),
        (200, {"status": "fail"}, Sign.REFUSED),
        (200, b'for (;;);{"__ar":1,"error":1357004,"errorSummary":"Sorry","payload":null}', Transient),
        (200, b'for (;;);{"__ar":1,"error":"1357004","payload":null}', Transient),
        (200, b'for (;;);{"__ar":1,"error":1357001,"errorSummary":"Not logged in"}', SessionExpired),
        (200, b'for (;;);{"__ar":1,"error":1390009,"errorSummary":"Hmm"}', Sign.REFUSED),
        (200, {"errors": [1357004], "status": "ok"}, Transient),
        (200, {"errors": {"code": 1675004}, "data": None}, Throttled),
        (400, {"errors": {"error": ["of another kind"]}, "status": "fail"}, Sign.REFUSED),
        (400, {"message": "geoblock_required", "status": "fail"}, Refused),
        (400, {"message": "Sorry, this photo has been deleted.", "status": "fail"}, NotFound),
        *((200, body, Sign.SHAPELESS) for body in (b"[]", b"null", b"42", b'"ok"', b'{"users":[]}\n[]')),
    ],
)
@pytest.mark.parametrize("graphql", [False, True])
def test_an_answer_is_the_same_error_on_every_surface(status: int, body: Any, kind: Diagnosed, graphql: bool) -> None:
    assert diagnose(status, body, graphql=graphql) is kind


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b""),
        (400, {"status": "fail"}),
        (400, b"<html>Bad request</html>"),
        (400, {"errors": [{"message": "The document was not found", "severity": "CRITICAL"}], "data": None}),
        (200, {"errors": [{"message": "A server error occurred"}], "data": None, "status": "ok"}),
        (200, {"data": None, "status": "ok"}),
        (200, {"status": "fail"}),
        (200, {"errors": [{"message": "execution error"}], "status": "ok"}),
    ],
)
def test_a_graphql_call_without_data_may_have_a_rotated_doc_id(status: int, body: Any) -> None:
    assert diagnose(status, body, graphql=True) in ROTATED


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Simulator() as simulator:
        yield Client(simulator)


#: What is told by its answer alone, but for denials in words: those need evidence.
MEANINGS = {"login": SessionExpired, "human": ChallengeRequired, "automation": AutomationNoticed}
DENIALS = {"login_flag", "status"}


@pytest.mark.parametrize("trouble", [each for each in TROUBLES if each.kind not in DENIALS], ids=str)
def test_trouble_in_any_disguise_is_told_by_its_answer(client: Client, trouble: Trouble) -> None:
    client.simulator.faults.clear()
    client.simulator.faults.add(**trouble.fault)
    got = client.rest("users/25025320/info/")
    assert diagnose(got.status, got.body, location=got.headers.get("location", "")) is MEANINGS[trouble.meaning]


def test_the_operator_reads_a_text_that_came_in_place_of_json() -> None:
    assert str(error_of(467, b"Unsupported")) == "followers: status 467, the server said 'Unsupported'"


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("https://www.instagram.com/accounts/login/?next=/graphql/query/", SessionExpired),
        ("/accounts/login/", SessionExpired),
        ("https://www.instagram.com/challenge/?next=/", ChallengeRequired),
        ("https://www.instagram.com/accounts/suspended/?next=/", ChallengeRequired),
        ("https://www.instagram.com/auth_platform/recaptcha/?apc=1", Sign.ELSEWHERE),
        ("https://example.com/", Sign.ELSEWHERE),
        ("https://www.instagram.com/challengeaccepted/", Sign.ELSEWHERE),
        ("http://[::1/no/address", Sign.ELSEWHERE),
        ("", Sign.REFUSED),
    ],
)
def test_a_redirect_is_judged_by_where_it_leads(location: str, kind: Diagnosed) -> None:
    assert diagnose(302, b"", location=location) is kind


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("//www.instagram.com/somewhere/?next=a#b", "//www.instagram.com/somewhere/"),
        ("/somewhere/?next=a", "/somewhere/"),
        ("http://[::1/no/address?next=a", "http://[::1/no/address"),
    ],
)
def test_the_operator_reads_where_a_redirect_leads_and_none_of_its_query(location: str, told: str) -> None:
    assert str(error_of(302, b"", location=location)).endswith(f"led to {told}")


FOLLOWERS, PROFILE, INFOS = (find_operation(name) for name in ("followers", "user_profile", "comment_infos"))
FOLLOWERS_AT = "xdt_api__v1__friendships__followers"


@pytest.mark.parametrize(
    ("operation", "envelope"),
    [
        *((FOLLOWERS, {"data": {FOLLOWERS_AT: {"users": users}}}) for users in ({"0": {}}, "none", 0, False)),
        (FOLLOWERS, {"data": {FOLLOWERS_AT: []}}),
        (FOLLOWERS, {"data": []}),
        *((PROFILE, {"data": {"user": user}}) for user in ([], "none", 0)),
    ],
)
def test_evidence_decides_where_something_of_another_kind_stands_in_the_place_of_records(
    operation: Operation, envelope: dict[str, Any]
) -> None:
    with pytest.raises(Unclear) as caught:
        check_root(operation, envelope)
    assert caught.value.sign is Sign.SHAPELESS


@pytest.mark.parametrize(
    ("operation", "envelope"),
    [
        *((FOLLOWERS, {"data": {FOLLOWERS_AT: {"users": users}}}) for users in ([], None)),
        (PROFILE, {"data": {"user": {}}}),
        (INFOS, {"comment_infos": {"1_2": {"comments": []}}}),
    ],
)
def test_records_in_their_place_need_no_evidence(operation: Operation, envelope: dict[str, Any]) -> None:
    check_root(operation, envelope)


@pytest.mark.parametrize(
    "body",
    [
        {"users": [], "status": "ok"},
        {"users": [{"biography": "challenge_required login_required feedback_required"}], "status": "ok"},
        {"data": {"user": {}}, "errors": [{"message": "a remark", "severity": "WARNING"}], "status": "ok"},
        {"data": {"user": {}}, "extensions": {}},
        {"message": "", "users": [], "status": "ok"},
    ],
)
def test_what_people_write_is_never_taken_for_what_the_server_says(body: Any) -> None:
    assert diagnose(200, body, graphql=True) is None


def test_retry_after_travels_with_the_error() -> None:
    with pytest.raises(Throttled) as caught:
        open_answer(Answer("followers", True, 429, b"", retry_after=90.0))
    assert caught.value.retry_after == 90.0


def test_an_error_is_one_line_however_long_the_server_talks() -> None:
    error = error_of(400, {"message": "much\nado " * 100, "status": "fail"})
    assert error is not None
    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 250


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, NotFound),
        (410, NotFound),
        (429, Throttled),
        (500, Transient),
        (400, RequestRejected),
        (403, RequestRejected),
    ],
)
def test_what_is_asked_without_a_session_says_nothing_of_it(status: int, kind: type[AnswerError]) -> None:
    with pytest.raises(kind):
        open_answer(Answer("resolve", False, status, b"", kind=AnswerKind.REDIRECT, url="https://x.test/"))


def test_a_redirect_to_what_is_no_address_is_told_as_it_is() -> None:
    asked = Answer("resolve", False, 302, b"", "http://[::1/", kind=AnswerKind.REDIRECT, url="https://x.test/")
    assert open_answer(asked)["location"] == "http://[::1/"
