"""`scrapy crawl audio -a track_id=…`: a sound and the reels that use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.arguments import AudioArguments
from igcrawl.base_spiders.calls_spider import CallsSpider
from igcrawl.items import Media


class AudioSpider(CallsSpider):
    """A sound, and the reels that use it."""

    name = "audio"
    examples = (
        "-a track_id=564058920086577 -O reels.jsonl",
        "-a track_id=564058920086577 -a max_pages=2 -O reels.csv",
    )
    arguments = AudioArguments
    args: AudioArguments
    main_record = Media.TYPE

    def calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the one call."""
        yield "audio_clips", {"track_id": self.args.track_id}
