"""Sessions of the simulator's account on devices of their own, each with values that no other one has."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any


def own_sessions(accepted: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give sessions like one that the simulator accepts, which looks at nothing but the sessionid."""
    number = 0
    while True:
        number += 1
        settings = json.loads(json.dumps(accepted))
        settings["uuids"] = {name: _uuid(f"{name} {number}") for name in settings["uuids"]}
        settings["uuids"]["android_device_id"] = f"android-{_digest(f'android {number}')[:16]}"
        settings["mid"] = settings["cookies"]["mid"] = f"Z{_digest(f'mid {number}')[:27]}"
        settings["cookies"]["csrftoken"] = _digest(f"csrf {number}")
        yield settings


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _uuid(text: str) -> str:
    return str(uuid.UUID(_digest(text), version=4))
