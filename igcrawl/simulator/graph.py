"""The social graph: computed from index, id and seed, never held in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import gcd

from igcrawl.simulator.accounts import ACCOUNTS, START_ID, Line, ListPlan, Quirk, Standing
from igcrawl.simulator.names import id_in_username, username_of

_PRIME = 2**36 - 5
_LOWEST_ID = 1_000_000_000
_WORLD = 10_000_000
_NEWCOMERS_FROM = 20_000_000
_ALL = 30_000_000
_BEYOND = 2**53


@dataclass(frozen=True, slots=True)
class FollowList:
    """A follow list as numbers: the page code asks it for members by position, newest first."""

    claimed: int
    listed: int
    quirk: Quirk
    pinned: tuple[int, ...]
    start: int
    stride: int
    modulus: int
    shift: int = 0
    newcomers: int = 0
    newcomers_from: int = 0
    given: tuple[int, ...] | None = None


def digest_is_private(digest: str) -> bool:
    """Tell whether the ordinary account with this digest is private: one in three is."""
    return int(digest[:4], 16) % 3 == 0


class Graph:
    """Accounts and who follows whom, for one seed and one size of population.

    Ordinary accounts are numbered; a number becomes an id by an affine map modulo a prime, which is reversible, so
    any page of any list costs a few multiplications. Ordinary lists stay inside the population, so a crawl of any
    depth ends. One ordinary account in three is private.
    """

    def __init__(self, users: int, seed: int) -> None:
        self.users = users
        self._key = seed.to_bytes(8, "big", signed=True)
        self._factor = 1 + self._number("factor") % (_PRIME - 1)
        self._offset = self._number("offset") % _PRIME
        self._inverse = pow(self._factor, -1, _PRIME)
        self._newcomers: dict[int, int] = {}
        self._leavers: dict[int, int] = {}
        self._given: dict[tuple[int, str], FollowList] = {}
        self._renamed: dict[int, str] = {}

    def digest(self, user_id: int) -> str:
        """Return 64 hex digits that belong to this id under this seed: the source of everything random about it."""
        return blake2b(b"%d" % user_id, digest_size=32, key=self._key).hexdigest()

    def _number(self, what: str) -> int:
        return int(blake2b(what.encode(), digest_size=8, key=self._key).hexdigest(), 16)

    def id_at(self, index: int) -> int:
        """Return the id of the ordinary account with this number."""
        return _LOWEST_ID + (self._factor * index + self._offset) % _PRIME

    def index_of(self, user_id: int) -> int | None:
        """Return the number of an ordinary account, or None when there is no such account."""
        if user_id > _BEYOND:
            user_id -= _BEYOND
        if not _LOWEST_ID <= user_id < _LOWEST_ID + _PRIME:
            return None
        index = (user_id - _LOWEST_ID - self._offset) * self._inverse % _PRIME
        return index if index < max(self.users, _ALL) else None

    def exists(self, user_id: int) -> bool:
        """Tell whether the server knows this id."""
        account = ACCOUNTS.get(user_id)
        if account is not None:
            return account.standing is not Standing.MISSING
        return self.index_of(user_id) is not None

    def is_private(self, user_id: int) -> bool:
        """Tell whether an existing account is private, so that its lists are refused."""
        account = ACCOUNTS.get(user_id)
        if account is not None:
            return account.standing is Standing.PRIVATE
        return digest_is_private(self.digest(user_id))

    def username(self, user_id: int) -> str:
        """Return the username of an account."""
        if user_id in self._renamed:
            return self._renamed[user_id]
        account = ACCOUNTS.get(user_id)
        return account.username if account is not None else username_of(user_id)

    def id_of(self, username: str) -> int | None:
        """Return the id of the existing account with exactly this username, or None."""
        renamed = next((each for each, name in self._renamed.items() if name == username), None)
        if renamed is not None:
            return renamed
        for account in ACCOUNTS.values():
            if account.username == username:
                return account.id if self._answers_to(account.id, username) else None
        user_id = id_in_username(username)
        return user_id if user_id is not None and self._answers_to(user_id, username) else None

    def _answers_to(self, user_id: int, username: str) -> bool:
        return self.exists(user_id) and self.username(user_id) == username

    def gain_followers(self, user_id: int, count: int) -> None:
        """Let an account gain followers that nobody has seen before: from now on they come first in its list."""
        self._newcomers[user_id] = self._newcomers.get(user_id, 0) + count

    def lose_followers(self, user_id: int, count: int) -> None:
        """Let an account lose the last followers of its list, its oldest; a negative count brings some back."""
        self._leavers[user_id] = self._leavers.get(user_id, 0) + count

    def set_list(
        self, user_id: int, direction: str, members: Sequence[int], claimed: int | None = None, *, cut: bool = False
    ) -> None:
        """Give an account exactly these followers, or these that it follows, newest first.

        `claimed` is the count that its profile shows, by default as many as there are; `cut` lets the last page say
        that the server cut the list.
        """
        quirk = Quirk.CUT if cut else Quirk.NONE
        count = len(members) if claimed is None else claimed
        self._given[user_id, direction] = FollowList(count, len(members), quirk, (), 0, 1, 1, given=tuple(members))

    def rename(self, user_id: int, username: str) -> None:
        """Give an existing account another username; the one it had is nobody's then."""
        self._renamed[user_id] = username

    def follow_list(self, user_id: int, direction: str) -> FollowList:
        """Return the followers or following of an existing account.

        Raises KeyError for an account that does not exist.
        """
        if (user_id, direction) in self._given:
            return self._given[user_id, direction]
        account = ACCOUNTS.get(user_id)
        if account is not None:
            plan = account.followers if direction == "followers" else account.following
            followed = self._planned(plan)
        else:
            followed = self._ordinary(user_id, direction)
        if direction == "following" or user_id not in self._newcomers | self._leavers:
            return followed
        gained = self._newcomers.get(user_id, 0)
        more = max(gained - self._leavers.get(user_id, 0), -followed.listed)
        return FollowList(
            max(followed.claimed + more, 0), followed.listed + more, followed.quirk, followed.pinned, followed.start,
            followed.stride, followed.modulus, followed.shift, gained, _NEWCOMERS_FROM + user_id % 1000 * 1000,
        )  # fmt: skip

    def _planned(self, plan: ListPlan) -> FollowList:
        modulus = self.users if plan.line is Line.POPULATION else _WORLD
        shift = _BEYOND if plan.line is Line.BEYOND_2_53 else 0
        claimed = self.users if plan.claimed is None else plan.claimed
        listed = self.users if plan.listed is None else plan.listed
        return FollowList(claimed, listed, plan.quirk, plan.pinned, plan.start, 1, modulus, shift)

    def _ordinary(self, user_id: int, direction: str) -> FollowList:
        index = self.index_of(user_id)
        if index is None:
            raise KeyError(user_id)
        digest = self.digest(user_id)
        half = digest[8:24] if direction == "followers" else digest[24:40]
        share = int(half[:4], 16) / 0xFFFF
        count = min(int(share * share * 300), self.users - 1)
        stride = 1 + int(half[4:], 16) % max(self.users - 1, 1)
        while gcd(stride, self.users) != 1:
            stride += 1
        pinned = (START_ID,) if direction == "following" and index < self.users else ()
        count += len(pinned)
        start = (index + stride) % self.users
        return FollowList(count, count, Quirk.NONE, pinned, start, stride, self.users)

    def members(self, follows: FollowList, start: int, stop: int, *, oldest_first: bool = False) -> list[int]:
        """Return the ids at positions start to stop (excluded) of a list, cut to what it holds."""
        positions = range(max(start, 0), min(stop, follows.listed))
        if oldest_first:
            last = follows.listed - 1
            return [self._member(follows, last - position) for position in positions]
        return [self._member(follows, position) for position in positions]

    def _member(self, follows: FollowList, position: int) -> int:
        if follows.given is not None:
            return follows.given[position]
        if position < follows.newcomers:
            return self.id_at(follows.newcomers_from + follows.newcomers - 1 - position)
        position -= follows.newcomers
        if position < len(follows.pinned):
            return follows.pinned[position]
        index = (follows.start + (position - len(follows.pinned)) * follows.stride) % follows.modulus
        return follows.shift + self.id_at(index)

    def follower_ids(self, user_id: int | str, *, oldest_first: bool = False) -> Iterator[str]:
        """Yield the ids a complete walk of an account's followers must find, in the server's order."""
        yield from self._listed_ids(int(user_id), "followers", oldest_first)

    def following_ids(self, user_id: int | str, *, oldest_first: bool = False) -> Iterator[str]:
        """Yield the ids a complete walk of the accounts somebody follows must find, in the server's order."""
        yield from self._listed_ids(int(user_id), "following", oldest_first)

    def _listed_ids(self, user_id: int, direction: str, oldest_first: bool) -> Iterator[str]:
        follows = self.follow_list(user_id, direction)
        for start in range(0, follows.listed, 1000):
            yield from map(str, self.members(follows, start, start + 1000, oldest_first=oldest_first))
