"""The state of a session, kept across runs: what it has sent, when it may send again, whether it is parked.

Pure: the clock is an argument, in seconds since 1970. It may be wrong, see `igcrawl.budget.moments`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Final

from igcrawl.budget.learned_limit import QUIET_DAYS, QUIET_HOURS, LearnedLimit, learned
from igcrawl.budget.limits import JITTER, MARGIN, Budget, Pace, WindowLimits, distance, free_at
from igcrawl.budget.moments import Moment, SentTimes
from igcrawl.times import DAY, HOUR
from igcrawl.wording import counted

#: A throttled session cools down for at most this long, unless the server names a longer time,
LONGEST_COOLDOWN: Final = HOUR
#: which is believed up to here.
LONGEST_NAMED_COOLDOWN: Final = DAY

#: So many of the last requests of each family stay known however old they seem, or as many as the largest budget of a
#: day that was used, up to the second number.
_KEPT, _MOST_KEPT = 500, 5000

#: A session whose login has expired; it goes on when a newer one of the same account comes.
EXPIRED: Final = "expired"
#: A session that waits for its operator.
PARKED: Final = "parked"


@dataclass(frozen=True, slots=True)
class Permit:
    """Permission to send, or the time to wait for it.

    Args:
        wait: seconds until it should ask again; 0 when the request may be sent now, and is counted.
        why: what it waits for, for the operator.
        counted_at: when it was counted, see `SessionState.take_back`; 0 when it was not.
    """

    wait: float = 0.0
    why: str = ""
    counted_at: float = field(default=0.0, compare=False)


@dataclass(slots=True)
class SessionState:
    """A session's state.

    Args:
        sent: when requests of each family were sent.
        clock: the clock's last reading; 0 before the first.
        latest: its latest reading, as long as the clock, which was put back, has not come there again; None otherwise.
        turns: for all requests ("") and for each family with a budget of its own: its place in an even row, and from
            when on the next may be sent, which is a little later.
        cooling: since when it cools down, None when it never did.
        cooldown_seconds: length of the last cooldown, while no good answer has come since; 0 otherwise.
        cooldowns_in_row: how many cooldowns there were since the last good answer.
        hour, day: what the server was found to allow.
        hour_before: `hour` before the last cooldowns, in case the day's limit caused them.
        parked: `PARKED` or `EXPIRED`; None for a session that may be used.
        parked_at: since when.
        parked_why: what the server answered.
        answered_at: when each operation was answered well last, of those of a day.
        parked_fingerprint: tells the expired session from a newer one, see `Session.fingerprint`.
        kept: how many of the last requests of each family stay known.
    """

    sent: SentTimes = field(default_factory=SentTimes)
    clock: float = 0.0
    latest: Moment | None = None
    turns: dict[str, list[float]] = field(default_factory=dict)
    cooling: Moment | None = None
    cooldown_seconds: float = 0.0
    cooldowns_in_row: int = 0
    hour: LearnedLimit | None = None
    day: LearnedLimit | None = None
    hour_before: LearnedLimit | None = None
    parked: str | None = None
    parked_at: float = 0.0
    parked_why: str = ""
    parked_fingerprint: str = ""
    answered_at: dict[str, float] = field(default_factory=dict)
    kept: int = _KEPT

    @classmethod
    def read(cls, row: dict[str, Any]) -> SessionState:
        """Return what the store holds; what a later version has added is passed over."""
        state = cls(**{name: row[key] for name, key in _KEYS.items() if key in row and name not in _PARTS})
        adrift = {family: list(map(Moment.read, rows)) for family, rows in row.get("adrift", {}).items()}
        state.sent = SentTimes(row.get("sent", {}), adrift)
        if row.get("cooling") is not None:
            state.cooling = Moment.read(row["cooling"])
        elif row.get("cooling_until"):
            # As earlier versions wrote it.
            state.cooling = Moment(row["cooling_until"] - state.cooldown_seconds)
        state.latest = Moment.read(row["latest"]) if row.get("latest") is not None else None
        for name in _LEARNED:
            if row.get(name) is not None:
                setattr(state, name, LearnedLimit.read(row[name]))
        return state

    def write(self, row: dict[str, Any]) -> None:
        """Put the state into the row that the store keeps."""
        row |= {key: getattr(self, name) for name, key in _KEYS.items() if name not in _PARTS}
        row["sent"] = self.sent.steady
        row["adrift"] = {
            family: [moment.dump() for moment in moments] for family, moments in self.sent.adrift.items() if moments
        }
        row |= {
            name: moment.dump() if moment is not None else None
            for name, moment in (("cooling", self.cooling), ("latest", self.latest))
        }
        row.pop("cooling_until", None)
        for name in _LEARNED:
            learned_limit: LearnedLimit | None = getattr(self, name)
            row[name] = learned_limit.dump() if learned_limit is not None else None

    def ask(self, budget: Budget | None, family: str, now: float, chance: float) -> Permit:
        """Take the session's turn, if it has come.

        Args:
            budget: what the operator allows; None allows all, and nothing is counted.
            family: of the operation.
            now: seconds since 1970.
            chance: 0 to 1, shifts the turn after this one.
        """
        clock = self.follow(now)
        if (until := self.cools_until(clock)) > clock:
            return Permit(until - clock, "the server asked the session to slow down, so it cools down")
        if budget is None:
            return Permit()
        permit = self._permit(budget, family, clock)
        if permit.wait <= 0:
            self._take_turns(budget, family, clock, chance)
            self.kept = min(max(self.kept, budget.whole.day), _MOST_KEPT)
            return self.count(family, now)
        return permit

    def count(self, family: str, now: float) -> Permit:
        """Take in that a request of a family is sent now, and return the permit for it."""
        self.follow(now)
        # As the asking process has it, so that two places with states know it by one time.
        moment = self._moment(round(now, 3))
        self.sent.add(family, moment)
        return Permit(counted_at=moment.at)

    def take_back(self, family: str, permit: Permit) -> None:
        """Take in that the request that a permit was given for is not sent after all."""
        self.sent.take_back(family, permit.counted_at)

    def _moment(self, now: float) -> Moment:
        """Return the present moment: no earlier than the latest reading that is not yet passed."""
        return Moment(now) if self.latest is None else Moment(self.latest.at, now, behind=True)

    def _single_moments(self) -> Iterator[Moment]:
        yield from (moment for moment in (self.latest, self.cooling) if moment is not None)
        yield from (limit.learned_at for limit in (self.hour, self.day, self.hour_before) if limit is not None)

    def follow(self, now: float) -> float:
        """Take in what the clock says now, and return it; requests that can be in no window any more are dropped."""
        now = round(now, 3)
        last = self.clock or max(self.sent.latest, now)
        if now < last <= now + MARGIN:
            # Processes that ask at one moment come in any order; no clock was put back.
            now = last
        # A little more than a window's worth, so that a list is not moved with every request.
        if any(times[0] < now - DAY - HOUR for times in self.sent.steady.values() if times) or self.sent.adrift:
            self.sent.forget(min(now, last) - DAY - MARGIN, self.kept)
        self.sent.follow(last, now)
        for moment in self._single_moments():
            moment.follow(last, now)
        if now < last and (self.latest is None or last > self.latest.at):
            self.latest = Moment(last, now)
        elif self.latest is not None and self.latest.again is None:
            self.latest = None
        self.clock = now
        return now

    def cools_until(self, now: float) -> float:
        """Return until when the session cools down; 0 for one that never did."""
        return round(self.cooling.by(now) + self.cooldown_seconds, 3) if self.cooling is not None else 0.0

    def _permit(self, budget: Budget, family: str, now: float) -> Permit:
        at, why = max(self._free(budget, family, now))
        return Permit(at - now, why) if at > now else Permit()

    def _free(self, budget: Budget, family: str, now: float) -> Iterator[tuple[float, str]]:
        """Yield, for each rule, the earliest time it allows a request and the reason to wait until then."""
        everything, limits = self.sent.times(now), self.limits(budget, now)
        yield free_at(everything, limits.hour, HOUR), f"{_sent(limits.hour)} within an hour"
        yield free_at(everything, limits.day, DAY), f"{_sent(limits.day)} within a day"
        rows = {"": (limits.hour, everything)}
        share = budget.families.get(family)
        if share is not None:
            times = self.sent.times(now, family)
            yield free_at(times, share.hour, HOUR), f"{_sent(share.hour, family)} within an hour"
            yield free_at(times, share.day, DAY), f"{_sent(share.day, family)} within a day"
            rows[family] = (min(share.hour, limits.hour), times)
        if budget.pace is Pace.EVEN:
            for name, (limit, row) in rows.items():
                ready = self.turns.get(name, (0.0, 0.0))[1] if row else 0.0
                # It may have been reckoned for a smaller budget.
                latest = row[-1] + (1 + JITTER) * distance(limit) if row else 0.0
                yield min(ready, latest), "requests are spread evenly over the hour"

    def _take_turns(self, budget: Budget, family: str, now: float, chance: float) -> None:
        limits = {"": self.limits(budget, now).hour}
        if family in budget.families:
            limits[family] = min(budget.families[family].hour, limits[""])
        for name, limit in limits.items():
            gap = distance(limit)
            place = self.turns.get(name, (0.0, 0.0))[0]
            # Who comes a whole turn late has lost it: what was not used is not caught up on.
            place = (place if now - gap <= place <= now else now) + gap
            self.turns[name] = [round(place, 3), round(place + chance * JITTER * gap, 3)]

    def limits(self, budget: Budget, now: float) -> WindowLimits:
        """Return what may be sent by now: the operator's budget, or less when the server was found to allow less."""
        hour, day = budget.whole.hour, budget.whole.day
        if self.hour is not None:
            hour = min(hour, self.hour.limit(now, HOUR, QUIET_HOURS))
        if self.day is not None:
            day = min(day, self.day.limit(now, DAY, QUIET_DAYS))
        return WindowLimits(hour, day)

    def throttled(self, budget: Budget | None, now: float, retry_after: float | None, first_cooldown: float) -> float:
        """Take in a throttled answer, and return until when the session cools down.

        The first one in a row tells what an hour has room for. When the next answer is throttled, too, although the
        hour has room again, it is the day's requests that were too many.

        Args:
            budget: what the operator allows.
            now: seconds since 1970.
            retry_after: seconds, as the server said.
            first_cooldown: seconds of the first cooldown when the server named no time.
        """
        now = self.follow(now)
        named = min(retry_after or 0.0, LONGEST_NAMED_COOLDOWN)
        if self.cooling is not None and now < self.cools_until(now):
            # Sent before the answer that started the cooldown.
            self.cooldown_seconds = max(self.cooldown_seconds, now + named - self.cooling.by(now))
            return self.cools_until(now)
        self.cooldown_seconds = max(named, min(2 * self.cooldown_seconds, LONGEST_COOLDOWN)) or first_cooldown
        self.cooldowns_in_row += 1
        self.cooling = self._moment(now)
        if budget is not None and self.cooldowns_in_row == 1:
            requests = learned(self.sent.times(now), HOUR, now, 1, budget.whole.hour)
            self.hour_before, self.hour = self.hour, LearnedLimit(requests, self._moment(now))
        elif budget is not None and self.cooldowns_in_row == 2:
            self.hour, self.hour_before = self.hour_before, None
            requests = learned(self.sent.times(now), DAY, now, 2, budget.whole.day)
            self.day = LearnedLimit(requests, self._moment(now))
        return self.cools_until(now)

    def answered(self, now: float) -> None:
        """Take in a good answer: the next throttled one is the first in a row again.

        While the session cools down, it is one to a request that was sent before, and says nothing.
        """
        if self.cools_until(now) <= now:
            self.cooldown_seconds, self.cooldowns_in_row = 0.0, 0

    def note_answered(self, operation: str, now: float) -> None:
        """Take in that an operation was answered well; what was more than a day ago is dropped."""
        self.answered_at = {name: at for name, at in self.answered_at.items() if now - DAY < at <= now}
        self.answered_at[operation] = round(now, 3)

    def has_answered(self, operation: str, now: float) -> bool:
        """Return whether an operation was answered well within a day."""
        return now - DAY < self.answered_at.get(operation, 0.0) <= now

    def mistaken(self) -> None:
        """Forget what the last cooldown taught: the answer that seemed throttled was something else."""
        self.hour, self.hour_before = self.hour_before, None
        self.cooldown_seconds, self.cooldowns_in_row = 0.0, 0

    def park(self, state: str, why: str, now: float, fingerprint: str) -> None:
        """Let no request go out any more.

        Args:
            state: `PARKED` or `EXPIRED`.
            why: what the server answered.
            now: seconds since 1970.
            fingerprint: of the session that it answered to.
        """
        self.parked, self.parked_why, self.parked_at, self.parked_fingerprint = state, why, round(now, 3), fingerprint

    def resume(self) -> None:
        """Let requests go out again. What was sent and learned stays known."""
        self.parked, self.parked_why, self.parked_at, self.parked_fingerprint = None, "", 0.0, ""

    def is_replaced_by(self, fingerprint: str) -> bool:
        """Return whether it is parked as expired, and this is another session of the account."""
        return self.parked == EXPIRED and self.parked_fingerprint != fingerprint

    def next_free(self, budget: Budget | None, now: float, family: str = "") -> Permit:
        """Return how long a request would have to wait by now; nothing is counted."""
        told = self.ask(None, family, now, 0.0)
        if told.wait > 0 or budget is None:
            return told
        return self._permit(budget, family, now)

    def merge(self, other: SessionState) -> None:
        """Take in what another place knows of the session: what was sent in either counts, and the stricter holds."""
        mine, now = self.cools_until(self.clock), max(self.clock, other.clock)
        self.sent.merge(other.sent)
        self.clock, self.kept = now, max(self.kept, other.kept)
        for name, turn in other.turns.items():
            self.turns[name] = max(self.turns.get(name, turn), turn)
        if other.cools_until(other.clock) > mine:
            self.cooling, self.cooldown_seconds = other.cooling, other.cooldown_seconds
        self.cooldowns_in_row = max(self.cooldowns_in_row, other.cooldowns_in_row)
        for name in _LEARNED:
            limits: list[LearnedLimit] = [limit for state in (self, other) if (limit := getattr(state, name))]
            setattr(self, name, min(limits, key=lambda limit: limit.requests, default=None))
        for operation, at in other.answered_at.items():
            self.answered_at[operation] = max(at, self.answered_at.get(operation, at))
        if other.parked is not None and self.parked != PARKED:
            self.park(other.parked, other.parked_why, other.parked_at, other.parked_fingerprint)


#: Fields that the store knows by an earlier name.
_EARLIER_NAMES: Final = {"cooldown_seconds": "rest", "cooldowns_in_row": "rests", "parked_fingerprint": "parked_mark"}
#: The store's key for each field.
_KEYS: Final = {each.name: _EARLIER_NAMES.get(each.name, each.name) for each in fields(SessionState)}
#: The fields that hold learned limits.
_LEARNED: Final = ("hour", "day", "hour_before")
#: The fields that are more than one JSON value.
_PARTS: Final = ("sent", "cooling", "latest", *_LEARNED)


def _sent(requests: int, family: str | None = None) -> str:
    of = f" for {family}" if family is not None else ""
    return f"{counted(requests, 'request')}{of} {'was' if requests == 1 else 'were'} sent"
