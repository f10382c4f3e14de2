"""A page of the feed as an Arrow IPC stream; loads pyarrow, so never in the web process."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from ingest_service.domain.feed import TEXT_COLUMNS, WIRE_NAMES, FeedHead, FeedPages
from ingest_service.store import arrow_columns as arrow

_BUILDERS = {
    "deleted": arrow.booleans,
    "local_date": arrow.days,
    "lat": arrow.floats,
    "lon": arrow.floats,
    **dict.fromkeys(TEXT_COLUMNS, arrow.strings),
}


def arrow_blocks(pages: FeedPages) -> Iterator[bytes]:
    """The stream in blocks: first the schema with the head as its metadata, then the batches."""
    head = next(pages)
    if not isinstance(head, FeedHead):
        raise TypeError("the feed gave no head")
    empty = [_column(name, []) for name in WIRE_NAMES]
    fields = [(name, column.type) for name, column in zip(WIRE_NAMES, empty, strict=True)]
    schema = pa.schema(fields, metadata=_metadata(head))
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as writer:
        yield _emptied(sink)
        for page in pages:
            if isinstance(page, FeedHead):
                raise TypeError("only the first page is a head")
            columns = [_column(name, values) for name, values in zip(WIRE_NAMES, page, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
            yield _emptied(sink)
    yield sink.getvalue()


def _metadata(head: FeedHead) -> dict[bytes, bytes]:
    return {
        b"epoch": head.epoch.encode(),
        b"after": str(head.after).encode(),
        b"next": str(head.next).encode(),
        b"has_more": b"true" if head.has_more else b"false",
        b"categories": json.dumps(dict(head.categories), ensure_ascii=False).encode(),
    }


def _column(name: str, values: Sequence[Any]) -> Any:
    return _BUILDERS.get(name, arrow.integers)(pa, values)


def _emptied(sink: io.BytesIO) -> bytes:
    block = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return block
