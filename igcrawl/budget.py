"""How fast a session may ask. Pure: the clock is an argument."""

from __future__ import annotations

import random
from typing import Final

#: Seconds between two requests to Instagram: 120 an hour, which a session survives.
PAUSE: Final = 30.0
#: Up to this share of the pause is added, so that requests do not come like a clock's ticks.
JITTER: Final = 0.2
#: Seconds before the first new try after a passing fault; each further pause is twice as long.
RETRY_PAUSE: Final = 5.0
LOCAL_RETRY_PAUSE: Final = 0.1


class FixedPace:
    """Keeps requests a pause apart.

    Args:
        pause: seconds; 0 does not slow anything.
        chance: where the jitter comes from.
    """

    def __init__(self, pause: float = PAUSE, chance: random.Random | None = None) -> None:
        self._pause = pause
        self._chance = chance or random.Random()  # noqa: S311 - no secret hangs on it
        self._next = 0.0

    def take(self, now: float) -> float:
        """Book the next request and return how many seconds it must wait.

        Args:
            now: seconds on a clock that only goes forward.
        """
        if not self._pause:
            return 0.0
        start = max(now, self._next)
        self._next = start + self._pause * (1 + self._chance.uniform(0, JITTER))
        return start - now
