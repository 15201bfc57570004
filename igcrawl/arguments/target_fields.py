"""Fields of records and heads of columns that hold targets: which is read, and as what. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from igcrawl.arguments.media_targets import read_media
from igcrawl.arguments.targets import NotATarget, Target, bare, read_target, read_username

Read = Callable[[str], Target]


def _as_name(text: str) -> Target:
    """Return an account by its name: where a name is expected, digits are one."""
    return Target("username", read_username(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetKind:
    """A kind of target, and the places where people and programs write it.

    Args:
        one: its name, e.g. ``account``; ``s`` behind it makes it several.
        read: reads a text.
        sure: heads of columns and names of fields, in lower case, letters and digits only, that hold a target, each
            with what reads it; where one is empty the next may tell.
        perhaps: those that may hold something else: an ``id`` counts a table's rows, a ``name`` is a full name. One of
            them is looked at where none is sure.
        within: fields that hold an object with the target in it.
        of_type: for a type of record of igcrawl's own, the fields that hold the target; empty: it has none.
        hit: the kind of hit that is one.
    """

    one: str
    read: Read
    sure: Mapping[str, Read]
    perhaps: Mapping[str, Read]
    within: tuple[str, ...] = ()
    of_type: Mapping[str, tuple[str, ...]]
    hit: str

    @property
    def several(self) -> str:
        """The name of several."""
        return f"{self.one}s"

    def is_target(self, text: str) -> bool:
        """Return whether a text is a target."""
        try:
            self.read(text)
        except NotATarget:
            return False
        return True

    def is_head(self, text: str) -> bool:
        """Return whether a line may be the head of a column."""
        return bool(self.best([text])) and not text.startswith("@") and "/" not in text

    def reader_of(self, head: str) -> Read:
        """Return what reads the values of a column."""
        word = word_of(head)
        return self.sure.get(word) or self.perhaps.get(word) or self.read

    def doubt(self, head: str) -> str:
        """Return what else a column may hold; empty where its head is sure."""
        word = word_of(head)
        if word in self.sure:
            return ""
        return {"name": "may be people's names", "id": "may be row numbers"}.get(
            word.removesuffix("s"), "may be something else"
        )

    def best(self, heads: list[str]) -> list[str]:
        """Return the heads of the columns that hold targets, in the order in which they are tried."""
        words = {word_of(head): head for head in reversed(heads)}
        sure = [words[word] for word in self.sure if word in words]
        return sure or [words[word] for word in self.perhaps if word in words][:1]

    def needed(self, heads: list[str]) -> list[str]:
        """Return the columns of a table that `cell_in` reads."""
        named = {
            "type",
            "kind",
            "walk",
            *self.best(heads),
            *(name for names in self.of_type.values() for name in names),
        }
        return [head for head in dict.fromkeys(heads) if head in named]

    def cell_in(self, record: Mapping[str, Any], fields: list[str] | None = None) -> tuple[str, Read] | None:
        """Return the text of a record that holds the target, and what reads it.

        None for a record of igcrawl's own that has no target.

        Args:
            record: field by field.
            fields: those to look at, in their order; None for those that are known to hold targets.

        Raises:
            NotATarget: no field holds anything.
        """
        own = self.of_type.get(str(record.get("type")))
        if own == () or (record.get("type") == "hit" and record.get("kind") not in {self.hit, None}):
            return None
        if own is None and not fields:
            # What an object is of, such as a comment, has an id of its own.
            for name in self.within:
                if isinstance(inner := record.get(name), Mapping):
                    return self.cell_in(inner)
        names = fields or (list(own) if own is not None else self.best(list(record)))
        for name in names:
            if (text := _text_of(record.get(name))) is not None:
                return text, self.reader_of(name)
        if own is not None and not fields:
            return None
        said = ", ".join(names) or ", ".join(list(self.sure)[:3])
        raise NotATarget(f"no {self.one} in it: nothing in {said}")


@lru_cache(1000)
def word_of(head: str) -> str:
    """Return the letters and digits of a head, in lower case."""
    return "".join(filter(str.isalnum, head.lower()))


def _text_of(value: Any) -> str | None:
    """Return a field's value as text, None for an empty one, and for what is no text and no whole number."""
    if isinstance(value, str):
        return value if (value.isascii() and value.strip()) or bare(value) else None
    whole = type(value) is int or (isinstance(value, float) and value.is_integer())
    return str(value) if whole else None


_ACCOUNT: Final = ("pk", "username")
ACCOUNTS: Final = TargetKind(
    one="account",
    hit="user",
    read=read_target,
    sure={
        **dict.fromkeys(("pk", "pks", "userid", "userids", "userpk", "instagramid", "igid", "accountid"), read_target),
        **dict.fromkeys(("username", "usernames", "instagramusername", "handle", "handles"), _as_name),
        **dict.fromkeys(("igusername", "instagramhandle", "ighandle", "accountname", "screenname"), _as_name),
        **dict.fromkeys(("profileurl", "instagramurl", "instagram", "account", "accounts"), read_target),
        **dict.fromkeys(
            ("instagramaccount", "instagramprofile", "instagramlink", "igaccount", "ig", "insta"), read_target
        ),
    },
    perhaps={
        **dict.fromkeys(("profile", "profiles", "url", "urls", "link", "links", "user", "users"), read_target),
        **dict.fromkeys(("target", "targets", "id", "ids"), read_target),
        **dict.fromkeys(("name", "names"), _as_name),
    },
    within=("user", "owner"),
    of_type={
        **dict.fromkeys(("profile", "follow", "suggestion", "liker", "friendship", "about"), _ACCOUNT),
        "hit": _ACCOUNT,
        "media": ("owner_pk", "owner_username"),
        "comment": ("user_pk", "username"),
        **dict.fromkeys(("walk", "audio", "redirect", "payload", "highlight", "hashtag", "place"), ()),
    },
)
MEDIA: Final = TargetKind(
    one="post",
    hit="media",
    read=read_media,
    sure=dict.fromkeys(
        ("mediaid", "mediaids", "mediapk", "pk", "pks", "shortcode", "shortcodes", "permalink", "posturl", "mediaurl"),
        read_media,
    ),
    perhaps=dict.fromkeys(
        (
            *("code", "codes", "url", "urls", "link", "links", "post", "posts", "reel", "reels", "media"),
            *("target", "targets", "id", "ids"),
        ),
        read_media,
    ),
    of_type={
        "media": ("id", "pk", "code"),
        "hit": ("id", "pk", "code"),
        "comment": ("media_id",),
        **dict.fromkeys(("profile", "follow", "suggestion", "liker", "friendship", "about", "walk"), ()),
        **dict.fromkeys(("audio", "redirect", "payload", "highlight", "hashtag", "place"), ()),
    },
)
