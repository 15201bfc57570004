"""Calls on behalf of a walk: what must be known before its first page, and what follows from an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from igcrawl.calling.reply import Reply
from igcrawl.crawl.logs import note
from igcrawl.crawl.walk import Walk
from igcrawl.errors import MalformedAnswer, NotFound, Refused
from igcrawl.items import Profile
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Need
from igcrawl.operations.request_templates import fill
from igcrawl.parsing.json_paths import walk_path
from igcrawl.parsing.reader import Reading
from igcrawl.parsing.values import WrongKind, take_id
from igcrawl.store.packed_ids import is_id


class Ask(Protocol):
    """Asks calls for walks."""

    async def __call__(self, walk: Walk, call: Call) -> Reply:
        """Send a call and return its answer, or raise what the answer is a case of."""

    async def confirm_absent(self, walk: Walk, call: Call, error: NotFound) -> Reply:
        """Return the answer of the substitute, which finds what a call did not, or raise."""


def reading(walk: Walk, operation: str) -> Reading:
    """Return what the records of an answer that has just come share."""
    return Reading(operation, walk.id, walk.answered_at, walk.args)


async def profile_of(ask: Ask, walk: Walk, user_id: str, operation: str = "user_profile") -> Profile:
    """Ask for an account's profile.

    Raises:
        AnswerError: there is no such account, no answer, or one about another account.
    """
    found, _ = _read(await ask(walk, Call(operation, {"user_id": user_id})), walk)
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
    call = Call("user_lookup", {"username": username})
    found, passed_over = _read(await ask(walk, call), walk)
    try:
        return exact_match(found, username, passed_over)
    except NotFound as error:
        found, passed_over = _read(await ask.confirm_absent(walk, call, error), walk)
        return exact_match(found, username, passed_over)


def _read(reply: Reply, walk: Walk) -> tuple[list[Profile], list[str]]:
    """Return the profiles of an answer, and the places of the rows that gave none."""
    operation = OPERATIONS[reply.call.operation]
    of_answer = reading(walk, operation.name)
    records = operation.reader.read(reply.envelope, of_answer)
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
        MalformedAnswer: its id is none, or one of those that could not be read may have the name.
    """
    for profile in found:
        if (profile.username or "").lower() == username:
            if not is_id(profile.pk):
                raise MalformedAnswer(profile.operation, "pk", f"expected an id, got {profile.pk[:40]!r}")
            return profile.pk
    if passed_over:
        raise MalformedAnswer("user_lookup", passed_over[0], f"could not be read, and no other is named {username!r}")
    raise NotFound(f"user_lookup: no account is named {username!r}")


def found_ids(walk: Walk, records: Iterable[Any]) -> list[str]:
    """Return the ids of accounts that a page brought, as targets of further walks; what is no id is noted.

    The second net behind the readers: an id becomes a part of a path and a number in the store.
    """
    found = [record.pk for record in records]
    note(walk, (f"{pk!r} is no account's id, so it is not walked" for pk in found if not is_id(pk)))
    return list(filter(is_id, found))


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
    username = walk.args["username"]
    try:
        found = exact_match(records, username, passed_over)
    except NotFound as error:
        return _read(await ask.confirm_absent(walk, Call(walk.asked.name, walk.args), error), walk)[0]
    return [await profile_of(ask, walk, found, then.operation)]


async def make_ready(ask: Ask, walk: Walk) -> None:
    """Find what a walk's calls need: the id of an account given by its name, and what the operation declares.

    Raises:
        AnswerError: it is not to be had.
    """
    if "username" in walk.args and "username" not in walk.operation.arguments:
        # A walk that ends meanwhile is still to be looked up when it goes on.
        found = await id_of(ask, walk, walk.args["username"])
        del walk.args["username"]
        walk.given = walk.given or walk.target
        walk.target = walk.args["user_id"] = found
    for need in walk.operation.needs:
        wanted = walk.args.get(need.when) if need.when else need.gives not in walk.args
        if not wanted:
            continue
        call = Call(need.operation, fill(need.args, walk.next_call()))
        envelope = (await ask(walk, call)).envelope
        if need.gives is not None:
            walk.args[need.gives] = _given(envelope, need, walk)


def _given(envelope: dict[str, Any], need: Need, walk: Walk) -> str:
    *way, key = need.at
    value = walk_path(envelope, tuple(way), need.operation)
    found = value.get(key) if isinstance(value, dict) else None
    if found is None:
        raise Refused(f"{walk.operation.name}: {need.operation} gives no {need.gives}; give one with {need.gives}=…")
    place = ".".join(need.at)
    try:
        given = take_id(found)
    except WrongKind as misfit:
        raise MalformedAnswer(need.operation, place, str(misfit)) from None
    if not is_id(given):
        raise MalformedAnswer(need.operation, place, f"expected an id, got {given[:40]!r}")
    return given
