"""The transports over which a crawl is tested: ours, and Scrapy's own."""

from __future__ import annotations

from typing import Final

import pytest

_HTTP11: Final = "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
#: What to add to ``scrapy crawl …``.
HTTP11: Final = ("-s", f'DOWNLOAD_HANDLERS={{"http": "{_HTTP11}", "https": "{_HTTP11}"}}')
OURS: Final[tuple[str, ...]] = ()

over_each = pytest.mark.parametrize("transport", [OURS, HTTP11], ids=["ours", "http11"])
