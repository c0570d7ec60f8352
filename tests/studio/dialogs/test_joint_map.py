"""The joint map dialog: what it shows of a guess, how it is corrected, what it imports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from core.body import default_body
from core.importing import PLAIN, JointMapNeeded, import_motions, saved_map
from core.project import Project
from core.rotation import rotvec_to_rotmat
from core.skeleton import JOINT_NAMES, PARENTS
from studio.dialogs.joint_map import NOT_MAPPED, JointMapDialog
from studio.document import Document
from studio.services import joint_maps
from studio.window import dialogs, files
from tests.core.importing.skeletons import write_bvh

STRANGE = {"left_wrist": "Paw", "right_wrist": "Claw"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A BVH whose hands nobody could guess."""
    names = [STRANGE.get(name, name) for name in JOINT_NAMES]
    names[22], names[23] = "flipper one", "flipper two"
    joints = default_body().rest_joints.astype(np.float64)
    offsets = (joints - joints[list(PARENTS)]) * 100
    offsets[0] = 0
    poses = np.zeros((8, 24, 3))
    poses[:, 5, 0] = np.linspace(0, 1, 8)
    root = np.tile(joints[0] * 100 + [0, 120, 0], (8, 1))
    text = write_bvh(names, list(PARENTS), offsets, rotvec_to_rotmat(poses), root)
    (tmp_path / "strange.bvh").write_text(text)
    return tmp_path / "strange.bvh"


@pytest.fixture
def dialog(dressed: Any, home: Path, path: Path, qtbot: Any) -> JointMapDialog:
    read = joint_maps.load(path)
    dialog = JointMapDialog(path, read.sources, read.joint_map)
    qtbot.addWidget(dialog)
    return dialog


def test_what_is_missing_is_said_and_cannot_be_imported(dialog: JointMapDialog) -> None:
    assert "left wrist, right wrist" in dialog.warned.text()
    assert not dialog.import_button.isEnabled()
    assert dialog.rows["left_wrist"].choice.currentText() == NOT_MAPPED
    assert dialog.rows["left_elbow"].choice.currentText() == "left_elbow"
    assert joint_maps.sureness(dialog.joint_map, "left_wrist").text == "missing"
    assert joint_maps.sureness(dialog.joint_map, "left_hand").text == "left out"


def test_choosing_the_missing_joints_imports_and_remembers(
    dialog: JointMapDialog, path: Path, qtbot: Any
) -> None:
    with pytest.raises(JointMapNeeded):
        import_motions(path)
    dialog.choose("left_wrist", "Paw")
    assert dialog._current == "right_wrist", "on to the next gap"
    dialog.choose("right_wrist", "Claw")
    assert dialog.import_button.isEnabled()
    assert "22 of 24" in dialog.said.text()
    assert "Knees bend" in dialog.said.text()
    with qtbot.waitSignal(dialog.imported, timeout=10_000) as signal:
        dialog.accept_map()
    (clip,) = signal.args[0]
    assert clip.motion.num_frames == 8
    assert len(import_motions(path)) == 1, "the map is kept for the next time"


def test_a_map_is_not_kept_when_that_is_not_wished(dialog: JointMapDialog, qtbot: Any) -> None:
    dialog.choose("left_wrist", "Paw")
    dialog.choose("right_wrist", "Claw")
    dialog.keep.setChecked(False)
    with qtbot.waitSignal(dialog.imported, timeout=10_000):
        dialog.accept_map()
    assert saved_map(dialog.source.signature) is None


def test_orientations_can_be_taken_as_they_are(dialog: JointMapDialog, qtbot: Any) -> None:
    dialog.choose("left_wrist", "Paw")
    dialog.choose("right_wrist", "Claw")
    motions = []
    for manner in (0, 1):
        dialog.manner.setCurrentIndex(manner)
        with qtbot.waitSignal(dialog.imported, timeout=10_000) as signal:
            dialog.accept_map()
        motions.append(signal.args[0][0].motion)
    assert dialog.options == PLAIN
    bend = [float(np.abs(m.poses[-1, 5]).max()) for m in motions]
    assert bend[1] == pytest.approx(1.0, abs=1e-4), "the knee as it is in the file"
    assert "Knees bend 0 to 57°" in dialog.said.text()


def test_a_joint_used_twice_is_refused_and_named(dialog: JointMapDialog) -> None:
    dialog.choose("left_wrist", "Paw")
    dialog.choose("right_wrist", "Paw")
    assert "Used twice: Paw" in dialog.warned.text()
    assert not dialog.import_button.isEnabled()


def test_clicking_the_figure_maps_the_row_in_question(dialog: JointMapDialog, qtbot: Any) -> None:
    dialog.show()
    place = dialog.figure.place_of("Paw").toPoint()
    QTest.mouseClick(dialog.figure, Qt.MouseButton.LeftButton, pos=place)
    assert dialog.joint_map.joints["left_wrist"] == "Paw"
    QTest.mouseClick(dialog.figure, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert "right_wrist" not in dialog.joint_map.joints, "beside the body nothing happens"


def test_the_figure_shows_the_body_from_the_front(dialog: JointMapDialog) -> None:
    paw, claw = (dialog.figure.place_of(name) for name in ("Paw", "Claw"))
    head, foot = (dialog.figure.place_of(name) for name in ("head", "left_foot"))
    assert paw.x() > claw.x() + 50, "its left on our right"
    assert head.y() < foot.y() - 50


def test_search_finds_joints_of_both_skeletons(dialog: JointMapDialog) -> None:
    dialog.choose("left_wrist", "Paw")
    dialog.show()
    dialog.search.setText("paw")
    assert [j for j, row in dialog.rows.items() if row.isVisible()] == ["left_wrist"]
    dialog.search.setText("left KNEE")
    assert [j for j, row in dialog.rows.items() if row.isVisible()] == ["left_knee"]
    dialog.search.setText("nothing like it")
    assert dialog.nothing.isVisible()
    dialog.search.clear()
    assert all(row.isVisible() for row in dialog.rows.values())


def test_typed_text_that_is_no_joint_goes_back(dialog: JointMapDialog) -> None:
    choice = dialog.rows["head"].choice
    choice._field.setText("nonsense")
    choice._settle()
    assert choice.currentText() == "head"


def test_guessing_again_forgets_changes(dialog: JointMapDialog) -> None:
    dialog.choose("head", None)
    assert "head" not in dialog.joint_map.joints
    dialog.guess_again()
    assert dialog.joint_map.joints["head"] == "head"


def test_an_unknown_skeleton_dropped_on_the_window_opens_its_joint_map(
    dressed: Any, home: Path, path: Path, qtbot: Any, tmp_path: Path
) -> None:
    document = Document(Project.open(tmp_path / "project"))
    parent = QWidget()
    qtbot.addWidget(parent)
    read = files.read_clips([path])
    assert read.unmapped == (path,)
    assert not read.problems
    dialogs.open_joint_map(parent, document, path)
    qtbot.waitUntil(lambda: bool(parent.findChildren(JointMapDialog)), timeout=10_000)
    (dialog,) = parent.findChildren(JointMapDialog)
    dialog.choose("left_wrist", "Paw")
    dialog.choose("right_wrist", "Claw")
    with qtbot.waitSignal(document.library_changed, timeout=10_000):
        dialog.accept_map()
    assert [clip.name for clip in document.clips()] == ["strange"]
    assert document.project is not None
    document.project.close()
