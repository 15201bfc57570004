"""The accounts with documented ids: each shows one thing the real server does."""

from dataclasses import dataclass
from enum import Enum


class Quirk(Enum):
    """Oddities in the paging of a follow list."""

    NONE = "pages follow each other as they should"
    CUT = "the last page says should_limit_list_of_followers"
    OVERLAP = "each page repeats the last three accounts of the page before"
    GAP = "one page in the middle is empty and still has a cursor"
    LOOP = "from the middle on, the cursor of the second page comes again"


class Standing(Enum):
    """Treatment of questions about an account."""

    OPEN = "answers"
    PRIVATE = 'its lists: 400 "Not authorized to view user"'
    MISSING = "404 JSON, or user null in GraphQL"


class Line(Enum):
    """Stretch of the ordinary accounts that a list is filled from."""

    POPULATION = "the first --users accounts"
    WORLD = "the first ten million accounts, whatever --users says"
    BEYOND_2_53 = "accounts whose ids are above 2^53"


@dataclass(frozen=True, slots=True)
class ListPlan:
    """One follow list of a documented account.

    `claimed` is the count its profile shows, `listed` how many its pages hold; None means --users.
    `start` is the index of its newest ordinary member; `pinned` ids come before those.
    """

    claimed: int | None
    listed: int | None
    start: int = 0
    quirk: Quirk = Quirk.NONE
    pinned: tuple[int, ...] = ()
    line: Line = Line.WORLD


@dataclass(frozen=True, slots=True)
class Account:
    """A documented account: who it is, what it shows, how its lists are made."""

    id: int
    username: str
    shows: str
    followers: ListPlan
    following: ListPlan
    full_name: str = ""
    standing: Standing = Standing.OPEN
    is_verified: bool = False
    refuses_chaining: bool = False


def _exact(count: int, start: int = 0, quirk: Quirk = Quirk.NONE, pinned: tuple[int, ...] = ()) -> ListPlan:
    return ListPlan(count, count, start, quirk, pinned)


_NOBODY = _exact(0)
_A_FEW = _exact(40, start=5_000)
_MUTUALS = (100000021, 100000022, 100000023)
_HUB = 100000040
_SPOKES = tuple(range(100000041, 100000061))


def _mutual(user_id: int) -> Account:
    others = tuple(each for each in _MUTUALS if each != user_id)
    number = user_id - 100000020
    return Account(
        user_id,
        f"mutual.{number}",
        "follows the other two mutuals and is followed by them",
        _exact(62, start=200 * number, pinned=others),
        _exact(32, start=200 * number + 100, pinned=others),
        f"Mutual {number}",
    )


def _spoke(user_id: int) -> Account:
    number = user_id - _HUB
    return Account(
        user_id,
        f"torture.{number:02}",
        "2,000 followers, 500 shared with the next; together 40,000 follows",
        _exact(2_000, start=20_000 + 1_500 * number),
        _exact(1, pinned=(_HUB,)),
        f"Torture {number:02}",
    )


_TABLE = (
    Account(25025320, "instagram", "followed by every one of --users accounts (1,000 by default); follows 193",
            ListPlan(None, None, line=Line.POPULATION), _exact(193, start=700), "Instagram", is_verified=True),
    Account(100000001, "private.account", "private: 850 followers that nobody may list",
            _exact(850), _exact(120), "Private 🔒", Standing.PRIVATE),
    Account(100000002, "missing.account", "does not exist", _NOBODY, _NOBODY, standing=Standing.MISSING),
    Account(100000003, "limited.account", "12,000 followers, of which the server lists 1,000 and says that it cut",
            ListPlan(12_000, 1_000, 30_000, Quirk.CUT), _A_FEW, "Limited"),
    Account(100000004, "hollow.account", "5,000 followers and 400 followed by its profile, both lists empty",
            ListPlan(5_000, 0), ListPlan(400, 0), "Hollow"),
    Account(100000005, "short.account", "5,000 followers by its profile, 4,600 listed (8% short)",
            ListPlan(5_000, 4_600, 40_000), _A_FEW, "Short"),
    Account(100000006, "overlap.account", "400 followers, each page repeats three of the page before",
            _exact(400, 50_000, Quirk.OVERLAP), _exact(300, 51_000, Quirk.OVERLAP), "Overlap"),
    Account(100000007, "gap.account", "400 followers, an empty page with a cursor in the middle",
            _exact(400, 60_000, Quirk.GAP), _exact(300, 61_000, Quirk.GAP), "Gap"),
    Account(100000008, "loop.account", "1,200 followers, the cursor of page two comes again after 600",
            _exact(1_200, 70_000, Quirk.LOOP), _exact(800, 71_000, Quirk.LOOP), "Loop"),
    Account(100000009, "huge.account", "10,000,000 followers, whatever --users says",
            _exact(10_000_000), _A_FEW, "Huge", is_verified=True),
    Account(100000010, "nobody.account", "no followers, follows nobody", _NOBODY, _NOBODY, "Nobody"),
    Account(100000011, "verified.one", "verified, 260 followers",
            _exact(260, 80_000), _A_FEW, "Verified ✔", is_verified=True),
    Account(100000012, "verified.two", "verified, 90 followers",
            _exact(90, 81_000), _A_FEW, "موثق", is_verified=True),
    Account(100000013, "verified.three", "verified, 7 followers",
            _exact(7, 82_000), _A_FEW, "認証済み", is_verified=True),
    Account(100000014, "shy.account", 'open lists, but "Not eligible for chaining."',
            _exact(30, 83_000), _A_FEW, "Shy", refuses_chaining=True),
    Account(100000015, "nearly.account", "5,000 followers by its profile, 4,800 listed (4% short, within tolerance)",
            ListPlan(5_000, 4_800, 90_000), _A_FEW, "Nearly"),
    *map(_mutual, _MUTUALS),
    Account(_HUB, "torture.hub", "2,000 followers, first of all the twenty torture accounts, whom alone it follows",
            _exact(2_000, start=18_000, pinned=_SPOKES), _exact(20, pinned=_SPOKES), "Torture hub"),
    *map(_spoke, _SPOKES),
    Account(9007199254740993, "beyond.53.bits", "its id, and those of its 150 followers, are above 2^53",
            ListPlan(150, 150, line=Line.BEYOND_2_53), ListPlan(60, 60, 200, line=Line.BEYOND_2_53), "2⁵³ + 1"),
    Account(58001234567, "own.account", "the account whose session the simulator accepts; no followers, follows nobody",
            _NOBODY, _NOBODY, "Own"),
)  # fmt: skip

ACCOUNTS: dict[int, Account] = {account.id: account for account in _TABLE}
"""Every documented account by its id."""

START_ID = 25025320
"""The account to try first; everybody of the population follows it."""
