"""The dialogs of the Compare page: a figure is written, two models are sampled."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import FileProblem
from studio import theme
from studio.dialogs import compare_figure, compare_models
from studio.dialogs.compare_figure import CompareFigureDialog
from studio.dialogs.compare_models import CompareModels
from studio.document import Document, ShownClip
from studio.pages.compare_session import named
from studio.settings import Settings
from tests.studio.conftest import make_motion


@pytest.fixture
def dialog(dressed: Any, qtbot: Any, home: Path, tmp_path: Path) -> CompareFigureDialog:
    motions = [make_motion(61, kind="estimated", estimator=name) for name in ("vibe", "pare")]
    clips = named(
        [ShownClip(key=str(i), motion=m, name="x", kind="estimated") for i, m in enumerate(motions)]
    )
    answer = SimpleNamespace(motions=tuple(motions), num_frames=61)
    session: Any = SimpleNamespace(clips=clips, answer=answer)
    settings = Settings(tmp_path / "s.ini")
    settings.set("export/folder", str(tmp_path / "new folder"))
    dialog = CompareFigureDialog(session, Document(), "png", settings=settings)
    qtbot.addWidget(dialog)
    return dialog


def test_the_recipe_is_what_the_controls_say(dialog: CompareFigureDialog) -> None:
    recipe = dialog.recipe()
    assert recipe.every == 10 and recipe.names == ("VIBE", "PARE") and recipe.width_mm == 174.0
    assert set(recipe.colors) == {theme.DATA}
    dialog.colors.setChecked(True)
    dialog.every.set_value(3)
    assert dialog.recipe().colors == (theme.VIBE, theme.PARE) and dialog.recipe().every == 3
    assert "21 bodies a row" in dialog.preview.text()


def test_a_figure_is_written_into_a_folder_that_is_made(
    dialog: CompareFigureDialog, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(motions: Any, path: Path, recipe: Any, progress: Any) -> Path:
        path.write_bytes(b"figure")
        return path

    monkeypatch.setattr(compare_figure, "write_figure", write)
    dialog.begin()
    qtbot.waitUntil(lambda: not dialog.is_working)
    assert dialog.path.read_bytes() == b"figure" and dialog.path.suffix == ".png"
    assert "Written" in dialog.preview.text()


def test_what_cannot_be_written_is_said(
    dialog: CompareFigureDialog, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Path:
        raise FileProblem("The disk is full.", "Make room.")

    monkeypatch.setattr(compare_figure, "write_figure", refuse)
    dialog.begin()
    qtbot.waitUntil(lambda: not dialog.is_working)
    assert dialog.preview.text() == "The disk is full. Make room."


def test_two_models_give_a_clip_each(
    dressed: Any, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / f"{name}.safetensors" for name in "ab"]
    for file in files:
        file.write_bytes(b"")
    monkeypatch.setattr(compare_models, "shared_labels", lambda *_: ("kicking", "salute"))
    asked: list[Any] = []

    def sample(first: Path, second: Path, settings: Any, progress: Any) -> list[Any]:
        asked.append((first, second, settings))
        return [(path.name, make_motion(20)) for path in (first, second)]

    monkeypatch.setattr(compare_models, "sample_both", sample)
    dialog = CompareModels()
    qtbot.addWidget(dialog)
    dialog.files[0].line.setText("")
    assert not dialog.work_button.isEnabled()
    for field, file in zip(dialog.files, files, strict=True):
        field.line.setText(str(file))
    dialog.action.select("salute")
    with qtbot.waitSignal(dialog.sampled) as sampled:
        dialog.begin()
    clips = sampled.args[0]
    assert [clip.name.endswith(f"{n}.safetensors") for clip, n in zip(clips, "ab", strict=True)]
    assert asked[0][2].label == "salute" and len({clip.color for clip in clips}) == 2
