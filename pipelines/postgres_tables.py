"""Tables of records in Postgres, as data: which fields of a record are kept where. The SQL is derived from it.

The tables themselves are made by igcrawl/store/migrations/postgres; a test holds both against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import NoneType
from typing import Final, get_args, get_type_hints

from igcrawl.items import Follow, Hit, Media, Profile, Record, Suggestion

#: What each kind of a field is in Postgres; everything else is JSON.
_TYPES: Final[dict[object, str]] = {str: "text", int: "bigint", bool: "boolean", float: "double precision"}
_LISTED: Final = ("username", "full_name", "is_private", "is_verified", "profile_pic_url", "latest_reel_media")


@dataclass(frozen=True, slots=True)
class PostgresColumn:
    """A column of a table.

    Args:
        name: of the record's field, too.
        type: in Postgres.
        required: whether a record without it has no place in the table.
    """

    name: str
    type: str
    required: bool


#: In every row that is written: when the answer came.
FETCHED_AT: Final = PostgresColumn("fetched_at", "timestamptz", required=True)
#: The record's walk, by operation and target.
WALK: Final = PostgresColumn("walk", "text", required=True)


@dataclass(frozen=True, kw_only=True)
class PostgresTable:
    """The table for a type of record.

    Args:
        name: of the table, or of the partition that is written.
        record: the record's class.
        key: the fields that a row is known by.
        latest: fields of which the table keeps the latest known.
        account: fields that go to `users`, beside `pk`; none for a record that is of no account.
        of_accounts: SQL that tells which of the rows are of an account.
        derived: SQL of columns of the key that are no fields.
        conflict: SQL of the unique index, when it is another than the key's.
        direction: of the edges that stand in it; None for a table of other records.
    """

    name: str
    record: type[Record]
    key: tuple[str, ...]
    latest: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    of_accounts: str = "TRUE"
    derived: tuple[tuple[str, str], ...] = ()
    conflict: str = ""
    direction: str | None = None

    @property
    def told(self) -> str:
        """The table's name as the operator knows it."""
        return self.name if self.direction is None else "follows"

    @cached_property
    def columns(self) -> tuple[PostgresColumn, ...]:
        """The columns of a record that are written."""
        derived = dict(self.derived)
        names = dict.fromkeys(name for name in (*self.key, *self.latest, *self.account) if name not in derived)
        walk = () if self.direction is None else (WALK,)
        hints = get_type_hints(self.record)
        return (*(_column(name, hints[name]) for name in names), *walk, FETCHED_AT)

    def __hash__(self) -> int:
        return hash(self.name)


def _column(name: str, hint: object) -> PostgresColumn:
    """Return the column of a record's field. Ids are text in a record and 64-bit numbers here."""
    kinds = [kind for kind in get_args(hint) if kind is not NoneType] if NoneType in get_args(hint) else [hint]
    if name == "pk" or name.endswith("_pk"):
        return PostgresColumn(name, "bigint", required=kinds == [hint])
    return PostgresColumn(name, _TYPES.get(kinds[0], "jsonb"), required=kinds == [hint])


#: What `profiles` keeps of a profile beside its picture: what the account itself decides, and its counts.
HISTORY: Final = (
    "username",
    "full_name",
    "biography",
    "external_url",
    "bio_links",
    "category",
    "follower_count",
    "following_count",
    "media_count",
    "is_private",
    "is_verified",
    "is_business",
    "account_type",
    "pronouns",
)
PROFILES: Final = PostgresTable(
    name="profiles",
    record=Profile,
    key=("pk",),
    account=(*HISTORY, "profile_pic_url", "hd_profile_pic_url", "latest_reel_media"),
)
FOLLOWERS, FOLLOWING = (
    PostgresTable(
        name=f"follows_{direction}", record=Follow, key=("owner_pk", "pk"), account=_LISTED, direction=direction
    )
    for direction in ("followers", "following")
)
SUGGESTIONS: Final = PostgresTable(
    name="suggestions",
    record=Suggestion,
    key=("target_pk", "pk"),
    latest=("position", "social_context"),
    account=(*_LISTED, "category"),
)
HITS: Final = PostgresTable(
    name="hits",
    record=Hit,
    key=("query", "tab", "kind", "thing"),
    latest=(
        "position",
        "pk",
        "id",
        "username",
        "name",
        "code",
        "full_name",
        "is_private",
        "is_verified",
        "profile_pic_url",
        "social_context",
        "latest_reel_media",
        "media_count",
        "owner_pk",
        "owner_username",
    ),
    account=_LISTED,
    of_accounts="kind = 'user' AND pk IS NOT NULL",
    derived=(("thing", "coalesce(pk::text, id, name, code, '')"),),
    # A query may be longer than an index entry.
    conflict="md5(query), tab, kind, md5(thing)",
)
MEDIA: Final = PostgresTable(
    name="media",
    record=Media,
    key=("pk",),
    latest=tuple(name for name in get_type_hints(Media) if name not in {*get_type_hints(Record), "KEY", "pk"}),
)
#: In the order in which a page is written: every worker takes locks in the same order.
TABLES: Final = (PROFILES, FOLLOWERS, FOLLOWING, SUGGESTIONS, HITS, MEDIA)

#: Columns of `payloads`, where every other record goes.
PAYLOAD_COLUMNS: Final = (
    PostgresColumn("type", "text", required=True),
    PostgresColumn("operation", "text", required=True),
    PostgresColumn("walk", "text", required=True),
    FETCHED_AT,
    PostgresColumn("data", "jsonb", required=True),
)
