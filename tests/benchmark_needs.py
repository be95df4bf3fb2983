"""The figures of benchmarks/needs.py for tests: one way of working them out."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_path = Path(__file__).parents[1] / "benchmarks" / "needs.py"
_spec = importlib.util.spec_from_file_location("needs_benchmark", _path)
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _module
_spec.loader.exec_module(_module)
asked_of, figures, read_from_words = _module.asked_of, _module.figures, _module.read_from_words
folder_figures, ndcg_at_5, precision_at_5 = _module.folder_figures, _module.ndcg_at_5, _module.precision_at_5
