"""A spider against the simulator, and what it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from tests.support.in_one_process import Order, one_process
from tests.support.session_states import state_home


class Crawl:
    """Runs a spider against the simulator, in a process that many crawls share, and reads its JSON lines."""

    def __init__(self, at_simulator: dict[str, str], folder: Path) -> None:
        self._output = folder / "out.jsonl"
        # The process is elsewhere: it takes nothing from this folder by itself.
        self._settings = {
            **at_simulator,
            "IG_STORE": f"sqlite:///{folder / '.igcrawl/store.db'}",
            "IG_STATE": str(state_home(folder)),
            "IG_JSONL": str(self._output),
            "IG_JSONL_REPLACE": True,
        }

    def __call__(
        self, spider: str, *arguments: str, code: int = 0, settings: tuple[str, ...] = ()
    ) -> list[dict[str, Any]]:
        given = dict(argument.split("=", 1) for argument in arguments)
        order = Order(spider, given, {**self._settings, **dict(setting.split("=", 1) for setting in settings)})
        (done,) = one_process().run([order]).done
        self.log, self.outcome = done.log, done.outcome
        assert done.outcome["exit_code"] == code, done.log
        assert "Traceback" not in done.log
        return read_jsonl(self._output) if self._output.exists() else []


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON lines file."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]
