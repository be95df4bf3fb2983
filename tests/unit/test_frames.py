import subprocess
import sys

import oracles

_TOLD = """
import sys, app, practices_db.__main__
from practices_db import frames as pd
print("pandas" in sys.modules, pd.isna(None), "pandas" in sys.modules)
"""


def test_pandas_is_loaded_when_it_is_first_used() -> None:
    told = subprocess.run([sys.executable, "-c", _TOLD], cwd=oracles.ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "True", "True"]
