"""Numbers in as few digits as they need."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def shortest(values: NDArray[np.float32]) -> Any:
    """Return numbers, nested as they were, that print in the fewest digits for that float32."""
    # By way of text: a float32 that became a float64 as it is would be printed in 17 digits.
    return np.asarray(values, np.float32).astype(str).astype(np.float64).tolist()
