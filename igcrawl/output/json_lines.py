"""Records as JSON lines, by orjson: what the feeds and the exactly-once file have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from itemadapter import ItemAdapter


def to_lines(rows: Iterable[Any]) -> bytes:
    """Return one line of JSON a record; records are dataclasses, or anything itemadapter knows."""
    return b"".join([orjson.dumps(row, _as_dict, orjson.OPT_APPEND_NEWLINE) for row in rows])


def _as_dict(value: Any) -> Any:
    return ItemAdapter(value).asdict()
