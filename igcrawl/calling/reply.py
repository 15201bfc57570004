"""Reply: an answer, and the call that it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from igcrawl.operations.call import Call


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer's envelope.

    Args:
        call: what it answers: the call that was asked, the first page of the same list where the call's cursor has
            died, or the first page of the operation's substitute.
        envelope: the answer.
        note: why it is another call than the one that was asked, for the walk's record; "" where it is that one.
    """

    call: Call
    envelope: dict[str, Any]
    note: str = ""
