"""Starts take turns, so that the loop goes on between any two."""

from __future__ import annotations

import asyncio

from igcrawl.running.turns import turn


def test_one_has_its_turn_at_a_time_and_the_loop_goes_on() -> None:
    seen: list[str] = []

    async def start(name: str) -> None:
        async with turn():
            seen.append(f"{name} begins")
            await asyncio.sleep(0)
            seen.append(f"{name} ends")

    async def main() -> None:
        await asyncio.gather(start("a"), start("b"), start("c"))

    # Each loop has its own.
    for _ in range(2):
        asyncio.run(main())
    assert seen == [f"{name} {what}" for _ in range(2) for name in "abc" for what in ("begins", "ends")]
