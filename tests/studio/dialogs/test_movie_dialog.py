"""The dialog that films the view: what it asks becomes the movie's settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from core.motion import Motion
from studio.dialogs.movie import MovieDialog
from studio.document import Document, ShownClip
from studio.settings import Settings
from studio.viewport.camera import View


class SeenFrom:
    """What the dialog asks of a viewport."""

    view = View(yaw=77.0)
    seconds = 0.25


@pytest.fixture
def dialog(
    dressed: Any, home: Path, tmp_path: Path, motion: Callable[..., Motion], qtbot: Any
) -> Iterator[MovieDialog]:
    document = Document(None)
    document.show(
        [ShownClip(key="a", motion=motion(), name="kicking", kind="generated", detail="seed 7")]
    )
    viewport: Any = SeenFrom()
    dialog = MovieDialog(document, viewport, settings=Settings(tmp_path / "settings.ini"))
    qtbot.addWidget(dialog)
    dialog.folder.setText(str(tmp_path / "films"))
    yield dialog


def test_the_camera_is_the_views_unless_another_is_chosen(dialog: MovieDialog) -> None:
    assert dialog.settings().camera == SeenFrom.view
    dialog.camera.select("front")
    assert dialog.settings().camera == "front"


def test_a_turntable_of_the_moment_stands_still_and_turns(dialog: MovieDialog) -> None:
    dialog.way.setCurrentIndex(2)
    settings = dialog.settings()
    assert settings.frozen == 0.25 and settings.turns == 1.0
    assert "180 pictures, 6.0 seconds" in dialog.preview.text()


def test_a_movie_cannot_be_transparent_and_says_so(dialog: MovieDialog) -> None:
    dialog.background.select("transparent")
    assert "no transparency" in dialog.preview.text()
    assert not dialog.work_button.isEnabled()
    dialog.kind.select(".png")
    assert dialog.work_button.isEnabled()


def test_filming_writes_the_file_and_offers_its_folder(dialog: MovieDialog, qtbot: Any) -> None:
    dialog.size_choice.select((640, 360))
    dialog.rate.select(15.0)
    dialog.film()
    qtbot.waitUntil(lambda: not dialog.is_working, timeout=60_000)
    assert dialog.path.exists(), dialog.preview.text()
    assert not dialog.folder_button.isHidden()
    with av.open(str(dialog.path)) as film:
        assert film.streams.video[0].frames == 15
    assert "replaces" not in dialog.preview.text()
    dialog._ask()
    assert "replaces the file" in dialog.preview.text()
