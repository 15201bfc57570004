"""Calls on behalf of a walk: what must be known before its first page, and what follows from an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from igcrawl.crawl.walk import Walk
from igcrawl.errors import MalformedAnswer, NoDocIdLeft, NotFound, Refused
from igcrawl.items import Profile
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Need
from igcrawl.operations.request_templates import fill
from igcrawl.parsing.json_paths import walk_path
from igcrawl.parsing.reader import Reading
from igcrawl.parsing.values import WrongKind, take_id

#: Sends a call for a walk and returns the answer's envelope, or raises what the answer is a case of.
Ask: TypeAlias = Callable[[Walk, Call], Awaitable[dict[str, Any]]]


def reading(walk: Walk, operation: str) -> Reading:
    """Return what the records of an answer that has just come share."""
    return Reading(operation, walk.id, walk.answered_at, walk.args)


async def profile_of(ask: Ask, walk: Walk, user_id: str, operation: str = "user_profile") -> Profile:
    """Ask for an account's profile.

    Raises:
        AnswerError: there is no such account, or no answer.
    """
    found, _ = await _read(ask, walk, operation, {"user_id": user_id})
    profile = found[0]
    if profile.pk != user_id:
        raise MalformedAnswer(operation, "pk", f"asked for {user_id}, got {profile.pk}")
    return profile


async def id_of(ask: Ask, walk: Walk, username: str) -> str:
    """Ask which account has exactly this name, and return its id.

    Raises:
        NotFound: no account has it.
        AnswerError: there was no answer.
    """
    found, passed_over = await _read(ask, walk, "user_lookup", {"username": username})
    return exact_match(found, username, passed_over)


async def _read(ask: Ask, walk: Walk, operation: str, args: dict[str, Any]) -> tuple[list[Profile], list[str]]:
    """Return the profiles of an answer, of the operation that stands in where the doc_id was rotated.

    With them come the places of the rows that gave none.
    """
    try:
        envelope = await ask(walk, Call(operation, args))
    except NoDocIdLeft as error:
        if error.search.substitute is None:
            raise
        operation = error.search.substitute
        envelope = error.search.first_page or await ask(walk, Call(operation, args))
    of_answer = reading(walk, operation)
    records = OPERATIONS[operation].reader.read(envelope, of_answer)
    walk.note(of_answer.notes)
    return [record for record in records if isinstance(record, Profile)], of_answer.passed_over


def exact_match(found: list[Profile], username: str, passed_over: Sequence[str] = ()) -> str:
    """Return the id of the account that has exactly this name.

    Args:
        found: the accounts that the answer holds.
        username: the name.
        passed_over: places of the answer's rows that could not be read.

    Raises:
        NotFound: no account has it.
        MalformedAnswer: no account has it, but one of those that could not be read may.
    """
    for profile in found:
        if (profile.username or "").lower() == username:
            return profile.pk
    if passed_over:
        raise MalformedAnswer("user_lookup", passed_over[0], f"could not be read, and no other is named {username!r}")
    raise NotFound(f"user_lookup: no account is named {username!r}")


async def go_on(ask: Ask, walk: Walk, records: list[Any], passed_over: Sequence[str] = ()) -> list[Any]:
    """Return an answer's records, or those of the call that follows from them.

    Args:
        ask: sends a call.
        walk: whose answer it is.
        records: of the answer.
        passed_over: places of its rows that could not be read.
    """
    then = walk.asked.then
    if then is None:
        return records
    return [await profile_of(ask, walk, exact_match(records, walk.args["username"], passed_over), then.operation)]


async def make_ready(ask: Ask, walk: Walk) -> None:
    """Find what a walk's calls need: the id of an account given by its name, and what the operation declares.

    Raises:
        AnswerError: it is not to be had.
    """
    if "username" in walk.args and "username" not in walk.operation.arguments:
        walk.target = walk.args["user_id"] = await id_of(ask, walk, walk.args.pop("username"))
    for need in walk.operation.needs:
        wanted = walk.args.get(need.when) if need.when else need.gives not in walk.args
        if not wanted:
            continue
        call = Call(need.operation, fill(need.args, walk.next_call()))
        envelope = await ask(walk, call)
        if need.gives is not None:
            walk.args[need.gives] = _given(envelope, need, walk)


def _given(envelope: dict[str, Any], need: Need, walk: Walk) -> str:
    *way, key = need.at
    value = walk_path(envelope, tuple(way), need.operation)
    found = value.get(key) if isinstance(value, dict) else None
    if found is None:
        raise Refused(f"{walk.operation.name}: {need.operation} gives no {need.gives}; give one with {need.gives}=…")
    try:
        return take_id(found)
    except WrongKind as misfit:
        raise MalformedAnswer(need.operation, ".".join(need.at), str(misfit)) from None
