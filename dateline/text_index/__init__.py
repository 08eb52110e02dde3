"""The index over the folded texts: written by imports, asked by search.

It holds where every run of three characters stands in them, block by block, in the same tables on
both databases (docs/decisions/0016).
"""

from dateline.text_index.asking import Asked, TextIndex
from dateline.text_index.blocks import Field, Range
from dateline.text_index.changing import add_entry, remove_entry
from dateline.text_index.writing import index_rest, index_whole_blocks

__all__ = [
    "Asked",
    "Field",
    "Range",
    "TextIndex",
    "add_entry",
    "index_rest",
    "index_whole_blocks",
    "remove_entry",
]
