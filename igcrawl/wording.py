"""Wording that messages share: a number with its noun, and what a mistyped word may have meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from os.path import commonprefix
from typing import Final

#: Of 0 to 1: beside a word that is nearer by as much, nobody means this one.
_MUCH_LESS: Final = 0.2


def counted(number: int, noun: str, verb: tuple[str, str] | None = None) -> str:
    """Return a number with its noun: ``1 request``, ``2,000 requests``, ``1 walk is``.

    Args:
        number: how many.
        noun: in the singular; an adjective may stand before it.
        verb: what follows, in the singular and in the plural.
    """
    one = number == 1
    told = f"{number:,} {noun if one else plural_of(noun)}"
    return told if verb is None else f"{told} {verb[0] if one else verb[1]}"


def plural_of(noun: str) -> str:
    """Return the plural of a noun of ours, each of which follows the rule."""
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def capitalised(text: str) -> str:
    """Return a text with a capital at its beginning; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def nearest(word: str, known: Iterable[str], most: int = 3, cutoff: float = 0.6) -> list[str]:
    """Return the known words that a mistyped one may have meant, the likeliest first, and none much less alike.

    Args:
        word: as it was given.
        known: what would have been right; upper and lower case are not told apart.
        most: how many at most.
        cutoff: how alike they must be, 0 to 1.
    """
    by_lower = {each.lower(): each for each in known}
    near = get_close_matches(word.lower(), by_lower, n=most, cutoff=cutoff)
    alike = [SequenceMatcher(a=each, b=word.lower()).ratio() for each in near]
    return [by_lower[each] for each, ratio in zip(near, alike, strict=True) if ratio >= alike[0] - _MUCH_LESS]


def near_or_all(word: str, known: Iterable[str]) -> str:
    """Return the question for the known words that a mistyped one may have meant; all of them where none is like it.

    What all begin with, such as the IG_ of settings, makes no two alike.
    """
    words = list(known)
    shared = len(commonprefix([word, *words]))  # noqa: RUF071 - words are no paths
    by_rest = {each[shared:]: each for each in words}
    near = [by_rest[rest] for rest in nearest(word[shared:], by_rest)]
    return did_you_mean(near).rstrip() or f"there are {', '.join(words)}"


def did_you_mean(words: Iterable[str]) -> str:
    """Return the question that suggests these words, with a blank behind it; nothing where there are none."""
    listed = ", ".join(words)
    return f"did you mean {listed}? " if listed else ""
