"""The kind of an answer, from status, headers and body: a page, a known error, or one that evidence must decide.

Four questions, in this order: is it the session's (blocked, expired), the server's for now (wait, ask again), the
query's (rotated), or the target's (private, gone, refusing)? A clear answer is taken at its word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from igcrawl.calling.server_words import (
    Said,
    links_to_login,
    meaning_of_page,
    meaning_of_path,
    place_of,
    read_said,
    read_text,
)
from igcrawl.errors import (
    AnswerError,
    ChallengeRequired,
    MalformedAnswer,
    NotFound,
    RequestRejected,
    SessionExpired,
    Sign,
    Throttled,
    Transient,
    Trouble,
    Unclear,
)
from igcrawl.operations.call import AnswerKind
from igcrawl.operations.operation import Operation
from igcrawl.parsing.envelope import read_envelope
from igcrawl.parsing.json_paths import keys_of, null_on_the_way, walk_path

#: Keys of an answer that say nothing but that it is one.
_BARE: Final = frozenset({"status", "message", "extensions"})
#: Keys under which an answer speaks of itself.
_TALK: Final = frozenset({"error", "errors", "extensions", "challenge"})
_ABSENT: Final = frozenset({404, 410})
_DENYING: Final = frozenset({401, 403})
#: What a page or a text without JSON is taken at its word for.
_PASSING: Final = frozenset({Throttled, Transient})


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
        may_be_bare: whether a good answer may say "ok" and nothing else, since it was asked to change something.
    """

    operation: str
    graphql: bool
    status: int
    body: bytes
    location: str = ""
    retry_after: float | None = None
    kind: AnswerKind = AnswerKind.JSON
    url: str = ""
    may_be_bare: bool = False


def open_answer(answer: Answer) -> dict[str, Any]:
    """Return the envelope of a good answer.

    Raises:
        Unclear: evidence must decide what it means.
        AnswerError: of the class that the answer is a case of.
    """
    if answer.kind is AnswerKind.REDIRECT:
        return _redirect(answer)
    if answer.status == 429:
        raise _too_many(answer)
    if 300 <= answer.status < 400:
        raise _led_to(answer, answer.location)
    if answer.status < 200 or 204 <= answer.status < 300:
        # It says that there is no body, or a part of one: that is nothing to read.
        raise Transient(f"{answer.operation}: status {answer.status} in place of an answer")
    if answer.kind is AnswerKind.PAGE:
        if answer.status != 200:
            raise _without_envelope(answer, RequestRejected(_told(answer, Said())))
        return {"data": {"status": answer.status}}
    try:
        envelope = read_envelope(answer.body, answer.operation, graphql=answer.graphql)
    except AnswerError as unreadable:
        raise _without_envelope(answer, unreadable) from None
    error = _with_envelope(answer, envelope)
    if error is not None:
        raise error
    return envelope


def check_root(operation: Operation, envelope: dict[str, Any]) -> None:
    """Check that an answer has what its operation reads.

    Raises:
        Unclear: it has not, or null stands in the place of what was asked for.
    """
    reader = operation.reader
    for part in reader.parts:
        if part.record is not reader.record:
            continue
        nobody = part.absent or (part.head if part.single else None)
        if nobody and null_on_the_way(envelope, nobody):
            raise Unclear(f"{operation.name}: {'.'.join(nobody)} is null: no such target", Sign.ABSENT)
    _check_kind(operation, envelope)
    if not reader.finds_place(envelope):
        place = next((part.head for part in reader.parts), ())
        sign = Sign.REFUSED if null_on_the_way(envelope, place) else Sign.SHAPELESS
        try:
            walk_path(envelope, place, operation.name)
        except MalformedAnswer as missing:
            raise Unclear(str(missing), sign) from None
        raise Unclear(f"{operation.name}: there is {keys_of(envelope)}", Sign.SHAPELESS)


def _check_kind(operation: Operation, envelope: dict[str, Any]) -> None:
    """Check that where the records should be, something of the right kind is.

    Raises:
        Unclear: in each such place something else is.
    """
    first: MalformedAnswer | None = None
    for part in operation.reader.parts:
        if part.record is not operation.reader.record or not part.finds_place(envelope):
            continue
        try:
            part.check_place(envelope, operation.name)
        except MalformedAnswer as misfit:
            first = first or misfit
        else:
            return
    if first is not None:
        raise Unclear(str(first), Sign.SHAPELESS)


def _redirect(answer: Answer) -> dict[str, Any]:
    """Say where a URL leads. It was asked without a session, so nothing in it is about the session."""
    if answer.status in _ABSENT:
        raise NotFound(f"{answer.operation}: status {answer.status}")
    if answer.status == 429:
        raise Throttled(f"{answer.operation}: status {answer.status}", answer.retry_after)
    if answer.status >= 500:
        raise Transient(f"{answer.operation}: status {answer.status}")
    if answer.status >= 400:
        raise RequestRejected(f"{answer.operation}: status {answer.status}")
    return {"url": answer.url, "status": answer.status, "location": _absolute(answer)}


