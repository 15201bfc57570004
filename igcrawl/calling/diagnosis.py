"""The one place that decides, from status, headers and body, what kind of answer came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from igcrawl.errors import (
    AnswerError,
    AutomationNoticed,
    ChallengeRequired,
    NotFound,
    PrivateAccount,
    Refused,
    RequestRejected,
    SessionExpired,
    StaleDocId,
    Throttled,
    Transient,
)
from igcrawl.operations.call import AnswerKind
from igcrawl.parsing.envelope import read_envelope

#: What `message`, `error_type` and the texts of `errors` say, and which error that is. The first that fits counts.
_SAID: Final[tuple[tuple[str, type[AnswerError]], ...]] = (
    ("challenge_required", ChallengeRequired),
    ("checkpoint_required", ChallengeRequired),
    ("checkpoint_challenge_required", ChallengeRequired),
    ("consent_required", ChallengeRequired),
    ("account_suspended", ChallengeRequired),
    ("account has been disabled", ChallengeRequired),
    ("inactive user", ChallengeRequired),
    ("feedback_required", AutomationNoticed),
    ("sentry_block", AutomationNoticed),
    ("login_required", SessionExpired),
    ("rate_limit_error", Throttled),
    ("rate limit", Throttled),
    ("please wait a few minutes", Throttled),
    ("not authorized to view user", PrivateAccount),
    ("not eligible for chaining", Refused),
    ("error generating user info response", NotFound),
    ("unable to fetch followers", NotFound),
    ("user not found", NotFound),
    ("media not found", NotFound),
    ("media is unavailable", NotFound),
)
_LED_TO: Final[tuple[tuple[str, type[AnswerError]], ...]] = (
    ("/accounts/login", SessionExpired),
    ("/challenge", ChallengeRequired),
    ("/suspended", ChallengeRequired),
    ("/accounts/suspended", ChallengeRequired),
    ("/checkpoint", ChallengeRequired),
    ("/consent", ChallengeRequired),
)
#: Signs in the HTML of a page that came in place of JSON.
_SHOWN: Final[tuple[tuple[bytes, type[AnswerError]], ...]] = (
    (b"/challenge/", ChallengeRequired),
    (b"/accounts/suspended/", ChallengeRequired),
    (b"/consent/", ChallengeRequired),
    (b"/accounts/login", SessionExpired),
    (b"loginform", SessionExpired),
    (b"loginandsignuppage", SessionExpired),
)
_RATE_LIMIT_CODE: Final = 1675004
_LONGEST_QUOTE: Final = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, reduced to what the diagnosis needs.

    Args:
        operation: name of the operation that was asked.
        graphql: whether it is a registered query, which can be rotated.
        status: HTTP status.
        body: decompressed.
        location: where a redirect leads.
        retry_after: seconds, as the server said.
        kind: what a good answer is.
        url: what was asked for.
    """

    operation: str
    graphql: bool
    status: int
    body: bytes
    location: str = ""
    retry_after: float | None = None
    kind: AnswerKind = AnswerKind.JSON
    url: str = ""


def open_answer(answer: Answer) -> dict[str, Any]:
    """Return the envelope of a good answer.

    Raises:
        AnswerError: of the class that the answer is a case of.
    """
    if answer.kind is AnswerKind.REDIRECT:
        return _redirect(answer)
    if 300 <= answer.status < 400:
        raise _redirected(answer)
    if answer.status < 200 or 204 <= answer.status < 300:
        # It says that there is no body, or a part of one: that is nothing to read.
        raise Transient(f"{answer.operation}: status {answer.status} in place of an answer")
    if answer.kind is AnswerKind.PAGE:
        if answer.status != 200:
            raise _without_envelope(answer, _by_status(answer, said=""))
        return {"data": {"status": answer.status}}
    try:
        envelope = read_envelope(answer.body, answer.operation)
    except AnswerError as unreadable:
        raise _without_envelope(answer, unreadable) from None
    error = _with_envelope(answer, envelope)
    if error is not None:
        raise error
    return envelope


def _redirect(answer: Answer) -> dict[str, Any]:
    """Say where a URL leads. It was asked without a session, so nothing in it is about the session."""
    if answer.status in {404, 410}:
        raise NotFound(f"{answer.operation}: status {answer.status}")
    if answer.status == 429:
        raise _error(Throttled, answer, said="")
    if answer.status >= 500:
        raise Transient(f"{answer.operation}: status {answer.status}")
    if answer.status >= 400:
        raise RequestRejected(f"{answer.operation}: status {answer.status}")
    location = urljoin(answer.url, answer.location) if answer.location else None
    return {"url": answer.url, "status": answer.status, "location": location}


def _redirected(answer: Answer) -> AnswerError:
    for path, kind in _LED_TO:
        if path in answer.location:
            return kind(f"{answer.operation}: redirected to {path}/")
    return RequestRejected(f"{answer.operation}: redirected with status {answer.status}")


