"""What may stand above a crawl's records is decided by what is known of a file, whatever its bytes happen to be."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from igcrawl.errors import BadInput
from igcrawl.output.encoders import JsonLinesEncoder
from igcrawl.output.foreign import check_above
from igcrawl.output.output import OutputSpec


@pytest.mark.parametrize("format_name", ["jsonlines", "csv", "json", "xml", "pickle"])
@pytest.mark.parametrize(
    "content",
    [b"packed without an end of line", b'{"pk": "1"}\n', gzip.compress(b'{"pk": "1"}\n', mtime=0)],
    ids=["one line", "plain", "packed"],
)
def test_nothing_is_added_to_what_a_postprocessing_made(tmp_path: Path, format_name: str, content: bytes) -> None:
    path = tmp_path / "out"
    path.write_bytes(content)
    spec = OutputSpec(
        uri="out",
        format=format_name,
        kind="",
        encoder=JsonLinesEncoder,
        header=lambda: b"",
        accepts=lambda record: True,
        processed=True,
    )
    with pytest.raises(BadInput, match="what its postprocessing makes cannot be appended to"):
        check_above(spec, path)
    assert path.read_bytes() == content
