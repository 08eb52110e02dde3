"""The NumPy array types that several packages share."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
"""Ids, seconds, places, or whatever the variable's name says."""

Mask = NDArray[np.bool_]
"""A boolean for each item."""

Bytes = bytes | bytearray
"""An array as it is stored."""

NONE: Final[Numbers] = np.empty(0, np.int64)
