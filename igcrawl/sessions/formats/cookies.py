"""A browser's cookies, wherever they come from, as the settings of a session: one account's, alive, of their form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from igcrawl.errors import BadInput
from igcrawl.sessions.formats.expiry import seconds_of
from igcrawl.sessions.session_id import ACCOUNT_COOKIES, account_of, problem_of

#: What may stand in a header as a cookie's value.
_VALUE: Final = re.compile(r"[!-:<-~]+")
#: Before or behind a domain where a program writes an address.
_AROUND_DOMAIN: Final = re.compile(r"^[a-z]+://|[:/].*$")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie.

    Args:
        name: its name.
        value: its value, a secret.
        domain: of the site, with or without the first dot; an address also tells it.
        expires: when it ends, see `seconds_of`; None for the end of the browser session.
    """

    name: str
    value: str = field(repr=False)
    domain: str
    expires: Any = None

    @property
    def site(self) -> str:
        """The domain by itself."""
        return _AROUND_DOMAIN.sub("", self.domain.strip().lower()).lstrip(".")

    @property
    def is_instagram(self) -> bool:
        """True if it is Instagram's."""
        return self.site == "instagram.com" or self.site.endswith(".instagram.com")

    @property
    def expires_at(self) -> float | None:
        """Seconds since 1970; None for one that no date ends.

        Raises:
            BadInput: nobody knows.
        """
        try:
            return seconds_of(self.expires)
        except ValueError:
            which = f"the cookie {self.name}" if self.name in ACCOUNT_COOKIES else "a cookie of instagram.com"
            raise BadInput(
                f"the expiry of {which} cannot be read: expected seconds since 1970 or an ISO date"
            ) from None


def settings_of(cookies: Iterable[Cookie], now: float, account: str | None = None) -> dict[str, Any]:
    """Return the settings that hold one account's cookies.

    Args:
        cookies: of any sites; those of others are left out, and so are those that have expired.
        now: seconds since 1970.
        account: whose cookies are taken, where there are several accounts.

    Raises:
        BadInput: Instagram's sessionid is not among them, has expired or cannot work, or there are several accounts.
    """
    # Of two with one name, the one for the whole of instagram.com counts.
    ours = sorted((each for each in cookies if each.is_instagram), key=lambda each: -len(each.site))
    if not ours:
        raise BadInput("no cookie of instagram.com: open instagram.com in that browser, log in, and export again")
    sessionid = _sessionid([each for each in ours if each.name == "sessionid"], now, account)
    owner = account_of(sessionid) or ""
    several = len({account_of(each.value) for each in ours if each.name == "sessionid"} - {None}) > 1
    alive = {
        each.name: each.value
        for each in ours
        if each.name not in ACCOUNT_COOKIES and _is_alive(each, ours, now, several)
    }
    owners = [each.value for each in ours if each.name == "ds_user_id" and each.value]
    if owner in owners:
        alive["ds_user_id"] = owner
    elif owners and not several:
        # The check of the whole settings names both.
        alive["ds_user_id"] = owners[-1]
    return {"cookies": {name: alive.get(name, sessionid) for name in _in_order(ours, alive)}}


def _in_order(ours: Sequence[Cookie], alive: dict[str, str]) -> list[str]:
    """Return the names of what is taken, in the order in which they came."""
    return [name for name in dict.fromkeys(each.name for each in ours) if name in alive or name == "sessionid"]


def _sessionid(found: Sequence[Cookie], now: float, account: str | None) -> str:
    """Return the one that can work."""
    good = [each for each in found if problem_of(each.value) is None]
    if not good:
        if found:
            raise BadInput(
                f"no sessionid that can work: {problem_of(found[-1].value)}: log in there, then export again"
            )
        raise BadInput("cookies of instagram.com, but no sessionid among them: log in there, then export again")
    alive = [each for each in good if _ends_after(each, now)]
    if not alive:
        ended = [each.expires_at or 0 for each in good]
        raise BadInput(f"the cookie sessionid expired on {_day(max(ended))}: log in again, then export again")
    chosen = choose(list(dict.fromkeys(account_of(each.value) or "" for each in alive)), account)
    return next(each.value for each in reversed(alive) if account_of(each.value) == chosen)


def choose(accounts: Sequence[str], account: str | None) -> str:
    """Return the account whose session is taken.

    Args:
        accounts: those that were found.
        account: the operator's choice.

    Raises:
        BadInput: there are several and none was chosen, or it is not among them.
    """
    if account is not None and account not in accounts:
        raise BadInput(f"it holds no session of account {account}, but of {' and '.join(accounts)}")
    if account is None and len(accounts) > 1:
        raise BadInput(f"it holds sessions of accounts {' and '.join(accounts)}: choose one with --account ID")
    return account or accounts[0]


def _is_alive(cookie: Cookie, all_ours: Sequence[Cookie], now: float, several: bool) -> bool:
    if not _VALUE.fullmatch(cookie.value) or not _ends_after(cookie, now):
        return False
    # Nobody knows which account's it is.
    return not several or len({each.value for each in all_ours if each.name == cookie.name}) == 1


def _ends_after(cookie: Cookie, now: float) -> bool:
    return cookie.expires_at is None or cookie.expires_at > now


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
