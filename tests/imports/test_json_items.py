"""Splitting a JSON document into its items, wherever the chunks that are read end."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.errors import UnreadableBody
from dateline.imports import json_items

TEXTS = st.text(st.sampled_from('ab"\\[]{},: \n\u20ac'), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1_000, 1_000) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@given(
    items=st.lists(VALUES, max_size=4),
    before=st.dictionaries(TEXTS, VALUES, max_size=2),
    after=st.dictionaries(TEXTS, VALUES, max_size=2),
    chunk=st.integers(1, 40),
    indent=st.none() | st.just(1),
)
def test_items_are_those_of_any_reader_of_json(
    items: list[Any], before: dict[str, Any], after: dict[str, Any], chunk: int, indent: int | None
) -> None:
    document = {**before, "items": items, **after}
    body = io.BytesIO(json.dumps(document, ensure_ascii=False, indent=indent).encode())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_items, "CHUNK", chunk)
        read = [json.loads(text) for text in json_items.json_items(body)]
    assert read == items


@given(cut=st.integers(1, 200))
def test_a_document_that_is_cut_off_is_refused(cut: int) -> None:
    whole = json.dumps({"items": [{"title": "a :] b", "x": [1, {"y": '"}'}]}] * 3}).encode()
    body = io.BytesIO(whole[: -min(cut, len(whole) - 1)])
    with pytest.raises(UnreadableBody):
        list(json_items.json_items(body))
