"""Reads a list of followers by `igcrawl.Client`, and writes a line with the id of each."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import igcrawl


async def read(surface: str, target: str, output: str) -> None:
    """Read a list.

    Args:
        surface: ``mobile``, or ``rest`` with 200 a page.
        target: whose followers.
        output: a file for their ids.
    """
    options = {"page_size": 200} if surface == "rest" else {}
    with Path(output).open("w") as out:
        async with igcrawl.Client() as ig:
            async for follow in ig.followers(user_id=target, **options):
                out.write(f"{follow.pk}\n")


if __name__ == "__main__":
    asyncio.run(read(*sys.argv[1:]))
