"""The gate that every request of a session passes: it waits for the budget, cools down when throttled, closes for good.

What it decides by is kept in `igcrawl.budget.session_states`, so that all who use a session share it.
"""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from igcrawl.budget.parking_marks import Parking
from igcrawl.budget.rules import Rules
from igcrawl.budget.session_state import EXPIRED, Permit, SessionState
from igcrawl.budget.session_states import SessionStates
from igcrawl.errors import SessionExpired, SessionParked, StoreError, Throttled, Trouble, WaitTooLong
from igcrawl.sessions.session import Session
from igcrawl.stopping import Stopping
from igcrawl.store.base import Worker
from igcrawl.times import HOUR, clock_time, moment

logger = logging.getLogger(__name__)

#: Seconds between two lines that say until when is waited; shorter waits are not worth a line.
SAID_EVERY: Final = 60.0

_T = TypeVar("_T")


class Gate:
    """A session's gate in one run.

    Args:
        states: of sessions, opened.
        worker: of this run, which may have lost its walk.
        session: whose requests pass.
        name: how the operator calls the session.
        rules: the operator's.
        stopping: of this run; its clock is the gate's.
        session_file: of the session, None for one without.
    """

    def __init__(
        self,
        states: SessionStates,
        worker: Worker,
        session: Session,
        name: str,
        rules: Rules,
        stopping: Stopping,
        session_file: Path | None = None,
    ) -> None:
        self._states = states
        self._worker = worker
        #: The run's own: the download handler refreshes it.
        self.session = session
        self._account = session.ds_user_id
        self._marks = states.marks(self._account, session_file)
        #: What has closed it in this run.
        self._closed_by: Parking | None = None
        self._name = name
        self.rules = rules
        self._stopping = stopping
        self._chance = random.Random()  # noqa: S311 - no secret hangs on it
        self._cooling = False
        self._answered: dict[str, float] = {}
        #: Until when the run waits, seconds since 1970, and what for; 0 while it does not.
        self.waits_until = 0.0
        self.waits_for = ""

    async def state(self) -> SessionState:
        """Return the session's state."""
        return await self._states.read(self._account)

    async def check(self) -> None:
        """Refuse a session that is parked; one that had expired goes on when it was replaced.

        Raises:
            Trouble: nothing may be sent.
            StoreError: the store failed.
        """
        await self._take_in_marks()
        if (await self.state()).is_replaced_by(self.session.fingerprint):
            await self._change(SessionState.resume)
            logger.info("session %s: a newer login has replaced the expired one", self._name)
        self._refuse_parked(await self.state())

    async def enter(self, family: str) -> None:
        """Come back when a request may be sent; it is counted then.

        Args:
            family: of the operation that is asked.

        Raises:
            Trouble: nothing may be sent any more.
            WaitTooLong: it would take longer than the operator waits.
            Interrupted: the run is being stopped meanwhile.
            LostClaim: another worker has taken the walk over.
            StoreError: the store failed.
        """
        said_at = -math.inf
        try:
            while (permit := await self._ask(family)).wait > 0:
                now = self._stopping.now()
                self.waits_until, self.waits_for = now + permit.wait, permit.why
                self._refuse_long(permit)
                if permit.wait >= SAID_EVERY and now - said_at >= SAID_EVERY - 1:
                    logger.info("waiting until %s: %s", moment(self.waits_until, now), permit.why)
                    said_at = now
                await self._stopping.sleep(min(permit.wait, SAID_EVERY))
        finally:
            self.waits_until, self.waits_for = 0.0, ""

    async def _ask(self, family: str) -> Permit:
        # A stopped run takes no permit that it would not use.
        await self._stopping.sleep(0)
        await self._take_in_marks()
        rules, now, chance = self.rules, self._stopping.now(), self._chance.random()

        def take(state: SessionState) -> Permit:
            self._refuse_parked(state)
            self._cooling = state.cooldowns_in_row > 0
            permit = state.ask(rules.budget, family, now, chance)
            if rules.budget is None and rules.counts and permit.wait <= 0:
                return state.count(family, now)
            return permit

        looks_only = rules.budget is None and not rules.counts
        if looks_only and (permit := take(await self._states.look(self._account))).wait <= 0:
            # Nothing is counted, so nothing is written.
            await self._worker.check()
            return permit
        permit = await self._states.ask(self._account, take, lambda state, permit: state.take_back(family, permit))
        # At last: what it took to come here may have been long.
        await self._worker.check()
        return permit

    async def _take_in_marks(self) -> None:
        """Believe the marks of a run that could not store why it stopped, or of this one.

        Raises:
            Trouble: they cannot be stored now, either.
        """
        parking = self._closed_by or self._marks.read()
        if parking is None:
            return
        self._closed_by = parking
        try:
            await self._change(parking.apply)
            self._marks.remove()
        except StoreError as failure:
            logger.warning("session %s: cannot store that it is parked: %s", self._name, failure)
            closed = SessionState()
            parking.apply(closed)
            self._refuse_parked(closed)
        # Whoever resumes it does so in the state.
        self._closed_by = None

    def _refuse_long(self, permit: Permit) -> None:
        most = self.rules.wait_max
        if most is not None and permit.wait > most:
            until = moment(self._stopping.now() + permit.wait, self._stopping.now())
            raise WaitTooLong(
                f"the next request may be sent at {until} ({permit.why}), which is longer than IG_WAIT_MAX={most:g} s; "
                "the same command continues then"
            )

    def _refuse_parked(self, state: SessionState) -> None:
        if state.is_replaced_by(self.session.fingerprint):
            # Another process has parked the one that this run has not used any more.
            state.resume()
        if state.parked is None:
            return
        since = clock_time(state.parked_at, self._stopping.now())
        if state.parked == EXPIRED:
            raise SessionExpired(f"session {self._name}: login expired since {since}: {state.parked_why}")
        raise SessionParked(f"session {self._name}: parked since {since}: {state.parked_why}")

    async def throttled(self, error: Throttled) -> None:
        """Take in that the server wants it slower; the session cools down before its next request.

        Raises:
            StoreError: the store failed.
        """
        rules, now = self.rules, self._stopping.now()
        until = max(
            await self._change(
                lambda state: state.throttled(rules.budget, now, error.retry_after, rules.first_cooldown)
            )
        )
        self._cooling = True
        logger.warning("%s; the session cools down until %s, then asks again", error, moment(until, now))

    async def answered(self) -> None:
        """Take in a good answer.

        Raises:
            StoreError: the store failed.
        """
        if self._cooling:
            self._cooling, now = False, self._stopping.now()
            await self._change(lambda state: state.answered(now))

    async def note_answered(self, operation: str) -> None:
        """Remember, once an hour, that an operation was answered well.

        Raises:
            StoreError: the store failed.
        """
        now = self._stopping.now()
        if now - self._answered.get(operation, -math.inf) >= HOUR:
            self._answered[operation] = now
            await self._change(lambda state: state.note_answered(operation, now))

    async def has_answered(self, operation: str) -> bool:
        """Return whether an operation was answered well within a day, in this run or another.

        Raises:
            StoreError: the store failed.
        """
        return (await self.state()).has_answered(operation, self._stopping.now())

    async def mistaken(self) -> None:
        """Forget what the last rest taught: the answer that seemed throttled was something else.

        Raises:
            StoreError: the store failed.
        """
        self._cooling = False
        await self._change(SessionState.mistaken)

    async def park(self, error: Trouble) -> None:
        """Close: no run sends anything with this session until its operator has looked."""
        parking = Parking(error.state, str(error), round(self._stopping.now(), 3), self.session.fingerprint)
        # Nothing more is sent from here on, whatever happens to what follows.
        self._closed_by = parking
        marked = self._marks.write(parking)
        try:
            await self._change(parking.apply)
        except StoreError as failure:
            kept = (
                "a mark parks it"
                if marked
                else "and no mark could be written: do not use it until you have looked at the account"
            )
            logger.error("session %s: %s; its parking cannot be stored, %s (%s)", self._name, error, kept, failure)  # noqa: TRY400
            return
        self._marks.remove()

    async def _change(self, change: Callable[[SessionState], _T]) -> list[_T]:
        return await self._states.change(self._account, change)
