"""docs/shortcuts.md says what the program says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_keys_is_what_the_table_of_actions_gives():
    run = subprocess.run(
        [sys.executable, "tools/shortcuts.py", "--check"], cwd=ROOT, text=True,
        capture_output=True, timeout=60, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
