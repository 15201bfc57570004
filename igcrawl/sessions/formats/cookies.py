"""A browser's cookies, wherever they come from, as the settings of a session."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from igcrawl.errors import BadInput

#: A later moment than this, in seconds, is one in milliseconds: so do Firefox and some extensions.
_LATEST: Final = 1e11
#: What may stand in a header as a cookie's value.
_VALUE: Final = re.compile(r"[!-:<-~]+")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie.

    Args:
        name: its name.
        value: its value, a secret.
        domain: of the site, with or without the first dot.
        expires: seconds or milliseconds since 1970; None and what is not above 0 mean the end of the browser session.
    """

    name: str
    value: str = field(repr=False)
    domain: str
    expires: float | None = None

    @property
    def is_instagram(self) -> bool:
        """True if it is Instagram's."""
        domain = self.domain.lstrip(".").lower()
        return domain == "instagram.com" or domain.endswith(".instagram.com")

    @property
    def expires_at(self) -> float | None:
        """Seconds since 1970; None for one that no date ends."""
        if self.expires is None or self.expires <= 0:
            return None
        return self.expires / 1000 if self.expires > _LATEST else self.expires


def settings_of(cookies: Iterable[Cookie], now: float) -> dict[str, Any]:
    """Return the settings that hold Instagram's cookies.

    Args:
        cookies: of any sites; those of others are left out, and so are those that have expired.
        now: seconds since 1970.

    Raises:
        BadInput: Instagram's sessionid is not among them, or has expired.
    """
    # Of two with one name, the one for the whole of instagram.com counts.
    ours = sorted((each for each in cookies if each.is_instagram), key=lambda each: -len(each.domain.lstrip(".")))
    if not ours:
        raise BadInput("no cookie of instagram.com: open instagram.com in that browser, log in, and export again")
    ours = [each for each in ours if _VALUE.fullmatch(each.value)]
    alive = {each.name: each.value for each in ours if each.expires_at is None or each.expires_at > now}
    if "sessionid" not in alive:
        ended = [each.expires_at for each in ours if each.name == "sessionid" and each.expires_at]
        if ended:
            raise BadInput(f"the cookie sessionid expired on {_day(max(ended))}: log in again, then export again")
        raise BadInput("cookies of instagram.com, but no sessionid among them: log in there, then export again")
    return {"cookies": alive}


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
