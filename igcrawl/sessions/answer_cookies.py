"""Cookies of an answer: which of them are the session's."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookies import Morsel


def is_foreign_or_gone(morsel: Morsel[str]) -> bool:
    """Return whether a cookie is another site's, or is being deleted."""
    domain = morsel["domain"].lstrip(".").lower()
    if domain and domain != "instagram.com" and not domain.endswith(".instagram.com"):
        return True
    if morsel["max-age"]:
        age = str(morsel["max-age"])
        return not (age.isascii() and age.isdecimal()) or not age.strip("0")
    try:
        return bool(morsel["expires"]) and parsedate_to_datetime(morsel["expires"]) <= datetime.now(UTC)
    except (ValueError, TypeError, OverflowError):
        return False
