"""Locate matches of folded texts in a text as it was written."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from dateline.fields.folding import fold

Span = tuple[int, int]
"""The start of a part of a text, and its end, exclusive."""

_fold = lru_cache(maxsize=8192)(fold)


def find_spans(text: str, wanted: Sequence[str]) -> list[Span]:
    """Find where a text contains any of the wanted texts, ignoring case and accents.

    Args:
        text: as it was written.
        wanted: folded texts.

    Returns:
        Spans of `text`, in order, which do not overlap or touch. A span has whole letters with all
        their marks, so it may be slightly longer than the match.
    """
    pieces = _pieces(text)
    ends = list(accumulate(len(_fold(piece)) for piece in pieces))
    folded = "".join(_fold(piece) for piece in pieces)
    if folded != fold(text):
        # Rare signs fold together with one that is not beside them.
        pieces, folded = [text], fold(text)
        ends = [len(folded)]
    hits = _merge(sorted(hit for folded_text in wanted for hit in _hits(folded, folded_text)))
    return _merge(_unfolded(hits, pieces, ends))


def mark(text: str, wanted: Sequence[str]) -> list[tuple[str, bool]]:
    """Split a text into parts, each with whether it matches a wanted text."""
    stretches: list[tuple[str, bool]] = []
    place = 0
    for start, end in find_spans(text, wanted):
        stretches += [(text[place:start], False), (text[start:end], True)]
        place = end
    stretches.append((text[place:], False))
    return [stretch for stretch in stretches if stretch[0]]


def _pieces(text: str) -> list[str]:
    """Split a text into pieces that fold independently of each other."""
    pieces: list[str] = []
    for letter in text:
        if pieces and _belong_together(pieces[-1], letter):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _belong_together(piece: str, letter: str) -> bool:
    if piece.isascii() and piece.isalnum() and letter.isascii():
        return False
    # Invisible characters and marks, in any order, stay with what is before them.
    if unicodedata.combining(letter) or not _fold(letter):
        return True
    return _fold(piece + letter) != _fold(piece) + _fold(letter)


def _hits(folded: str, wanted: str) -> Iterator[Span]:
    place = folded.find(wanted) if wanted else -1
    while place >= 0:
        yield place, place + len(wanted)
        place = folded.find(wanted, place + 1)


def _unfolded(hits: Sequence[Span], pieces: Sequence[str], ends: Sequence[int]) -> list[Span]:
    """Return the spans of all pieces that overlap a hit."""
    spans: list[Span] = []
    left = iter(hits)
    hit = next(left, None)
    folded_start = start = 0
    for piece, folded_end in zip(pieces, ends, strict=True):
        while hit is not None and hit[1] <= folded_start:
            hit = next(left, None)
        if hit is None:
            break
        if folded_start < hit[1] and hit[0] < folded_end:
            spans.append((start, start + len(piece)))
        folded_start = folded_end
        start += len(piece)
    return spans


def _merge(spans: Sequence[Span]) -> list[Span]:
    """Merge spans that overlap or touch; they must be sorted."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
