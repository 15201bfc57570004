"""Encoders: JSON lines, as the store keeps them, into the bytes of an output's format."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final, Protocol

import zstandard

from igcrawl.items import to_record
from igcrawl.output.exporters import begin
from igcrawl.output.json_lines import rows_of

#: What the suffix of a file's name says of its compression.
COMPRESSED: Final = (".gz", ".zst")


class Encoder(Protocol):
    """Writes one file from its beginning to its end, or from where it was left."""

    def begin(self, *, headed: bool = False) -> bytes:
        """Return what stands before the first record.

        Args:
            headed: whether the file's first line is there already.
        """

    def encode(self, lines: bytes) -> bytes:
        """Return records, which come as JSON lines."""

    def end(self) -> bytes:
        """Return what stands behind the last record."""


class JsonLinesEncoder:
    """JSON lines as they are."""

    def begin(self, *, headed: bool = False) -> bytes:
        """Return nothing."""
        return b""

    def encode(self, lines: bytes) -> bytes:
        """Return the lines."""
        return lines

    def end(self) -> bytes:
        """Return nothing."""
        return b""


class _Buffer(BytesIO):
    """A file that can still be read when it was closed, by Scrapy's plugins for one."""

    def close(self) -> None:
        pass


class ExporterEncoder:
    """Any format that a Scrapy exporter writes.

    Args:
        make: makes the exporter that writes into a file.
        accepts: whether the output takes a record, which comes as a mapping.
        process: wraps the file, as Scrapy's postprocessing does; None for none.
        rebuild: whether the exporter gets our records, not mappings: one of the operator's own does.
    """

    def __init__(
        self,
        make: Callable[..., Any],
        accepts: Callable[[Any], bool],
        process: Callable[[Any], Any] | None = None,
        *,
        rebuild: bool = False,
    ) -> None:
        self._make, self._accepts, self._process, self._rebuild = make, accepts, process, rebuild
        self._buffer = _Buffer()
        self._file: Any = self._buffer

    def begin(self, *, headed: bool = False) -> bytes:
        """Return what the exporter writes first."""
        if self._process is not None:
            self._file = self._process(self._buffer)
        self._exporter = self._make(self._file)
        begin(self._exporter, headed=headed)
        return self._drained()

    def encode(self, lines: bytes) -> bytes:
        """Return the records that the output takes, as the exporter writes them."""
        for row in rows_of(lines):
            if self._accepts(row):
                self._exporter.export_item(to_record(row) if self._rebuild else row)
        return self._drained()

    def end(self) -> bytes:
        """Return what the exporter writes last."""
        self._exporter.finish_exporting()
        if self._process is not None:
            self._file.close()
        return self._drained()

    def _drained(self) -> bytes:
        data = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return data


class CompressedEncoder:
    """Another encoder's bytes, compressed: one member of a file that may have several.

    Args:
        encoder: gives the bytes.
        suffix: one of `COMPRESSED`.
    """

    def __init__(self, encoder: Encoder, suffix: str) -> None:
        self._encoder = encoder
        # 31: with the header of gzip.
        self._stream: Any = zlib.compressobj(wbits=31) if suffix == ".gz" else zstandard.ZstdCompressor().compressobj()

    def begin(self, *, headed: bool = False) -> bytes:
        """Return what stands before the first record."""
        return bytes(self._stream.compress(self._encoder.begin(headed=headed)))

    def encode(self, lines: bytes) -> bytes:
        """Return records; some of their bytes may come later."""
        return bytes(self._stream.compress(self._encoder.encode(lines)))

    def end(self) -> bytes:
        """Return all that is left."""
        return bytes(self._stream.compress(self._encoder.end()) + self._stream.flush())
