import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.paging import decode_cursor, encode_cursor
from servicekit.problems import Problem

VALUES = st.none() | st.booleans() | st.integers() | st.text()


@given(st.dictionaries(st.text(max_size=10), VALUES, max_size=3))
def test_a_cursor_gives_its_position_back(position: dict[str, object]) -> None:
    assert decode_cursor(encode_cursor(position)) == position


@given(st.text())
def test_any_other_text_is_an_invalid_cursor(text: str) -> None:
    try:
        decode_cursor(text)
    except Problem as problem:
        assert (problem.status, problem.slug) == (400, "invalid-cursor")  # noqa: PT017


@pytest.mark.parametrize("text", ["", "!!", "W10", "bnVsbA", "é", "a" * 2000])
def test_what_was_never_given_out_is_refused(text: str) -> None:
    with pytest.raises(Problem):
        decode_cursor(text)
