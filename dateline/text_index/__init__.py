"""The index over the folded texts: written by imports, asked by search.

It holds where every trigram stands in them, three characters in a row, block by block, in the same
tables on both databases (docs/decisions/0016).
"""

from dateline.text_index.asking import Asked, TextIndex
from dateline.text_index.blocks import Blocks, Field, Range
from dateline.text_index.changing import Indexed, reindex
from dateline.text_index.sorting import Sorter, open_sorter
from dateline.text_index.writing import Indexing, index_all

__all__ = [
    "Asked",
    "Blocks",
    "Field",
    "Indexed",
    "Indexing",
    "Range",
    "Sorter",
    "TextIndex",
    "index_all",
    "open_sorter",
    "reindex",
]
