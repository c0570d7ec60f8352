"""A training gives way to the window, in its session too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from training.priority import NICENESS, give_way

_CODE = """
import os, sys
from pathlib import Path
from training.priority import give_way, share_niceness
give_way(os.getpid())
share_niceness(Path(sys.argv[1]))
print(os.getpriority(os.PRIO_PROCESS, 0))
"""


def _run(file: Path, *, leads: bool) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _CODE, str(file)],
        capture_output=True, text=True, check=True, start_new_session=leads,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return int(done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="priorities have other names there")
class TestNiceness:
    def test_the_session_a_process_leads_takes_its_niceness(self, tmp_path: Path) -> None:
        file = tmp_path / "autogroup"
        file.write_text("/autogroup-7 nice 0", encoding="ascii")
        assert _run(file, leads=True) >= NICENESS
        assert int(file.read_text(encoding="ascii")) >= NICENESS

    def test_the_session_of_a_shell_keeps_its_own(self, tmp_path: Path) -> None:
        file = tmp_path / "autogroup"
        file.write_text("before", encoding="ascii")
        _run(file, leads=False)
        assert file.read_text(encoding="ascii") == "before"


def test_a_process_that_has_gone_is_no_error() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    give_way(child.pid)
    assert os.getpriority(os.PRIO_PROCESS, 0) < NICENESS
