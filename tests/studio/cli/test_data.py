"""``motion-studio data`` as the shell sees it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.export import export_motion
from tests.core.datasets.readers.made import motion


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path):
    for number, place in enumerate(("walk/a.bvh", "walk/b.bvh", "run/c.bvh", "jump/d.bvh")):
        (tmp_path / "bvh" / place).parent.mkdir(parents=True, exist_ok=True)
        export_motion(motion(20 + number, number), tmp_path / "bvh" / place)
    return tmp_path / "bvh"


def test_a_folder_is_looked_at_imported_listed_exported_and_deleted(run, folder, tmp_path):
    result = run("data", "import", folder, "--look")
    assert result.code == 0 and "4 motion files, 3 labels" in result.out
    assert not (tmp_path / "home").exists()

    result = run("data", "import", folder, "--name", "mine", "--labels", "run,walk")
    assert result.code == 0, result.err
    assert "mine: 3 clips" in result.out and "0 run" in result.out

    result = run("data", "list")
    assert "demo" in result.out and "mine" in result.out and "Motion files: bvh" in result.out

    result = run("data", "info", "mine", "--clips")
    assert "20 to 22 frames" in result.out and "walk/b.bvh" in result.out

    assert run("data", "export", "mine", "--out", tmp_path / "m.jsonl").code == 0
    assert len((tmp_path / "m.jsonl").read_text().splitlines()) == 3
    assert json.loads((tmp_path / "m.jsonl").read_text().splitlines()[0])["label_name"] == "run"
    assert run("data", "export", "mine", "-o", tmp_path / "m.npz", "--labels", "walk").code == 0
    with np.load(tmp_path / "m.npz") as packed:
        assert packed["labels"].tolist() == ["walk", "walk"]
    result = run("data", "export", "mine", "--out", tmp_path / "clips")
    assert len(result.out.splitlines()) == 3

    assert run("data", "delete", "mine", "--yes").code == 0
    assert "mine" not in run("data", "list").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["import", "{}"], "needs a name"),
        (["import", "nowhere", "--name", "x"], "does not exist"),
        (["import", "{}", "--name", "x", "--labels", "swim"], "no clips labelled swim"),
        (["import", "{}", "--name", "x", "--min-frames", "500"], "No clip was left"),
        (["import", "{}", "--name", "x", "--axes", "sideways"], "--axes cannot be"),
        (["import", "{}", "--name", "x/y"], "cannot be the name"),
        (["import", "{}", "--name", "x", "--reader", "kinect"], "no reader"),
        (["info", "nowhere"], "There is no data set"),
        (["delete", "nowhere", "--yes"], "There is no data set"),
        (["delete", "nowhere"], "There are: demo"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(run, folder, words, said):
    result = run("data", *(word.format(folder) for word in words))
    assert result.code == 2 and said in result.err and "Traceback" not in result.err


def test_a_name_is_taken_once(run, folder):
    assert run("data", "import", folder, "--name", "mine").code == 0
    result = run("data", "import", folder, "--name", "mine")
    assert result.code == 2 and "already" in result.err
