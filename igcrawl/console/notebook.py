"""The display in a notebook: an output of the cell that is drawn anew, and has the summary in the end."""

from __future__ import annotations

import sys
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from igcrawl.console.snapshot import Snapshot
from igcrawl.running.summary import Summary

if TYPE_CHECKING:
    from rich.console import RenderableType

#: Class of the shell in a notebook's kernel.
_SHELL: Final = "ZMQInteractiveShell"
_HTML: Final = '<pre style="white-space:pre;overflow-x:auto;line-height:normal">{code}</pre>'
#: Cells.
_WIDTH: Final = 110


def is_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    # A kernel has imported it.
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == _SHELL


class NotebookDisplay:
    """A display below a notebook's cell, from the first frame on: short crawls show nothing."""

    def __init__(self) -> None:
        self._handle: Any = None

    def start(self) -> None:
        """Begin to show."""

    def show(self, snapshot: Snapshot) -> None:
        """Show how the crawl stands."""
        from igcrawl.console.display import snapshot_table  # noqa: PLC0415 - rich takes 0.1 s to import

        self._draw(snapshot_table(snapshot))

    def stop(self) -> None:
        """Leave what is shown."""

    def print(self, summary: Summary) -> None:
        """Put a summary in the place of what was shown."""
        from igcrawl.console.display import summary_table  # noqa: PLC0415 - as above

        if self._handle is not None:
            self._draw(summary_table(summary))

    def _draw(self, renderable: RenderableType) -> None:
        bundle = _bundle_of(renderable)
        if self._handle is None:
            # Only notebooks have it.
            self._handle = import_module("IPython.display").display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


def _bundle_of(renderable: RenderableType) -> dict[str, str]:
    """Return what a notebook shows of something, as HTML and as text."""
    from rich.console import Console  # noqa: PLC0415 - as above

    console = Console(file=StringIO(), record=True, width=_WIDTH, force_jupyter=False)
    console.print(renderable)
    html = console.export_html(code_format=_HTML, inline_styles=True, clear=False)
    return {"text/html": html, "text/plain": console.export_text()}
