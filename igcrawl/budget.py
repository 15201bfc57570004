"""How fast a session may ask."""

from __future__ import annotations

from typing import Final

#: Seconds between two requests to Instagram: 120 an hour, which a session survives.
PAUSE: Final = 30.0
#: Up to this share of the pause is added, so that requests do not come like a clock's ticks.
JITTER: Final = 0.2
#: Seconds before the first new try after a passing fault; each further pause is twice as long.
RETRY_PAUSE: Final = 5.0
LOCAL_RETRY_PAUSE: Final = 0.1
