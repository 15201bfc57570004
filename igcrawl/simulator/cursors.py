"""Opaque cursors: only the simulator can read them, and only for the list they were given out for."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

_MARK = b"AQA"
_CHECK_BYTES = 9
_LENGTH = len(_MARK) + 8 + 1 + _CHECK_BYTES


class BadCursorError(ValueError):
    """Raised when a cursor was not made by this simulator for this list."""


class Cursors:
    """Writes and reads cursors that look like `QVFB…`, as Instagram's do.

    A cursor holds a position and a hop; the hop tells an empty page and the page after it apart.
    """

    def __init__(self, seed: int) -> None:
        self._key = seed.to_bytes(8, "big", signed=True)

    def write(self, scope: str, position: int, hop: int = 0) -> str:
        """Return the cursor of a position in the list that `scope` names."""
        payload = position.to_bytes(8, "big") + bytes([hop % 256])
        check = self._check(scope, payload)
        hidden = self._masked(payload, check)
        return urlsafe_b64encode(_MARK + hidden + check).decode()

    def read(self, scope: str, cursor: str) -> tuple[int, int]:
        """Return position and hop of a cursor.

        A plain decimal is taken as a position: the mobile lists give such cursors too.
        Raises BadCursorError for a cursor of another list, surface, order or seed.
        """
        if cursor.isascii() and cursor.isdigit() and len(cursor) < 16:
            return int(cursor), 0
        try:
            raw = urlsafe_b64decode(cursor.encode())
        except ValueError:
            raw = b""
        if len(raw) != _LENGTH or not raw.startswith(_MARK):
            raise BadCursorError("the cursor is not one of this server's")
        hidden, check = raw[len(_MARK) : len(_MARK) + 9], raw[-_CHECK_BYTES:]
        payload = self._masked(hidden, check)
        if self._check(scope, payload) != check:
            raise BadCursorError("the cursor belongs to another list")
        return int.from_bytes(payload[:8], "big"), payload[8]

    def _masked(self, payload: bytes, check: bytes) -> bytes:
        mask = blake2b(check, digest_size=len(payload), key=self._key).digest()
        return bytes(a ^ b for a, b in zip(payload, mask, strict=True))

    def _check(self, scope: str, payload: bytes) -> bytes:
        return blake2b(scope.encode() + b"|" + payload, digest_size=_CHECK_BYTES, key=self._key).digest()
