"""Running a command line in this process, as the shell would see it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from core.motion import Motion, Provenance
from core.motion_file import save_motion
from studio import leaving
from studio.cli import main


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd, monkeypatch) -> Callable[..., Result]:
    """Run ``motion-studio <words>``; gives its exit code and what it printed."""
    # another test's worker thread may still be there
    monkeypatch.setattr(leaving, "_end_at_once", sys.exit)

    def call(*words: object) -> Result:
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        out, err = capfd.readouterr()
        code = left.value.code
        return Result(0 if code is None else int(code), out, err)

    return call


@pytest.fixture
def make_clip(tmp_path) -> Callable[..., Path]:
    """Write a small clip and return its path."""

    def make(name: str = "kick.npz", label: str = "kicking", num_frames: int = 12) -> Path:
        generator = np.random.default_rng(len(name))
        motion = Motion(
            poses=np.cumsum(generator.normal(scale=0.02, size=(num_frames, 24, 3)), axis=0),
            trans=np.zeros((num_frames, 3)),
            provenance=Provenance(kind="generated", label=label, seed=7),
        )
        path = tmp_path / name
        save_motion(path, motion)
        return path

    return make
