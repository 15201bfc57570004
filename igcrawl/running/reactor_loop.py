"""The loop of a Twisted reactor: where the process has a reactor, crawls run in its loop and in no other."""

from __future__ import annotations

import asyncio

from scrapy.utils.reactor import is_reactor_installed

from igcrawl.errors import BadInput


def check_loop() -> None:
    """Check that a reactor, where one is installed, has the running loop: Scrapy would wait for it for ever.

    Raises:
        BadInput: it has not.
    """
    if not is_reactor_installed():
        return
    from twisted.internet import reactor  # noqa: PLC0415 - to import it installs one

    if getattr(reactor, "_asyncioEventloop", None) is not asyncio.get_running_loop():
        raise BadInput(
            "this process has a Twisted reactor, and another loop than the reactor's runs here: await the crawl in the "
            "loop of Twisted's asyncio reactor, or in a process without a reactor"
        )
