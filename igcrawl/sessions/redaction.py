"""The one redaction: takes secrets out of texts by their values, in whatever form a text repeats them.

A text is searched for a few plain pieces of each secret, which no quoting changes; only where one is found does a
pattern of all its forms look closer. So a text without secrets, which nearly all are, costs little. `finds_any` costs
least, however many secrets are known: it takes samples, so close to each other that every piece holds a whole one.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from functools import cached_property
from itertools import chain
from typing import Final
from urllib.parse import quote, unquote

#: Replaces a secret.
REDACTED: Final = "[redacted]"
#: Shorter values ("0", "RVA") are no secrets and stand in every answer.
_SHORTEST: Final = 8
#: A session's route changes with nearly every answer, and nobody repeats a route from a thousand answers ago.
_MOST: Final = 1000
#: So many more are forgotten at once, since that takes as long as to learn all others again.
_AT_ONCE: Final = 200
_PLAIN_PIECE: Final = re.compile("[A-Za-z0-9]+")
#: Every so many characters of a text a sample of so many is taken: a piece of 24 characters or more holds one.
_STEP: Final = 17
_SAMPLE: Final = 8
_SAMPLED: Final = _STEP + _SAMPLE - 1
_REST_OF_BASE64: Final = "[A-Za-z0-9+/_-]*={0,2}"


class Redaction:
    """Removes secrets from what is written. Secrets stay known after the session has changed.

    Args:
        secrets: the first values to learn.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: dict[str, _Secret] = {}
        self._pieces: list[tuple[str, _Secret]] = []
        self._as_bytes: list[bytes] = []
        #: The piece that each sample is of, or the pieces.
        self._samples: dict[str, str | set[str]] = {}
        self._short: list[str] = []
        self.learn(secrets)

    @property
    def knows_any(self) -> bool:
        """True if there is anything to take out."""
        return bool(self._known)

    def learn(self, secrets: Iterable[str]) -> None:
        """Take these values, too, out of texts from now on; one of less than 8 characters is no secret."""
        values = [value for value in secrets if len(value) >= _SHORTEST]
        if all(value in self._known for value in values):
            return
        for value in values:
            known = self._known.pop(value, None)
            # What is learned again is the last to be forgotten.
            self._known[value] = known or _Secret(value)
            if known is None:
                self._add(self._known[value])
        if len(self._known) > _MOST + _AT_ONCE:
            self._forget()

    def _add(self, secret: _Secret) -> None:
        pieces = [(piece, secret) for piece in secret.pieces]
        self._pieces += pieces
        self._as_bytes += [piece.encode() for piece, _ in pieces]
        self._short += [piece for piece, _ in pieces if len(piece) < _SAMPLED]
        for sample, piece in secret.samples:
            held = self._samples.setdefault(sample, piece)
            if isinstance(held, set):
                held.add(piece)
            elif held != piece:
                self._samples[sample] = {held, piece}

    def _forget(self) -> None:
        for value in list(self._known)[:-_MOST]:
            del self._known[value]
        self._pieces, self._as_bytes, self._short, self._samples = [], [], [], {}
        for secret in self._known.values():
            self._add(secret)

    def finds_any(self, text: str) -> bool:
        """Return whether a text seems to hold a secret; where it says no, it holds none."""
        starts = range(0, len(text) - _SAMPLE + 1, _STEP)
        found = self._samples.keys() & [text[start : start + _SAMPLE] for start in starts]
        suspects = [held for sample in found for held in _each(self._samples[sample])]
        return any(piece in text for piece in chain(self._short, suspects))

    def holds(self, text: str) -> bool:
        """Return whether a text holds a secret."""
        return self.finds_any(text) and self.text(text) != text

    def text(self, text: str) -> str:
        """Return a text without the secrets: as they are, URL-quoted, JSON-escaped or in base64."""
        if not self.finds_any(text):
            return text
        # A piece may be shared by several secrets, and one secret has several pieces.
        suspects = {secret for piece, secret in self._pieces if piece in text}
        for secret in sorted(suspects, key=lambda suspect: len(suspect.value), reverse=True):
            text = secret.pattern.sub(REDACTED, text)
        return text

    def data(self, data: bytes) -> bytes:
        """Return bytes without the secrets; whatever is no UTF-8 in them stays as it is."""
        if not any(piece in data for piece in self._as_bytes):
            return data
        text = data.decode("utf-8", "surrogateescape")
        redacted = self.text(text)
        return data if redacted == text else redacted.encode("utf-8", "surrogateescape")


class _Secret:
    """One value in all its forms."""

    def __init__(self, value: str) -> None:
        self.value = value
        # Base64 cannot be recognised piece by piece: what was encoded may have been quoted or escaped before.
        encoded = {value, unquote(value), quote(value, safe=""), json.dumps(value)[1:-1]}
        self._plain = {value, unquote(value)}
        self._cores = {core for each in encoded for core in _base64_cores(each)}

    @cached_property
    def pieces(self) -> set[str]:
        """A plain piece of each form: a text without any of them does not hold the secret."""
        return {max(_PLAIN_PIECE.findall(form), key=len, default="") for form in self._plain | self._cores}

    @cached_property
    def samples(self) -> list[tuple[str, str]]:
        """All samples, one of which is taken of a text that holds a piece, with the piece.

        They are of its end: the routes of a session begin alike.
        """
        long = [piece for piece in self.pieces if len(piece) >= _SAMPLED]
        ends = [(piece[-_SAMPLED:], piece) for piece in long]
        return [(end[start : start + _SAMPLE], piece) for end, piece in ends for start in range(_STEP)]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """All forms."""
        plain = ["".join(map(_forms, value)) for value in self._plain]
        cores = ["".join(map(_base64_forms, core)) + _REST_OF_BASE64 for core in self._cores]
        return re.compile("|".join(sorted(plain + cores, key=len, reverse=True)))


def _each(held: str | set[str]) -> Iterable[str]:
    return held if isinstance(held, set) else (held,)


def _base64_cores(value: str) -> list[str]:
    """Return what base64 makes of a value at each of the three places where it may stand in a larger text.

    The characters that also hold bits of what stands before or behind it are left out.
    """
    data = value.encode("utf-8", "surrogatepass")
    cores = []
    for before in range(3):
        text = base64.b64encode(bytes(before) + data).decode()
        cores.append(text[-(-before * 8 // 6) : (before + len(data)) * 8 // 6])
    return cores


def _forms(character: str) -> str:
    """Return the pattern of a character as it is, URL-quoted and escaped, each any number of times."""
    if character.isascii() and character.isalnum():
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    quoted = "".join(f"%(?:25)*{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
    escaped = "".join(rf"\\+u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True))
    forms = [rf"\\*{re.escape(character)}", f"(?i:{quoted}|{escaped})"]
    if character.isascii():
        # As cookies are quoted.
        forms.append(rf"\\+{ord(character):03o}")
    if character == " ":
        forms.append(r"\+")
    return f"(?:{'|'.join(forms)})"


def _base64_forms(character: str) -> str:
    """Return the pattern of a character of base64, standard or URL-safe."""
    safe = {"+": "-", "/": "_"}.get(character)
    return _forms(character) if safe is None else f"(?:{safe}|{_forms(character)})"
