"""Accounts found by a walk, as 64-bit numbers: packed for the store, sorted for lookup. Eight bytes an account."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Sequence
from hashlib import blake2b
from operator import itemgetter
from typing import Any, Final

_MOST: Final = 1 << 64
#: Digits of that.
_LONGEST: Final = 20
_LARGEST_ID: Final = (1 << 63) - 1
#: Sets of numbers are kept in so many parts.
_PARTS: Final = 64


def is_id(text: str) -> bool:
    """Return whether a text is an id as the server counts accounts and things: 1 to 19 digits, 2^63 - 1 at most."""
    return text.isascii() and text.isdecimal() and len(text) < _LONGEST and int(text) <= _LARGEST_ID


def number_of(key: Hashable) -> int:
    """Return the number that stands for an account or a thing: its id, or a hash of what else tells it apart."""
    # Another way to write a number is another id.
    if isinstance(key, str) and key.isascii() and key.isdecimal() and len(key) <= _LONGEST and key[0] != "0":
        number = int(key)
        if number < _MOST:
            return number
    return int.from_bytes(_digest(repr(key).encode("utf-8", "surrogatepass")), "big")


def numbers_of(keys: Sequence[Hashable]) -> list[int]:
    """Return the number of each of many keys; ids are counted at once."""
    if set(map(type, keys)) == {str}:
        texts: Any = keys
        digits, lengths = "".join(texts), list(map(len, texts))
        if digits.isascii() and digits.isdecimal() and min(lengths) > 0 and max(lengths) < _LONGEST:
            numbers = list(map(int, texts))
            # Another way to write a number is another id.
            if "0" not in map(itemgetter(0), texts):
                return numbers
    return list(map(number_of, keys))


def signed_hash(text: str) -> int:
    """Return a 64-bit hash of a text as databases hold it, with a sign."""
    return int.from_bytes(_digest(text.encode("utf-8", "surrogatepass")), "big", signed=True)


def hash_of(numbers: Iterable[int]) -> int:
    """Return a 64-bit hash of a set of numbers, with a sign: in whatever order they come, and how often each."""
    # Python's own is the same in each process for numbers, and takes a quarter of the time of another.
    return hash(frozenset(numbers))


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=8).digest()


def pack(numbers: Iterable[int]) -> bytes:
    """Return numbers as bytes."""
    return array("Q", numbers).tobytes()


def unpack(packed: bytes) -> array[int]:
    """Return what `pack` packed."""
    numbers = array("Q")
    numbers.frombytes(packed)
    return numbers


class SortedIds:
    """Numbers that are asked for, not changed; flat: eight bytes each.

    They stand in parts by their last bits, and each part is sorted alone: sorted together, each of millions would be an
    object of Python for a moment, of forty bytes.

    Args:
        pages: packed, in any order; a number may come again.
    """

    def __init__(self, pages: Iterable[bytes]) -> None:
        parts = [array("Q") for _ in range(_PARTS)]
        for page in pages:
            for number in unpack(page):
                parts[number % _PARTS].append(number)
        for place, part in enumerate(parts):
            parts[place] = array("Q", sorted(part))
        self._parts = parts

    def __contains__(self, number: int) -> bool:
        part = self._parts[number % _PARTS]
        place = bisect_left(part, number)
        return place < len(part) and part[place] == number

    def __iter__(self) -> Iterator[int]:
        """Iterate over the different numbers, in no order."""
        for part in self._parts:
            last = None
            for number in part:
                if number != last:
                    yield number
                last = number

    def __len__(self) -> int:
        return sum(map(len, self._parts))
