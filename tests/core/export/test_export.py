"""Every exporter writes whole files or none, and says in a sentence why it could not."""

from __future__ import annotations

import builtins
import errno
import os
from pathlib import Path

import numpy as np
import pytest

from core.errors import FileProblem
from core.export import EXPORTERS, export_motion, exporter_for
from core.motion import Provenance
from core.motion_file import load_motion
from tests.core.export.motions import lively_motion

ENDINGS = sorted(EXPORTERS)


def test_the_clip_file_keeps_everything(tmp_path):
    motion = lively_motion(8).replace(
        provenance=Provenance(kind="generated", label="kicking", seed=7, sample=2), inferred=(1, 3)
    )
    export_motion(motion, tmp_path / "a.NPZ")
    back = load_motion(tmp_path / "a.NPZ")
    np.testing.assert_array_equal(back.poses, motion.poses)
    assert back.provenance == motion.provenance
    assert back.inferred == (1, 3)


def test_an_unknown_ending_lists_the_known_ones(tmp_path):
    with pytest.raises(FileProblem, match=r"ending \.fbxx is not known.*\.bvh or \.fbx"):
        export_motion(lively_motion(2), tmp_path / "a.fbxx")
    with pytest.raises(FileProblem, match="without an ending"):
        exporter_for(Path("a"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_leaves_the_old_file_as_it_was(tmp_path, monkeypatch, ending):
    path = tmp_path / f"a{ending}"
    path.write_text("the old file")
    real = builtins.open

    class Full:
        def __init__(self, stream):
            self.stream = stream

        def __enter__(self):
            return self

        def __exit__(self, *exception):
            self.stream.close()

        def write(self, data):
            self.stream.write(bytes(data)[:100])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def __getattr__(self, name):
            return getattr(self.stream, name)

    def open_full(self, mode="r", *args, **kwargs):
        stream = real(self, mode, *args, **kwargs)
        return Full(stream) if "w" in mode else stream

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(FileProblem, match="disk is full"):
        export_motion(lively_motion(4), path)
    monkeypatch.undo()
    assert path.read_text() == "the old file"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_folder_without_the_right_to_write_is_named(tmp_path, monkeypatch, ending):
    def refused(*_args, **_kwargs):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("core.atomic.tempfile.mkstemp", refused)  # root may write everywhere
    with pytest.raises(FileProblem, match="cannot be written to"):
        export_motion(lively_motion(2), tmp_path / f"a{ending}")


@pytest.mark.parametrize("ending", ENDINGS)
def test_missing_folders_are_made(tmp_path, ending):
    export_motion(lively_motion(2), tmp_path / "new" / "deep" / f"a{ending}")
    assert (tmp_path / "new" / "deep" / f"a{ending}").stat().st_size > 0
