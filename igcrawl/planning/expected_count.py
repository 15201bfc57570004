"""Expected length of a list, for a plan: taken from one request for the profile, or from earlier walks in the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from igcrawl.budget.gate import Gate
from igcrawl.crawl.lookups import Ask, reading
from igcrawl.crawl.walk import Walk
from igcrawl.crawl.walk_rows import subject_of
from igcrawl.errors import AnswerError, TargetError, Trouble, WaitTooLong
from igcrawl.items import Profile
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import FAMILY_OF, find_operation
from igcrawl.planning.cost import counted_in
from igcrawl.store import Seed, Store, WalkRow
from igcrawl.store.packed_ids import is_id
from igcrawl.times import moment
from igcrawl.verdict import believed_count

#: A plan waits no longer for its one request, in seconds; then it does without.
WAITS: Final = 60.0
#: Later than every walk there is.
_AFTER_ALL: Final = 2**62


class OneRequest(Gate):
    """A gate that lets one request through: a plan does not ask again."""

    entered = False

    async def enter(self, family: str) -> None:
        """Come back when the one request may be sent.

        Raises:
            WaitTooLong: it was sent before.
        """
        if self.entered:
            raise WaitTooLong("it was asked once, and a plan does not ask again")
        await super().enter(family)
        self.entered = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """The length of a list, as far as a plan could learn it.

    Args:
        holds: how many the list holds, None when it was not learned.
        account: the account's id, where it is known.
        said: for the operator, empty where all is well.
        failed: whether the server gave no answer.
    """

    holds: int | None = None
    account: str | None = None
    said: str = ""
    failed: bool = False


async def length_of(seed: Seed, ask: Ask, gate: Gate, now: float) -> Length:
    """Ask for an account's profile, when the budget has room, and return how long the list is.

    Args:
        seed: the list.
        ask: sends a call.
        gate: of the session.
        now: seconds since 1970.

    Raises:
        Trouble: the session is parked, or got parked.
        Interrupted: the run is being stopped.
        StoreError: the store failed.
    """
    name = "user_profile" if "user_id" in seed.args else "web_profile_info"
    permit = (await gate.state()).next_free(gate.rules.budget, now, FAMILY_OF[name])
    if permit.wait > WAITS:
        return Length(
            said=f"the profile was not asked: there is room at {moment(now + permit.wait, now)} ({permit.why})"
        )
    try:
        profile = await _profile(seed, ask, name)
    except Trouble:
        raise
    except TargetError as error:
        return Length(said=f"{seed.key}: {error.verdict}: {error}")
    except WaitTooLong as error:
        return Length(said=f"the profile could not be read: {error}", failed=bool(getattr(gate, "entered", False)))
    except AnswerError as error:
        return Length(said=f"the profile could not be read: {error}", failed=True)
    field = counted_in(find_operation(seed.operation))
    holds = believed_count(getattr(profile, field)) if field else None
    private = f"{seed.target} is private: its list is shown to those whom it lets follow"
    account = profile.pk if is_id(profile.pk) else None
    return Length(holds=holds, account=account, said=private if profile.is_private else "")


async def _profile(seed: Seed, ask: Ask, name: str) -> Profile:
    operation = find_operation(name)
    args: dict[str, Any] = {key: seed.args[key] for key in ("user_id", "username") if key in seed.args}
    walk = Walk(operation=operation, target=seed.target, args=args)
    found = operation.reader.read((await ask(walk, Call(name, args))).envelope, reading(walk, name))[0]
    assert isinstance(found, Profile)
    return found


async def earlier_walks(store: Store, seed: Seed, account: str | None) -> list[WalkRow]:
    """Return the walks of a list that ended well, latest first.

    Args:
        store: opened.
        seed: the list.
        account: the account's id, where it is known: the store knows lists by it.

    Raises:
        StoreError: the store failed.
    """
    subject = seed.subject if account is None else subject_of(find_operation(seed.operation), account)
    return await store.walks.earlier(subject, _AFTER_ALL)
