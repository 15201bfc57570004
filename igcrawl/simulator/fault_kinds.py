"""Effects of each kind of scripted fault: the answer it gives, or the change it makes."""

from collections.abc import Callable

from igcrawl.simulator import answers
from igcrawl.simulator.answers import Answer

PAGE_KINDS = ("duplicate", "empty_page", "repeat_cursor", "limit")
"""Kinds that change one page of a follow list (other operations are answered as always)."""

WIRE_KINDS = ("cut_connection", "cut_body", "cut_chunked", "broken_gzip")
"""Kinds that break the connection or the encoding; all but the first break the answer that would have come."""

BODY_KINDS = ("truncated_json", "invalid_utf8", "prefixed", "byte_order_mark", "wrong_type")
"""Kinds that change the bytes of the answer that would have come: cut JSON, a broken byte, `for (;;);`, a BOM, and a
content type that says text/html."""

OTHER_KINDS = ("delay", "refresh", "raw")
"""delay: the usual answer, later. refresh: the usual answer with a refreshed session. raw: exactly `body`."""


def _trouble(message: str, default: int, **more: object) -> Callable[[int | None], Answer]:
    return lambda status: answers.failure(status or default, message, **more)


def _challenge(status: int | None, url: str = "/challenge/58001234567/Kq3x9ZtYbA/") -> Answer:
    challenge = {"url": f"https://i.instagram.com{url}", "api_path": url, "hide_webview_header": True, "lock": True}
    return answers.failure(
        status or 400, "challenge_required", challenge=challenge, error_type="checkpoint_challenge_required"
    )


def _page_or_failure(status: int | None) -> Answer:
    status = status or 500
    return answers.server_error(status) if status >= 500 else answers.failure(status, f"error {status}")


def _page(title: str, path: str, text: str) -> Callable[[int | None], Answer]:
    form = f'<form method="post" action="{path}"><button>Continue</button></form>'
    return lambda status: answers.html_page(f"{title} • Instagram", text + form)


def _user_null(status: int | None) -> Answer:
    document = {"data": {"user": None}, "user": None, "status": "ok"}
    return answers.json_answer(document, status or 200)


_ANSWERS: dict[str, Callable[[int | None], Answer]] = {
    "status": _page_or_failure,
    "throttle": lambda status: answers.please_wait(status or 429),
    "throttle_graphql": lambda status: answers.throttled_graphql(),
    "rate_limit_error": _trouble("Rate limited.", 400, error_type="rate_limit_error"),
    "stale_doc_id": lambda status: answers.stale_doc_id(status or 400),
    "login_page": lambda status: answers.login_page(),
    "login_redirect": lambda status: answers.login_redirect("/"),
    "login_required": lambda status: answers.login_required(status or 403),
    "login_flag": _trouble("Unauthorized", 401, require_login=True),
    "challenge": _challenge,
    "challenge_redirect": lambda status: answers.redirect("/challenge/58001234567/Kq3x9ZtYbA/"),
    "challenge_page": _page("Challenge", "/challenge/58001234567/Kq3x9ZtYbA/", "Help us confirm you own this account."),
    "checkpoint": _trouble("checkpoint_required", 400, checkpoint_url="/challenge/58001234567/Kq3x9ZtYbA/", lock=True),
    "consent": _trouble("consent_required", 400, consent_data={"headline": "Updates to our terms"}),
    "consent_redirect": lambda status: answers.redirect("/consent/?flow=terms"),
    "consent_page": _page("Terms", "/consent/?flow=terms", "Review our updated terms."),
    "feedback": _trouble(
        "feedback_required", 400, spam=True, feedback_title="Try Again Later", feedback_message="We limit how often"
    ),
    "sentry_block": _trouble("Sorry, there was a problem with your request.", 400, error_type="sentry_block"),
    "suspended": lambda status: _challenge(status, "/accounts/suspended/"),
    "suspended_redirect": lambda status: answers.redirect("/accounts/suspended/"),
    "suspended_page": _page("Suspended", "/accounts/suspended/", "We suspended your account."),
    "not_found_text": lambda status: Answer(b"Not Found", 404, answers.TEXT),
    "user_null": _user_null,
    "private": lambda status: answers.private_account(),
    "missing": lambda status: answers.missing_account(),
    "missing_message": _trouble("Error generating user info response", 400),
    "refused": _trouble("Not eligible for chaining.", 400),
    "bad_cursor": lambda status: answers.bad_cursor(),
}

KINDS = (*_ANSWERS, *PAGE_KINDS, *WIRE_KINDS, *BODY_KINDS, *OTHER_KINDS)
"""Every kind a fault may have."""


def fault_answer(kind: str, status: int | None) -> Answer | None:
    """Return the answer a kind gives in place of the usual one, or None for kinds that change the usual one."""
    make = _ANSWERS.get(kind)
    return make(status) if make is not None else None


def changed_body(kind: str, answer: Answer) -> Answer:
    """Return the answer with its bytes or its type changed, for the BODY_KINDS; any other kind changes nothing."""
    body, content_type = answer.body, answer.content_type
    if kind == "truncated_json":
        body = body[: max(len(body) * 2 // 3, 1)]
    elif kind == "invalid_utf8":
        middle = len(body) // 2
        body = body[:middle] + b"\xff\xfe" + body[middle:]
    elif kind == "prefixed":
        body = b"for (;;);" + body
    elif kind == "byte_order_mark":
        body = b"\xef\xbb\xbf" + body
    elif kind == "wrong_type":
        content_type = answers.HTML
    return Answer(body, answer.status, content_type, answer.headers)
