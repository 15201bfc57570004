"""The live view with little patience: a line each few milliseconds in place of a minute."""

from __future__ import annotations

from igcrawl.console.extension import LiveView


class QuickLiveView(LiveView):
    line_every = 0.02


class BrokenLiveView(QuickLiveView):
    def _write(self, snapshot: object) -> None:
        raise RuntimeError("of the view's own")
