"""Targets as people have them: names, addresses of profiles, a spreadsheet's numbers become usernames or ids. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal, NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from igcrawl.printable import printable

Kind = Literal["user_id", "username", "media_id"]

_LONGEST_USERNAME: Final = 30
_LONGEST_SHOWN: Final = 60
#: A username as the server keeps it.
_USERNAME: Final = re.compile(r"[a-z0-9._]+")
_ID: Final = re.compile(r"[1-9][0-9]{0,19}")
#: What is a target as it stands: most lines of a long file.
_PLAIN_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,29}")
_PLAIN_ADDRESS: Final = re.compile(r"https://(?:www\.)?instagram\.com/([A-Za-z0-9_.]{1,30})/?")
_ADDRESS: Final = "https://www.instagram.com/name/"
#: A number as a spreadsheet writes an id.
_WITH_ZEROS: Final = re.compile(r"([1-9][0-9]{0,19})[.,]0+")
_SHORTENED: Final = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_GROUPED: Final = re.compile(r"[0-9]{1,3}([ .,'\u00a0\u202f][0-9]{3})+")
#: Larger whole numbers are not all to be told apart in a spreadsheet, which has 15 digits.
_MOST_EXACT_DIGITS: Final = 15
_QUOTES: Final = ('""', "''", "``", "“”", "‘’", "„“", "«»", "<>")
#: Hosts whose paths begin with an account's name.
INSTAGRAM_HOSTS: Final = frozenset(
    {"instagram.com", "www.instagram.com", "m.instagram.com", "instagr.am", "www.instagr.am"}
)
#: What stands in a cell that is to say that there is nothing.
_STROKES: Final = frozenset("-\u2013\u2014?/*~")
#: First parts of a path that name a thing, and what it is.
_THINGS: Final = {"p": "a post", "reel": "a reel", "reels": "a reel", "tv": "a video"}
#: First parts of a path behind which an account's name stands, and perhaps a number.
_BEFORE_NAME: Final = frozenset({"_u", "stories"})
#: Instagram's own pages.
_OWN_PAGES: Final = frozenset(
    {
        *("about", "accounts", "ajax", "api", "archive", "auth_platform", "challenge", "create", "data", "developer"),
        *("direct", "directory", "emails", "explore", "graphql", "guide", "guides", "highlights", "invites", "legal"),
        *("lite", "locations", "login", "logout", "nametag", "oauth", "popular", "press", "privacy", "session"),
        *("share", "terms", "topics", "web", "your_activity"),
    }
)
#: What may stand behind an account's name in the address of its profile.
_TABS: Final = frozenset(
    {
        *("channel", "collections", "embed", "feed", "followers", "following", "guides", "highlights", "igtv", "live"),
        *("photos", "posts", "related_profiles", "reels", "reposts", "saved", "shop", "similar_accounts", "tagged"),
        *("tv", "video", "videos", "followers/mutualfirst", "followers/mutualonly"),
    }
)


class Target(NamedTuple):
    """An account, by its id or by its name, or a media by its id; the kind is the argument that takes it."""

    kind: Kind
    value: str


class GivenTarget(NamedTuple):
    """A target as the operator gave it: with the text that it was read from, and the line of a file in which it stands.

    Args:
        target: what was read.
        text: what it was read from.
        line: its number; None for a target of the command line.
    """

    target: Target
    text: str
    line: int | None = None


class NotATarget(ValueError):
    """Raised for a text that is no target of the kind that was asked for.

    Args:
        problem: what is wrong, in the operator's words.
        instead: the target that it is of the other kind, which another argument takes.
    """

    def __init__(self, problem: str, instead: Target | None = None) -> None:
        super().__init__(problem if instead is None else f"{problem}; give {instead.kind}={instead.value}")
        self.problem, self.instead = problem, instead

    def said_to(self, argument: str) -> str:
        """Return the problem for an argument; one that takes several targets has a sister that does, too."""
        if self.instead is None:
            return self.problem
        plural = "s" if argument.endswith("s") else ""
        return f"{self.problem}; give {self.instead.kind}{plural}={self.instead.value}"


def read_username(text: str) -> str:
    """Return the account's name in a text: a name, ``@name``, or the address of a profile.

    Raises:
        NotATarget: there is none.
    """
    if (name := _plain_name(text)) is not None:
        return name
    plain = bare(text)
    if not plain:
        raise NotATarget("it is empty; expected the account's name")
    check_is_something(plain, "account")
    name = _name_in_address(plain) if _is_address(plain) else plain.removeprefix("@")
    return _checked_name(name)


def read_user_id(text: str) -> str:
    """Return the account's id in a text: a number, also as a spreadsheet writes it.

    Raises:
        NotATarget: there is none; the error says which argument takes a name.
    """
    plain = bare(text)
    if _ID.fullmatch(plain):
        return plain
    if (whole := number_as_written(plain, "the account's numeric id")) is not None:
        return whole
    if plain.isascii() and plain.isdecimal():
        raise NotATarget("expected the account's numeric id: 1 to 20 digits, the first of which is not 0")
    check_is_something(plain, "account")
    try:
        name = read_username(plain)
    except NotATarget as problem:
        if _is_address(plain):
            raise NotATarget(f"expected the account's numeric id, got an address: {problem.problem}") from None
        raise NotATarget("expected the account's numeric id") from None
    what = "an address" if _is_address(plain) else "a name"
    raise NotATarget(f"expected the account's numeric id, got {what}", Target("username", name))


def number_as_written(plain: str, what: str) -> str | None:
    """Return the id in a number as a spreadsheet writes it; None for a text that is no such number.

    Args:
        plain: without blanks around it.
        what: was expected, for the message.

    Raises:
        NotATarget: the number is not what the id was.
    """
    if zeros := _WITH_ZEROS.fullmatch(plain):
        if len(zeros[1]) > _MOST_EXACT_DIGITS:
            raise NotATarget("a spreadsheet has rounded this id; give its column the format of text")
        return zeros[1]
    if _SHORTENED.fullmatch(plain):
        raise NotATarget(
            "a spreadsheet has shortened this id, its last digits are lost; give its column the format of text"
        )
    if _GROUPED.fullmatch(plain):
        raise NotATarget(f"expected {what}, digits without anything between them")
    return None


def read_target(text: str) -> Target:
    """Return the target in a text: digits are an id, anything else is a name; ``@`` before digits makes them a name.

    Raises:
        NotATarget: there is none.
    """
    if _ID.fullmatch(text):
        return Target("user_id", text)
    if (name := _plain_name(text)) is not None:
        return Target("username", name)
    plain = bare(text)
    if plain[:1].isdecimal() and (
        plain.isdecimal() or any(form.fullmatch(plain) for form in (_WITH_ZEROS, _SHORTENED, _GROUPED))
    ):
        return Target("user_id", read_user_id(plain))
    check_is_something(plain, "account")
    try:
        return Target("username", read_username(plain))
    except NotATarget as problem:
        if _is_address(plain):
            raise
        raise NotATarget(f"is neither a numeric id nor a username: {problem}") from None


def check_is_something(plain: str, kind: str) -> None:
    """Check that a text is not what a table has in the place of nothing, such as ``n/a`` and ``-``.

    Args:
        plain: without blanks around it.
        kind: what was expected, for the message.

    Raises:
        NotATarget: it is.
    """
    site, slash, _ = plain.lstrip("/").partition("/")
    if plain and (_STROKES.issuperset(plain) or (slash and "." not in site and ":" not in site)):
        raise NotATarget(f"is no {kind}")


def bare(text: str) -> str:
    """Return a text without what copying leaves around it: blanks, marks that cannot be seen, and a pair of quotes."""
    plain = _trimmed(text)
    for opening, closing in _QUOTES:
        if len(plain) > 1 and plain.startswith(opening) and plain.endswith(closing):
            plain = _trimmed(plain[1:-1])
    # A spreadsheet's mark of text.
    return plain[1:] if plain[:1] == "'" and "'" not in plain[1:] else plain


def _plain_name(text: str) -> str | None:
    """Return the name in a text that is nothing but one, or nothing but a profile's address; None for any other."""
    address = _PLAIN_ADDRESS.fullmatch(text)
    name = (address[1] if address is not None else text).lower()
    if address is not None:
        return None if name in _OWN_PAGES or name in _THINGS or name in _BEFORE_NAME else name
    return name if _PLAIN_NAME.fullmatch(text) and name not in INSTAGRAM_HOSTS else None


