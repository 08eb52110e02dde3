"""Cursors: opaque, exact, and never misread."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as some

from dateline.search.cursor import Position, read_cursor, write_cursor
from dateline.search.question import Sort

numbers = some.integers(-(2**63), 2**63 - 1)
positions = some.builds(Position, numbers, numbers)
orders = some.sampled_from(Sort)


@given(positions, orders)
def test_it_reads_what_it_wrote(position: Position, order: Sort) -> None:
    assert read_cursor(write_cursor(position, order), order) == position


@given(positions, orders, orders)
def test_a_cursor_of_another_order_is_none(position: Position, order: Sort, other: Sort) -> None:
    expected = position if order == other else None
    assert read_cursor(write_cursor(position, order), other) == expected


@given(positions, positions, orders)
def test_different_positions_have_different_cursors(
    one: Position, other: Position, order: Sort
) -> None:
    assert (write_cursor(one, order) == write_cursor(other, order)) == (one == other)


@given(positions, orders)
def test_a_cursor_needs_no_escape_in_a_link(position: Position, order: Sort) -> None:
    text = write_cursor(position, order)
    assert text.isascii()
    assert text.replace("-", "").replace("_", "").isalnum()
    assert len(text) <= 100


@given(some.text(), orders)
def test_text_that_is_no_cursor_is_none(text: str, order: Sort) -> None:
    position = read_cursor(text, order)
    assert position is None or write_cursor(position, order) == text


@given(positions, orders, some.integers(0, 22), some.characters(codec="utf-8"))
def test_a_damaged_cursor_is_never_another_spelling_of_the_same(
    position: Position, order: Sort, place: int, character: str
) -> None:
    text = write_cursor(position, order)
    damaged = text[:place] + character + text[place + 1 :]
    assert (read_cursor(damaged, order) == position) == (damaged == text)


@pytest.mark.parametrize("change", ["{}=", "{}A", " {}", "{}%0A", "{}%00"])
def test_the_api_refuses_a_second_spelling(client: FlaskClient, change: str) -> None:
    text = write_cursor(Position(5, 7), Sort.NEWEST)
    assert client.get(f"/v1/entries?cursor={text}").status_code == 200
    assert client.get(f"/v1/entries?cursor={change.format(text)}").status_code == 400


@pytest.mark.parametrize("value", [-(2**63), -1, 0, 2**63 - 1])
def test_positions_at_the_limits_are_valid(client: FlaskClient, value: int) -> None:
    for sort in Sort:
        text = write_cursor(Position(value, value), sort)
        answer = client.get("/v1/entries", query_string={"cursor": text, "sort": sort.value})
        assert answer.get_json()["items"] == []
