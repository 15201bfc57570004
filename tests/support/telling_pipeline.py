"""A pipeline of somebody's own that logs what it should not know."""

from __future__ import annotations

import logging
import os
from typing import Any

logger = logging.getLogger(__name__)


class TellingPipeline:
    def process_item(self, item: Any) -> Any:
        logger.warning("a pipeline holds %s", os.environ["TOLD"])
        return item
