"""The types of NumPy's arrays that go from room to room."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
"""Ids, seconds, places, or whatever the name of a variable says."""

Mask = NDArray[np.bool_]
"""For each of something whether it is so."""

Bytes = bytes | bytearray
"""An array as it is stored."""

NONE: Final[Numbers] = np.empty(0, np.int64)
