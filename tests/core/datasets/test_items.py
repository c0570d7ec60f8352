"""Items of the published data sets: the readers and the draws together give the same numbers."""

from __future__ import annotations

import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest

from core.datasets.items import item, joints_item
from core.datasets.readers import ImportOptions, humanact12, import_dataset, ntu13
from core.datasets.sampling import OfficialDraws, frame_indices

GOLDEN = Path(__file__).parents[4] / "shared/golden/actor"


def golden(name: str) -> dict[str, np.ndarray]:
    if not (GOLDEN / name).is_file():
        pytest.skip("the reference items lie outside the repository")
    with np.load(GOLDEN / name) as content:
        return {key: content[key] for key in content.files}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))


NTU_NAMES = ("S001C002P003R002A006.pkl", "S001C003P008R001A100.pkl")


def ntu_folder(folder: Path, clips: list[tuple[np.ndarray, np.ndarray]]) -> Path:
    folder.mkdir()
    for name, (pose, joints) in zip(NTU_NAMES, clips, strict=True):
        joblib.dump({1: {"pose": pose, "joints3d": joints}}, folder / name)
    (folder / "ntu_vibe_list.txt").write_text("\n".join(NTU_NAMES) + "\n")
    return folder


def test_items_of_ntu13_are_the_published_ones(tmp_path):
    want = golden("ntu_item.npz")
    folder = ntu_folder(
        tmp_path / "ntu13", [(want[f"pose_{i}"], want[f"joints3d_{i}"]) for i in (0, 1)]
    )
    # random numbers know no upright: say which way the files are
    store = import_dataset(folder, name="ntu", options=ImportOptions(axes="y down"))
    features = store.features()
    assert features.labels.tolist() == [want["label_0"], want["label_1"]]
    assert (want["action2motion_joints"] == ntu13.A2M_JOINTS).all()
    draws = OfficialDraws(3)
    for i in (0, 1):
        frames = frame_indices(int(features.lengths[i]), 16, rng=draws, official=True)
        clip = features.clip(i)
        for form in ("rot6d", "rotmat", "rotvec", "rotquat"):
            found, wanted = item(clip, frames, form=form, y_down=True), want[f"item_{form}_{i}"]
            if form == "rotquat":  # q and -q are the same rotation
                signs = np.sign((found[:24] * wanted[:24]).sum(axis=1, keepdims=True))
                found[:24] *= signs
            assert np.abs(found - wanted).max() < 2e-5, (i, form)
        _, joints = ntu13.person(folder / NTU_NAMES[i])
        found = joints_item(ntu13.a2m_joints(joints), frames)
        assert np.abs(found - want[f"item_xyz_{i}"]).max() < 1e-6


def test_the_item_of_humanact12_is_the_published_one(tmp_path):
    want = golden("humanact12_item.npz")
    content = {"poses": [want["pose"]], "oldposes": [], "joints3D": [want["joints3D"]],
               "y": [int(want["label"])]}  # fmt: skip
    (tmp_path / humanact12.FILE).write_bytes(pickle.dumps(content))
    store = import_dataset(
        tmp_path / humanact12.FILE, name="h12", options=ImportOptions(axes="y down")
    )
    features = store.features()
    assert store.labels[int(features.labels[0])] == "throw"
    frames = frame_indices(31, 60, rng=OfficialDraws(0), official=True)
    found = item(features.clip(0), frames, y_down=True)
    assert found.shape == (25, 6, 60)
    assert np.abs(found - want["item"]).max() < 2e-6
