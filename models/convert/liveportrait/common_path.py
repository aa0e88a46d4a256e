"""Makes the package `common` importable, whatever the working directory. Programs import this before anything else."""

import sys
from pathlib import Path

_PARENT = str(Path(__file__).resolve().parents[1])
if _PARENT not in sys.path:
    sys.path.append(_PARENT)
