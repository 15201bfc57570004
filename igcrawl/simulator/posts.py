"""Posts: numbered per account, each with a pk that leads back to its owner."""

from dataclasses import dataclass

from igcrawl.simulator.accounts import ACCOUNTS
from igcrawl.simulator.graph import Graph
from igcrawl.simulator.people import NEWEST_STORY

_FIRST_PK = 3_100_000_000_000_000_000
_STEP = 7919
_PER_ACCOUNT = 1000
_DOCUMENTED_FROM = 60_000_000
_SHORTCODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_RANKS = {user_id: rank for rank, user_id in enumerate(ACCOUNTS)}
_OWNERS = tuple(ACCOUNTS)


@dataclass(frozen=True, slots=True)
class Post:
    """One post: the newest of an account has number 0. Two in three are reels, the others pictures."""

    pk: int
    owner_id: int
    number: int
    digest: str

    @property
    def is_clip(self) -> bool:
        """Tell whether it is a reel."""
        return self.number % 3 != 2

    @property
    def taken_at(self) -> int:
        """Return when it was posted, in unix seconds: newer numbers are later."""
        return NEWEST_STORY - self.number * 86_400 - int(self.digest[:4], 16)

    @property
    def code(self) -> str:
        """Return the shortcode of its page."""
        rest, code = self.pk, ""
        while rest:
            rest, letter = divmod(rest, 64)
            code = _SHORTCODE[letter] + code
        return code

    @property
    def likes(self) -> int:
        """Return how many like it."""
        return int(self.digest[4:9], 16)


class Posts:
    """The posts of all accounts."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def count(self, user_id: int) -> int:
        """Return how many posts an account has."""
        return int(self._graph.digest(user_id)[56:60], 16) % 400

    def post(self, user_id: int, number: int) -> Post:
        """Return a post of an existing account.

        Raises KeyError for an account that does not exist.
        """
        rank = _RANKS.get(user_id)
        index = self._graph.index_of(user_id) if rank is None else _DOCUMENTED_FROM + rank
        if index is None:
            raise KeyError(user_id)
        pk = _FIRST_PK + (index * _PER_ACCOUNT + number) * _STEP
        return Post(pk, user_id, number, self._graph.digest(pk))

    def find(self, pk: int) -> Post | None:
        """Return the post with this pk, or None."""
        place, rest = divmod(pk - _FIRST_PK, _STEP)
        index, number = divmod(place, _PER_ACCOUNT)
        if rest or index < 0:
            return None
        if index >= _DOCUMENTED_FROM:
            rank = index - _DOCUMENTED_FROM
            owner = _OWNERS[rank] if rank < len(_OWNERS) else None
        else:
            owner = self._graph.id_at(index)
        if owner is None or not self._graph.exists(owner) or number >= self.count(owner):
            return None
        return self.post(owner, number)

    def numbers(self, user_id: int, *, clips_only: bool) -> list[int]:
        """Return the numbers of an account's posts, newest first."""
        return [number for number in range(self.count(user_id)) if not clips_only or number % 3 != 2]
