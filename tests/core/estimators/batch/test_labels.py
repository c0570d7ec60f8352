"""Labels from folders, names and tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.actor.published import LABELS
from core.errors import FileProblem, StudioError
from core.estimators.labels import VideoLabel, labeller
from core.estimators.ntu import ACTIONS


def test_the_folder_is_the_label():
    label = labeller("folder")
    assert label(Path("side_kick/a.mp4")).action == "side kick"
    assert label(Path("gym/side kick/a.mp4")).action == "side kick"
    assert label(Path("a.mp4")).known() == {}


def test_a_name_of_ntu_says_everything():
    found = labeller("ntu")(Path("x/S001C002P003R002A013_rgb.avi"))
    assert found == VideoLabel(
        action="tear up paper", action_id=13, subject="P003", camera="C002", setup="S001",
        repetition="R002",
    )  # fmt: skip
    assert labeller("ntu")(Path("s032c003p106r001a120.mp4")).action_id == 120
    with pytest.raises(FileProblem, match="no name of NTU"):
        labeller("ntu")(Path("dance.mp4"))


def test_the_thirteen_actions_are_called_as_the_models_call_them():
    ids = (6, 7, 8, 9, 22, 23, 24, 38, 80, 93, 99, 100, 102)
    assert tuple(ACTIONS[i] for i in ids) == LABELS["ntu13"]
    assert len(ACTIONS) == len(set(ACTIONS.values())) == 120


def test_a_name_of_uestc():
    found = labeller("uestc")(Path("a39_d1_p002_c1_color.avi"))
    assert (found.action_id, found.subject, found.camera, found.setup) == (39, "p002", "d1", "c1")
    with pytest.raises(FileProblem):
        labeller("uestc")(Path("a.avi"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_finds_videos_by_path_name_and_stem(delimiter, tmp_path):
    table = tmp_path / "labels.csv"
    rows = [
        ["Video", "Label", "action_id", "subject"],
        ["kicks/a.mp4", "side kick", "102", "anna"],
        ["b.mp4", "bow", "", ""],
        ["c", "wave", "", ""],
    ]
    table.write_text("\n".join(delimiter.join(row) for row in rows), encoding="utf-8-sig")
    label = labeller(str(table))
    assert label(Path("kicks/a.mp4")) == VideoLabel(
        action="side kick", action_id=102, subject="anna"
    )
    assert label(Path("somewhere/b.mp4")).action == "bow"
    assert label(Path("somewhere/c.mov")).action == "wave"
    with pytest.raises(FileProblem, match=r"no line for d\.mp4"):
        label(Path("d.mp4"))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a,b\n1,2", "column for the video"),
        ("", "column for the video"),
        ("video,label,action_id\na.mp4,kick,many", "Line 2"),
    ],
)
def test_a_table_that_cannot_be_used_is_a_sentence(text, word, tmp_path):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(FileProblem, match=word):
        labeller(str(tmp_path / "t.csv"))


def test_the_table_in_the_folder_is_found(tmp_path):
    with pytest.raises(FileProblem, match="no tables"):
        labeller("csv", tmp_path)
    (tmp_path / "takes.csv").write_text("video,label\na.mp4,bow")
    assert labeller("csv", tmp_path)(Path("a.mp4")).action == "bow"
    (tmp_path / "other.csv").write_text("x")
    with pytest.raises(FileProblem, match="2 tables"):
        labeller("csv", tmp_path)
    (tmp_path / "Labels.csv").write_text("video,label\na.mp4,wave")
    assert labeller("csv", tmp_path)(Path("a.mp4")).action == "wave"


def test_another_word_is_a_sentence(tmp_path):
    with pytest.raises(StudioError, match="Labels cannot be taken"):
        labeller("filename")
    with pytest.raises(FileProblem, match="cannot be read"):
        labeller(str(tmp_path / "missing.csv"))
