"""A spider against the simulator, and what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson


class Crawl:
    """Runs a spider against the simulator and reads its JSON lines."""

    def __init__(self, scrapy: Callable[..., Any], at_simulator: dict[str, str], folder: Path) -> None:
        self._scrapy, self._environment, self._output = scrapy, at_simulator, folder / "out.jsonl"

    def __call__(
        self, spider: str, *arguments: str, code: int = 0, settings: tuple[str, ...] = ()
    ) -> list[dict[str, Any]]:
        options = [option for argument in arguments for option in ("-a", argument)]
        options += [option for setting in settings for option in ("-s", setting)]
        run = self._scrapy("crawl", spider, *options, "-O", str(self._output), **self._environment)
        assert run.code == code, run.err
        assert "Traceback" not in run.err
        self.log = run.err
        return read_jsonl(self._output) if self._output.exists() else []


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON lines file."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]
