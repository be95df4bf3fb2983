"""pandas, loaded when a table is first made or looked at: a third of all imports, and what only answers needs none.

Written as ``from practices_db import frames as pd``, for types as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["DataFrame", "Series", "isna"]

if TYPE_CHECKING:
    from pandas import DataFrame, Series, isna
else:

    def __getattr__(name: str) -> object:
        import pandas as pd  # noqa: PLC0415 - see above; the lock of imports lets other threads wait

        return getattr(pd, name)
