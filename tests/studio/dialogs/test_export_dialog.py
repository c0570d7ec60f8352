"""The export dialog: what it offers, what it writes, and what it says when it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.body import joint_positions
from core.motion import Motion
from core.motion_file import load_motion
from core.project import AddClips, NewClip, Project
from studio.dialogs.export import ExportDialog
from studio.dialogs.models import ModelsDialog
from studio.document import Document, ShownClip
from studio.services import exporting
from studio.settings import Settings


@pytest.fixture
def document(
    dressed: Any, home: Path, tmp_path: Path, motion: Callable[..., Motion]
) -> Iterator[Document]:
    document = Document(Project.open(tmp_path / "project"))
    document.show(
        ShownClip(key=f"sample-{i}", motion=motion(), name="kicking", kind="generated",
                  detail=f"seed 7 {'ab'[i]}")
        for i in range(2)
    )  # fmt: skip
    yield document
    assert document.project is not None
    document.project.close()


@pytest.fixture
def dialog(document: Document, qtbot: Any, tmp_path: Path) -> ExportDialog:
    dialog = ExportDialog(document)
    qtbot.addWidget(dialog)
    dialog.folder.setText(str(tmp_path / "out"))
    return dialog


def finished(dialog: ExportDialog, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: dialog._handle is None, timeout=10_000)


def test_enter_writes_the_selected_clip_and_says_where(
    dialog: ExportDialog, tmp_path: Path, qtbot: Any
) -> None:
    assert "kicking seed 7 a.bvh" in dialog.preview.text()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    finished(dialog, qtbot)
    written = tmp_path / "out" / "kicking seed 7 a.bvh"
    assert written.read_text().startswith("HIERARCHY")
    assert str(written) in dialog.preview.text() and not dialog.folder_button.isHidden()


def test_all_shown_clips_in_both_formats(dialog: ExportDialog, tmp_path: Path, qtbot: Any) -> None:
    dialog.which.setCurrentIndex(dialog.which.findData("shown"))
    dialog.formats[".npz"].setChecked(True)
    dialog.export()
    finished(dialog, qtbot)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [f"kicking seed 7 {x}.{y}" for x in "ab" for y in ("bvh", "npz")]
    assert load_motion(tmp_path / "out" / names[1]).num_frames == 30


def test_clips_of_the_library_are_offered(
    document: Document, motion: Callable[..., Motion], qtbot: Any
) -> None:
    document.execute(AddClips([NewClip(motion=motion(), name="kept")]))
    dialog = ExportDialog(document)
    qtbot.addWidget(dialog)
    dialog.which.setCurrentIndex(dialog.which.findData("all"))
    assert [clip.name for clip in dialog.clips()] == ["kept"]


def test_without_a_format_nothing_can_be_written(dialog: ExportDialog) -> None:
    for box in dialog.formats.values():
        box.setChecked(False)
    assert not dialog.export_button.isEnabled()
    assert "No format" in dialog.preview.text()


def test_a_wrong_pattern_is_said_while_typing(dialog: ExportDialog) -> None:
    dialog.pattern.setText("{colour}")
    assert "{colour}" in dialog.preview.text() and not dialog.export_button.isEnabled()
    dialog.pattern.setText("{label} {number}")
    assert "kicking 1.bvh" in dialog.preview.text() and dialog.export_button.isEnabled()


def test_a_full_disk_is_a_sentence_and_the_dialog_stays_usable(
    dialog: ExportDialog, document: Document, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    def full(file: exporting.PlannedFile, settings: exporting.ExportSettings) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.export.batch.write_file", full)
    said: list[str] = []
    document.problem.connect(lambda message, hint: said.append(message))
    dialog.export()
    finished(dialog, qtbot)
    assert "disk is full" in said[0] and "disk is full" in dialog.preview.text()
    assert dialog.export_button.isEnabled()


def test_the_folder_is_remembered(dialog: ExportDialog, document: Document, qtbot: Any) -> None:
    dialog.export()
    finished(dialog, qtbot)
    again = ExportDialog(document)
    qtbot.addWidget(again)
    assert again.folder.text() == dialog.folder.text()


def test_the_models_dialog_lists_what_is_missing(document: Document, qtbot: Any) -> None:
    dialog = ModelsDialog(document)
    qtbot.addWidget(dialog)
    assert dialog.install_button.isEnabled()  # the data folder of a test is empty
    assert dialog._rows.count() > 4


def test_choosing_a_program_answers_everything_and_changing_an_answer_unmarks_it(
    dialog: ExportDialog,
) -> None:
    dialog.form.choose("unreal")
    settings = dialog.settings()
    assert settings.endings == (".fbx",)
    assert settings.options.skeleton == "unreal5" and settings.options.root_bone == "motion"
    assert [key for key, chip in dialog.form.targets.items() if chip.isChecked()] == ["unreal"]
    dialog.form.fields["start_at_origin"].setChecked(True)
    assert not any(chip.isChecked() for chip in dialog.form.targets.values())


def test_options_a_format_does_not_have_are_out_of_sight(dialog: ExportDialog) -> None:
    dialog.form._fold()
    assert dialog.form.fields["facing"].isVisibleTo(dialog)
    dialog.form.choose("web")
    assert not dialog.form.fields["facing"].isVisibleTo(dialog)
    assert dialog.form.fields["vrm"].isVisibleTo(dialog)


def test_the_answers_of_the_last_export_are_asked_first_the_next_time(
    document: Document, tmp_path: Path, qtbot: Any
) -> None:
    store = Settings(tmp_path / "settings.ini")
    first = ExportDialog(document, settings=store)
    qtbot.addWidget(first)
    first.folder.setText(str(tmp_path / "out"))
    first.form.choose("maya")
    first.export()
    finished(first, qtbot)
    again = ExportDialog(document, settings=store)
    qtbot.addWidget(again)
    assert again.settings().options == first.settings().options
    assert again.settings().endings == (".fbx",)
    store.set("export/answers", "{damaged")
    third = ExportDialog(document, settings=store)
    qtbot.addWidget(third)
    assert third.settings().endings == (".bvh",)


def test_several_clips_become_one_fbx(dialog: ExportDialog, tmp_path: Path, qtbot: Any) -> None:
    dialog.form.choose("unity")
    assert not dialog.one_file.isEnabled()
    dialog.which.setCurrentIndex(dialog.which.findData("shown"))
    dialog.one_file.setChecked(True)
    dialog.export()
    finished(dialog, qtbot)
    assert len(list((tmp_path / "out").iterdir())) == 1
    assert "read back to 0.0" in dialog.preview.text()


def test_the_written_file_can_be_laid_over_its_clip(
    dialog: ExportDialog, document: Document, qtbot: Any
) -> None:
    dialog.form.choose("blender")
    dialog.export()
    finished(dialog, qtbot)
    assert not dialog.ghost_button.isHidden()
    dialog.show_ghost()
    finished(dialog, qtbot)
    clip, ghost = document.bodies()[0], document.bodies()[-1]
    assert document.shown[-1].over == document.selected_key == clip.key
    assert ghost.position == clip.position and ghost.opacity < 1.0
    difference = joint_positions(ghost.motion) - joint_positions(clip.motion)
    assert abs(difference).max() < 1e-4
    dialog.show_ghost()
    finished(dialog, qtbot)
    assert len(document.shown) == 3  # the two clips and one ghost, not two
