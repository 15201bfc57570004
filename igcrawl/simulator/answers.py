"""Answers as the server gives them, and the ones it gives when it says no."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON = "application/json; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(slots=True)
class Answer:
    """A complete HTTP answer before compression; each of `cookies` becomes a Set-Cookie header of its own."""

    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


def json_answer(document: Mapping[str, object], status: int = 200, content_type: str = JSON) -> Answer:
    """Return a JSON answer, written compactly and without escapes, as the server writes it."""
    return Answer(compact(document), status, content_type)


def compact(document: object) -> bytes:
    """Return a value as compact JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def failure(status: int, message: str, **more: object) -> Answer:
    """Return the `status: fail` answer of the mobile API."""
    return json_answer({"message": message, **more, "status": "fail"}, status)


def login_required(status: int = 403) -> Answer:
    """Return what a mobile request with a missing (401) or dead (403) session gets."""
    return failure(
        status,
        "login_required",
        error_title="You've Been Logged Out",
        error_body="Please log back in.",
        logout_reason=8,
    )


def redirect(location: str) -> Answer:
    """Return a 302 to a page, as the web host answers when it wants a human."""
    return Answer(b"", 302, HTML, {"Location": location})


def html_page(title: str, text: str, status: int = 200) -> Answer:
    """Return a page of the website."""
    body = f'<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body><main>{text}</main></body></html>'
    return Answer(body.encode(), status, HTML)


def login_page() -> Answer:
    """Return the page one logs in on; the web host serves it with status 200 in place of data."""
    form = '<form id="loginForm" method="post" action="/accounts/login/ajax/"><input name="username"/></form>'
    return html_page("Login • Instagram", form + '<script>{"require_login":true}</script>')


def login_redirect(path: str) -> Answer:
    """Return the redirect a web request without a session gets."""
    return redirect(f"/accounts/login/?next={path}")


def please_wait(status: int = 429) -> Answer:
    """Return the throttled answer; the same words come with 429, 401, 400 and 200."""
    return failure(status, "Please wait a few minutes before you try again.", require_login=True, igweb_rollout=True)


def throttled_graphql() -> Answer:
    """Return the throttled answer of GraphQL: 200 with error code 1675004."""
    error = {"message": "Rate limit exceeded", "severity": "CRITICAL", "code": 1675004, "api_error_code": 4}
    return json_answer({"data": None, "errors": [error], "status": "ok"}, content_type=SCRIPT)


def stale_doc_id(status: int = 400) -> Answer:
    """Return what a query gets whose doc_id is not registered (any more).

    400 or 200 with errors and `data: null`; with 401 the "Please wait" that pretends to be a throttle.
    """
    if status == 401:
        return please_wait(401)
    error = {"message": "The GraphQL document with this ID was not found.", "severity": "CRITICAL", "code": 1675030}
    document = {"errors": [error], "data": None, "extensions": {"is_final": True}}
    return json_answer(document, status, SCRIPT)


def private_account() -> Answer:
    """Return what asking for a private account's lists gets."""
    return failure(400, "Not authorized to view user")


def missing_account() -> Answer:
    """Return what REST says about an id that does not exist."""
    return failure(404, "User not found", error_type="user_not_found")


def bad_cursor() -> Answer:
    """Return what a cursor gets that is not (or no longer) good for this list."""
    return failure(400, "max_id is invalid or has expired")


def bad_request(message: str) -> Answer:
    """Return the answer to a request that the server does not accept as it is."""
    return failure(400, message)


def server_error(status: int = 500) -> Answer:
    """Return the HTML page of a server in trouble."""
    return html_page("Error", "Oops, an error occurred. Sorry, something went wrong.", status)