def shown(text: str) -> str:
    """Return a text as a message shows it."""
    return printable(text, _LONGEST_SHOWN)


def _trimmed(text: str) -> str:
    first, last = 0, len(text)
    while first < last and _is_unseen(text[first]):
        first += 1
    while first < last and _is_unseen(text[last - 1]):
        last -= 1
    return text[first:last]


def _is_unseen(character: str) -> bool:
    # Format marks: a byte order mark, directions of writing, joiners.
    return character.isspace() or unicodedata.category(character) == "Cf"


def _is_address(text: str) -> bool:
    return "/" in text or text.lower() in INSTAGRAM_HOSTS


def split_address(text: str, expected: str) -> SplitResult:
    """Return the parts of an address of Instagram's, or of a link into its app, whose scheme is ``instagram``.

    Args:
        text: as it was given.
        expected: an address as it should be, for messages.

    Raises:
        NotATarget: it is another site's, or none.
    """
    try:
        parts = urlsplit(text if "://" in text else f"https://{text.lstrip('/')}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        raise NotATarget(f"the address cannot be read; expected {expected}") from None
    own = parts.scheme in {"http", "https"} and host in INSTAGRAM_HOSTS and "@" not in parts.netloc
    if not own and parts.scheme != "instagram":
        raise NotATarget(f"an address of another site; expected {expected}")
    return parts


def _name_in_address(text: str) -> str:
    parts = split_address(text, _ADDRESS)
    if parts.scheme == "instagram":
        named = parse_qs(parts.query).get("username", [])
        return named[0] if named else _refuse_address("the address names no account")
    return _name_in_path([unquote(step) for step in parts.path.split("/") if step])


def _name_in_path(steps: list[str]) -> str:
    """Return the name in a profile's path: one step, or a tab behind it. Whatever else there is, is no profile."""
    before = steps[0].lower() if steps else ""
    if before in _BEFORE_NAME:
        steps = steps[1:]
    if not steps:
        return _refuse_address("the address names no account")
    first, *more = (step.lower() for step in steps)
    thing = _THINGS.get(first) or (_THINGS.get(more[0]) if len(more) > 1 else None)
    if thing is not None:
        return _refuse_address(f"the address of {thing}, not of an account")
    if first in _OWN_PAGES:
        return _refuse_address("the address of one of Instagram's own pages, not of an account")
    if more and not (_is_story(before, more) or "/".join(more) in _TABS):
        return _refuse_address("the address of something else than an account")
    return steps[0].removeprefix("@")


def _is_story(before: str, more: list[str]) -> bool:
    return before == "stories" and len(more) == 1 and more[0].isdecimal()


def _refuse_address(problem: str) -> str:
    raise NotATarget(f"{problem}; expected {_ADDRESS}")


def _checked_name(name: str) -> str:
    strange = next((character for character in name if not _is_of_name(character)), None)
    if strange is not None:
        what = "a blank" if strange.isspace() else f"'{printable(strange)}'"
        if not strange.isascii() and strange.isprintable():
            what += f" ({unicodedata.name(strange, 'unknown').lower()})"
        raise NotATarget(f"{what} is in no username; they have letters a to z, digits, dots and underscores")
    if not name:
        raise NotATarget("there is no name in it; expected the account's name")
    if len(name) > _LONGEST_USERNAME:
        raise NotATarget(f"is too long; a username has {_LONGEST_USERNAME} characters at most")
    return name.lower()


def _is_of_name(character: str) -> bool:
    # Before it is made lower: some letters of other scripts have a Latin one as their small form.
    return character.isascii() and bool(_USERNAME.fullmatch(character.lower()))
