"""The gate that every request of a session passes: it waits for the budget, rests when throttled, closes for good.

What it decides by is in the store (`igcrawl.budget.session_state`), so that all workers of a session share it.
"""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Callable
from typing import Final, TypeVar

from igcrawl.budget.rules import Rules
from igcrawl.budget.session_state import EXPIRED, Permit, SessionState
from igcrawl.budget.state_store import change_state, read_state
from igcrawl.errors import SessionExpired, SessionParked, StoreError, Throttled, Trouble, WaitTooLong
from igcrawl.sessions.session import Session
from igcrawl.stopping import Stopping
from igcrawl.store import Store
from igcrawl.times import clock_time, moment

logger = logging.getLogger(__name__)

#: Seconds between two lines that say until when is waited; shorter waits are not worth a line.
SAID_EVERY: Final = 60.0

_T = TypeVar("_T")


class Gate:
    """A session's gate in one run.

    Args:
        store: opened before the first request.
        session: whose requests pass.
        name: how the operator calls the session.
        rules: the operator's.
        stopping: of this run; its clock is the gate's.
    """

    def __init__(self, store: Store, session: Session, name: str, rules: Rules, stopping: Stopping) -> None:
        self._store = store
        #: The run's own: the download handler refreshes it.
        self.session = session
        self._account = session.ds_user_id
        self._name = name
        self.rules = rules
        self._stopping = stopping
        self._chance = random.Random()  # noqa: S311 - no secret hangs on it
        self._cooling = False
        #: Until when the run waits, seconds since 1970, and what for; 0 while it does not.
        self.waits_until = 0.0
        self.waits_for = ""

    async def state(self) -> SessionState:
        """Return the session's state as the store has it."""
        return await read_state(self._store, self._account)

    async def check(self) -> None:
        """Refuse a session that is parked; one that had expired goes on when it was replaced.

        Raises:
            Trouble: nothing may be sent.
            StoreError: the store failed.
        """
        if (await self.state()).is_replaced_by(self.session.fingerprint):
            await self._change(SessionState.resume)
            logger.info("session %s: a newer one has come for the one that had expired", self._name)
        self._refuse_parked(await self.state())

    async def enter(self, family: str) -> None:
        """Come back when a request may be sent; it is counted then.

        Args:
            family: of the operation that is asked.

        Raises:
            Trouble: nothing may be sent any more.
            WaitTooLong: it would take longer than the operator waits.
            Interrupted: the run is being stopped meanwhile.
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
        budget, now = self.rules.budget, self._stopping.now()

        def take(state: SessionState) -> Permit:
            self._refuse_parked(state)
            self._cooling = state.cooldowns_in_row > 0
            return state.ask(budget, family, now, self._chance.random())

        if budget is None:
            state = await self.state()
            if state.cooling_until <= now:
                # Nothing is counted, so nothing is written.
                return take(state)
        return await self._change(take)

    def _refuse_long(self, permit: Permit) -> None:
        most = self.rules.wait_max
        if most is not None and permit.wait > most:
            until = moment(self._stopping.now() + permit.wait, self._stopping.now())
            raise WaitTooLong(
                f"the next request may be sent at {until} ({permit.why}), which is longer than IG_WAIT_MAX={most:g} s; "
                "the same command goes on then"
            )

    def _refuse_parked(self, state: SessionState) -> None:
        if state.parked is None:
            return
        since = clock_time(state.parked_at, self._stopping.now())
        if state.parked == EXPIRED:
            raise SessionExpired(f"session {self._name}: its login has expired since {since}: {state.parked_why}")
        raise SessionParked(f"session {self._name}: it is parked since {since}: {state.parked_why}")

    async def throttled(self, error: Throttled) -> None:
        """Take in that the server wants it slower; the session rests before its next request.

        Raises:
            StoreError: the store failed.
        """
        rules, now = self.rules, self._stopping.now()
        until = await self._change(
            lambda state: state.throttled(rules.budget, now, error.retry_after, rules.first_cooldown)
        )
        self._cooling = True
        logger.warning("%s; the session rests until %s, then asks again", error, moment(until, now))

    async def answered(self) -> None:
        """Take in a good answer.

        Raises:
            StoreError: the store failed.
        """
        if self._cooling:
            self._cooling, now = False, self._stopping.now()
            await self._change(lambda state: state.answered(now))

    async def mistaken(self) -> None:
        """Forget what the last rest taught: the answer that seemed throttled was something else.

        Raises:
            StoreError: the store failed.
        """
        self._cooling = False
        await self._change(SessionState.mistaken)

    async def park(self, error: Trouble) -> None:
        """Close: no run sends anything with this session until its operator has looked."""
        why, now = str(error), self._stopping.now()

        def close(state: SessionState) -> None:
            if state.parked is None:
                state.park(error.state, why, now, self.session.fingerprint)

        try:
            await self._change(close)
        except StoreError as failure:
            self._stopping.begin(f"session {self._name} could not be parked: {failure}")

    async def _change(self, change: Callable[[SessionState], _T]) -> _T:
        return await change_state(self._store, self._account, change)
