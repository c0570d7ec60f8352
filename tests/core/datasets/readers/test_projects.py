"""The studio's own projects as data sets; clips that are there twice; damaged stores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from core.datasets.readers import ImportOptions, import_dataset, inspect_dataset
from core.datasets.records import ClipInfo
from core.datasets.store import ClipStore
from core.errors import FileProblem
from core.motion import Provenance
from core.motion_file import save_motion
from core.project import Project
from tests.core.datasets.readers.made import motion


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))


def test_a_projects_labelled_clips_keep_video_and_estimator(tmp_path):
    with Project.open(tmp_path / "project") as project:
        for number, (estimator, label) in enumerate(
            [("vibe", "wave"), ("pare", "wave"), ("vibe", "bow"), ("vibe", "")]
        ):
            origin = Provenance(kind="estimated", source="film.mp4", source_sha256=f"{number // 2}",
                                estimator=estimator)  # fmt: skip
            clip = motion(20 + number, number).replace(provenance=origin)
            project.add(clip, f"clip {number}", label)
    found = inspect_dataset(tmp_path / "project")
    assert found.labels == ("bow", "wave") and "1 without a label are left out" in found.text
    every = import_dataset(tmp_path / "project", name="both")
    assert len(every) == 3 and every.estimators == ("pare", "vibe")
    assert len({record.file for record in every.records}) == 2
    vibe = import_dataset(
        tmp_path / "project", name="vibe", options=ImportOptions(estimator="vibe")
    )
    assert len(vibe) == 2 and vibe.estimators == ("vibe",)


def test_clips_that_are_there_twice_are_counted(tmp_path):
    for name in ("walk/a", "walk/b", "run/c"):
        save_motion(tmp_path / "clips" / f"{name}.npz", motion(20, seed=len(name)))
    assert "number for number: 1" in import_dataset(tmp_path / "clips", name="twins").note


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(where=some.sampled_from(["store.sqlite", "segments/000000.poses.npy",
                                "segments/000000.trans.npy"]),
       share=some.floats(0, 1), cut=some.booleans(), byte=some.integers(0, 255))  # fmt: skip
def test_a_damaged_store_gives_clips_or_a_sentence(tmp_path_factory, where, share, cut, byte):
    folder = tmp_path_factory.mktemp("damaged")
    store = ClipStore.create(folder, "x", ["a", "b"])
    store.add(
        [motion(6, i) for i in range(3)], [ClipInfo(name=str(i), label=i % 2) for i in (0, 1, 2)]
    )
    store.close()
    path = folder / where
    content = bytearray(path.read_bytes())
    at = min(int(share * len(content)), len(content) - 1)
    if cut:
        content = content[:at]
    else:
        content[at : at + 40] = bytes([byte]) * len(content[at : at + 40])
    path.write_bytes(content)
    try:
        store = ClipStore.open(folder)
        for record in store.records:
            assert np.isfinite(store.motion(record.index).poses).all()
        store.fingerprint()
    except FileProblem as told:
        assert told.hint