def _absolute(answer: Answer) -> str | None:
    """Return the address that an answer leads to; what is none stays as it is."""
    try:
        return urljoin(answer.url, answer.location) if answer.location else None
    except ValueError:
        return answer.location


def _too_many(answer: Answer) -> AnswerError:
    """Diagnose 429: the session may go on later, unless the answer says that a human must look."""
    try:
        said = read_said(read_envelope(answer.body, answer.operation, graphql=answer.graphql), failed=True)
    except AnswerError:
        said = Said()
    known = said.meaning
    if known is not None and issubclass(known, Trouble):
        return known(_told(answer, said))
    return Throttled(_told(answer, said), answer.retry_after)


def _led_to(answer: Answer, location: str) -> AnswerError:
    how = f"{answer.operation}: status {answer.status}, led to {place_of(location) or 'nowhere'}"
    known = meaning_of_path(location)
    if known is not None:
        return known(how)
    return Unclear(how, Sign.ELSEWHERE if location else Sign.REFUSED, place_of(location))


def _without_envelope(answer: Answer, unreadable: AnswerError) -> AnswerError:
    """Diagnose an answer that is no JSON object."""
    if answer.status >= 500:
        return Transient(f"{answer.operation}: status {answer.status}")
    text = answer.body.strip()
    if answer.status == 404 and text.lower() == b"not found":
        return ChallengeRequired(f'{answer.operation}: 404 with the bare text "Not Found"')
    is_page, said = text.startswith(b"<"), read_text(text)
    known = meaning_of_page(text) if is_page else None
    if known is not None:
        kind, sign = known
        return kind(f"{answer.operation}: status {answer.status} with a page that shows {sign}")
    if (passing := said.meaning) in _PASSING:
        return _known(passing, answer, said)
    if is_page and answer.status not in _ABSENT and links_to_login(text):
        return SessionExpired(f"{answer.operation}: status {answer.status} with a page that leads to the login")
    if answer.status >= 400:
        # What a page, or the text of a denial, shows beside its status is no word of the API's.
        return _by_status(answer, Said() if is_page or answer.status in _DENYING else said)
    if is_page:
        how = f"{answer.operation}: status {answer.status} with a page of HTML in place of JSON"
        return Unclear(how, Sign.ELSEWHERE)
    return Unclear(str(unreadable), Sign.SHAPELESS) if isinstance(unreadable, MalformedAnswer) else unreadable


def _with_envelope(answer: Answer, envelope: dict[str, Any]) -> AnswerError | None:
    """Diagnose a JSON answer; None when it is what was asked for."""
    failed = answer.status != 200 or envelope.get("status") == "fail"
    failed = failed or bool(envelope.get("errors")) or bool(envelope.get("error"))
    bare = envelope.keys() <= _BARE and not answer.may_be_bare
    said = read_said(envelope, failed=failed or bare)
    if failed or bare or envelope.get("message"):
        known = said.meaning
        if known is not None:
            return _known(known, answer, said)
    empty = not any(isinstance(value, list | dict) for key, value in envelope.items() if key not in _TALK)
    if said.leads_to and empty:
        return _led_to(answer, said.leads_to)
    if answer.status >= 400:
        return _by_status(answer, said)
    root_is_null = answer.graphql and envelope.get("data") is None and ("data" in envelope or failed)
    if root_is_null or envelope.get("status") == "fail" or (failed and empty):
        return _unclear(answer, said, Sign.REFUSED)
    if _has_grave_errors(envelope):
        return Transient(f"{answer.operation}: a part of the answer failed on the server: {said.quote}")
    return _unclear(answer, said, Sign.SHAPELESS) if bare else None


def _has_grave_errors(envelope: dict[str, Any]) -> bool:
    """Return whether `errors` beside data say that a part of it is missing; the server calls mere remarks warnings."""
    errors = envelope.get("errors") or envelope.get("error")
    listed = errors if isinstance(errors, list) else [errors] if errors else []
    return any(not isinstance(error, dict) or error.get("severity") != "WARNING" for error in listed)


def _by_status(answer: Answer, said: Said) -> AnswerError:
    if answer.status >= 500:
        return Transient(_told(answer, said))
    if answer.status in _ABSENT:
        return _unclear(answer, said, Sign.ABSENT)
    if answer.status in _DENYING:
        return _unclear(answer, said, Sign.DENIED_WITH_WORDS if said.quote else Sign.DENIED)
    return _unclear(answer, said, Sign.REFUSED)


def _known(kind: type[AnswerError], answer: Answer, said: Said) -> AnswerError:
    text = _told(answer, said)
    return Throttled(text, answer.retry_after) if kind is Throttled else kind(text)


def _unclear(answer: Answer, said: Said, sign: Sign) -> Unclear:
    if said.wants_login:
        sign = Sign.DENIED_WITH_WORDS if said.quote else Sign.DENIED
    if said.is_about_account:
        sign = Sign.ABOUT_ACCOUNT
    return Unclear(_told(answer, said), sign, said.quote)


def _told(answer: Answer, said: Said) -> str:
    return f"{answer.operation}: status {answer.status}" + (f", the server said {said.quote}" if said.quote else "")
