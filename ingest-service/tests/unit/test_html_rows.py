"""Plain rows of a page are read whole; that must come to what the parser makes of them by tags."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_service.domain.errors import StatementError
from ingest_service.domain.reading.html import _Tables

PARTS = [
    "<table>", "</table>", "<tr>", "</tr>", "<TR>", "</Tr >", "<tr\n>", "<trx>", "<td>", "</td>",
    '<th class="a">', "</th>", "<td colspan=2>", '<td rowspan="3">', "<td/>", '<td title="a>b">',
    "<!-- <tr> -->", "<!--", "-->", "<script>", "</script>", "<b>", "</b>", "<br>", "<td", ">",
    '"', "'", "text", " ", "\n", "&amp;", "&nb", "sp;", "<![CDATA[ <tr> ]]>", "<?xml ?>",
    "<tr><td>1</td><td>x &lt; y</td></tr>", "<tr class='q'><td style='a'>1</td>z</tr>",
    "<tr><td>2</td></tr>", "<tr></tr>",
]  # fmt: skip


def rows_of(blocks: list[str], *, by_tags: bool) -> object:
    parser = _Tables()
    try:
        for block in blocks:
            if by_tags:
                parser.feed(block)
            else:
                parser.take(block)
        parser.close()
    except StatementError as error:
        return error.code
    parser.finish()
    return [[(record.row, record.cells) for record in table] for table in parser.tables]


@settings(max_examples=500)
@given(st.lists(st.lists(st.sampled_from(PARTS), max_size=8).map("".join), max_size=6))
def test_rows_read_whole_are_those_read_by_tags(blocks: list[str]) -> None:
    blocks = ["<table>", *blocks]
    assert rows_of(blocks, by_tags=False) == rows_of(blocks, by_tags=True)
