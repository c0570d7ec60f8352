"""What every test gets: small thread pools, and the way to the shared test data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Tiny networks on few cores: a pool of threads costs more than it brings. Before torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# A page that tells how long a training takes would measure the machine, in every test's own home.
os.environ.setdefault("MOTION_STUDIO_UNMEASURED", "1")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test data beside the checkout; without it, a test is skipped."""
    if not SHARED.is_dir():
        pytest.skip("the folder of shared test data is not beside this checkout")
    return SHARED
