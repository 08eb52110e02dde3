"""The index of the folded texts: written by imports, read by search.

It stores where every trigram (three consecutive characters) occurs in them, block by block, in the
same tables on both databases (docs/decisions/0016).
"""

from dateline.text_index.blocks import BlockHeader, Blocks, Field
from dateline.text_index.changing import Indexed, reindex
from dateline.text_index.lookup import TextIndex, TextQuery
from dateline.text_index.sorting import Sorter, open_sorter
from dateline.text_index.writing import Indexing, index_all

__all__ = [
    "BlockHeader",
    "Blocks",
    "Field",
    "Indexed",
    "Indexing",
    "Sorter",
    "TextIndex",
    "TextQuery",
    "index_all",
    "open_sorter",
    "reindex",
]