def _without_envelope(answer: Answer, unreadable: AnswerError) -> AnswerError:
    """Diagnose an answer that is no JSON object."""
    if answer.status >= 500:
        return Transient(f"{answer.operation}: status {answer.status}")
    text = answer.body.strip().lower()
    if answer.status == 404 and text == b"not found":
        return ChallengeRequired(f'{answer.operation}: 404 with the bare text "Not Found"')
    if text.startswith(b"<"):
        for sign, kind in _SHOWN:
            if sign in text:
                return kind(f"{answer.operation}: status {answer.status} with a page that shows {sign.decode()}")
    if answer.status == 404:
        return RequestRejected(f"{answer.operation}: status 404 without a reason")
    if answer.status >= 400:
        return _by_status(answer, said="")
    if text.startswith(b"<"):
        return RequestRejected(f"{answer.operation}: status {answer.status} with a page of HTML in place of JSON")
    return unreadable


def _with_envelope(answer: Answer, envelope: dict[str, Any]) -> AnswerError | None:
    """Diagnose a JSON answer; None when it is what was asked for."""
    message = envelope.get("message")
    failed = answer.status != 200 or envelope.get("status") == "fail" or bool(envelope.get("errors"))
    failed = failed or bool(envelope.get("error"))
    if not failed and not message:
        if answer.graphql and "data" in envelope and envelope["data"] is None:
            return _stale(answer, "data is null")
        return None
    said = _what_was_said(envelope)
    if failed or message or envelope.get("status") != "ok":
        kind = _kind_said(envelope, said.lower())
        if kind is not None:
            return _error(kind, answer, said)
    if answer.status >= 400:
        return _by_status(answer, said if message else "")
    if answer.graphql and envelope.get("data") is None and not message:
        return _stale(answer, said or "no data")
    if envelope.get("status") == "fail":
        return RequestRejected(f"{answer.operation}: the server said {_quote(said)}")
    if _has_grave_errors(envelope):
        return Transient(f"{answer.operation}: a part of the answer failed on the server: {_quote(said)}")
    return None


def _has_grave_errors(envelope: dict[str, Any]) -> bool:
    """Return whether `errors` beside data say that a part of it is missing; the server calls mere remarks warnings."""
    errors = envelope.get("errors")
    listed = errors if isinstance(errors, list) else [errors] if errors else []
    return any(not isinstance(error, dict) or error.get("severity") != "WARNING" for error in listed)


def _kind_said(envelope: dict[str, Any], said: str) -> type[AnswerError] | None:
    """Return the error named by the server's message, or by its flags if the message is unknown."""
    for words, kind in _SAID:
        if words in said:
            return kind
    if envelope.get("require_login") is True:
        return SessionExpired
    if envelope.get("challenge") or envelope.get("checkpoint_url"):
        return ChallengeRequired
    return None


def _by_status(answer: Answer, said: str) -> AnswerError:
    status, operation = answer.status, answer.operation
    if status >= 500:
        return Transient(f"{operation}: status {status}")
    if status == 429:
        return _error(Throttled, answer, said)
    if status in {401, 403}:
        return _error(SessionExpired, answer, said)
    if status == 404:
        return _error(NotFound, answer, said)
    if status == 400 and answer.graphql and not said:
        return _stale(answer, "status 400")
    return RequestRejected(f"{operation}: status {status}" + (f", the server said {_quote(said)}" if said else ""))


def _error(kind: type[AnswerError], answer: Answer, said: str) -> AnswerError:
    text = f"{answer.operation}: status {answer.status}" + (f", the server said {_quote(said)}" if said else "")
    return Throttled(text, answer.retry_after) if kind is Throttled else kind(text)


def _stale(answer: Answer, sign: str) -> StaleDocId:
    return StaleDocId(f"{answer.operation}: its doc_id is not registered any more ({_quote(sign)})")


def _what_was_said(envelope: dict[str, Any]) -> str:
    """Join the texts in which the server says what is wrong, never anything from the data."""
    texts = [envelope.get(key) for key in ("message", "error_type", "feedback_title")]
    errors = envelope.get("errors")
    listed = errors if isinstance(errors, list) else []
    for error in [*listed, envelope.get("error")]:
        if isinstance(error, dict):
            texts += [error.get(key) for key in ("message", "summary", "description")]
            if error.get("code") == _RATE_LIMIT_CODE:
                texts.append("rate limit")
        else:
            texts.append(error)
    return "; ".join(dict.fromkeys(text for text in texts if isinstance(text, str) and text))


def _quote(said: str) -> str:
    line = " ".join(said.split())
    return repr(line if len(line) <= _LONGEST_QUOTE else line[:_LONGEST_QUOTE] + "…")
