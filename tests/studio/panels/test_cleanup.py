"""Cleaning in the window: previews that keep nothing, one undoable step, contacts by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.motion import Motion, Provenance
from core.project import AddClips, NewClip, Project
from studio.document import Document, ShownClip, shown_from_clip
from studio.panels.cleanup_panel import CleanupPanel
from studio.panels.cleanup_session import CleaningSession


def shaky(num_frames: int = 40) -> Motion:
    """A standing body that trembles."""
    rng = np.random.default_rng(0)
    trans = np.zeros((num_frames, 3))
    trans[:, 1] = 0.9
    return Motion(
        poses=0.06 * rng.standard_normal((num_frames, 24, 3)),
        trans=trans + 0.01 * rng.standard_normal((num_frames, 3)),
        provenance=Provenance(kind="estimated", estimator="blazepose"),
    )


@pytest.fixture
def document(dressed: Any, tmp_path: Path) -> Any:
    document = Document(Project.open(tmp_path / "project"))
    yield document
    assert document.project is not None
    document.project.close()


@pytest.fixture
def panel(document: Document, qtbot: Any) -> CleanupPanel:
    panel = CleanupPanel(CleaningSession(document, document))
    qtbot.addWidget(panel)
    command = AddClips([NewClip(motion=shaky(), name=name) for name in ("a", "b")])
    document.execute(command)
    assert document.project is not None
    document.show(shown_from_clip(clip, document.project.motion(clip.id)) for clip in command.added)
    panel._session.set_active(True)
    return panel


@pytest.fixture
def session(panel: CleanupPanel) -> CleaningSession:
    return panel._session


def seen(document: Document) -> Motion:
    assert document.selected is not None
    return document.selected.motion


def test_moving_the_slider_shows_the_change_and_keeps_nothing(
    panel: CleanupPanel, session: CleaningSession, document: Document, qtbot: Any
) -> None:
    stored = seen(document)
    panel.strength.slider.set_value(0.6, quietly=False)
    qtbot.waitUntil(lambda: seen(document) is not stored)
    assert any(row.startswith("tremble") for row in panel.rows)
    assert document.project is not None
    assert document.project.motion(session.target.clip_id) is stored  # type: ignore[union-attr]
    assert document.undo_text.startswith("Undo add")
    panel.strength.slider.set_value(0.0, quietly=False)
    qtbot.waitUntil(lambda: np.array_equal(seen(document).poses, stored.poses))


def test_apply_is_one_step_that_undo_takes_back(
    panel: CleanupPanel, session: CleaningSession, document: Document, qtbot: Any
) -> None:
    stored = seen(document)
    panel.strength.slider.set_value(0.6, quietly=False)
    qtbot.waitUntil(lambda: panel.apply_button.isEnabled())
    preview = seen(document)
    panel.apply_button.click()
    assert seen(document) is preview and document.undo_text == "Undo clean up a"
    assert panel.heading.note.text == "applied" and panel.strength.value == pytest.approx(0.6)
    document.undo()
    assert seen(document) is stored and panel.strength.value == 0


def test_cleaning_twice_starts_from_the_clip_as_it_came(
    panel: CleanupPanel, session: CleaningSession, document: Document, qtbot: Any
) -> None:
    for strength in (0.4, 0.6):
        panel.strength.slider.set_value(strength, quietly=False)
        qtbot.waitUntil(lambda: session.can_apply)
        session.apply()
    once = seen(document)
    session.reset()
    assert np.array_equal(seen(document).poses, shaky().poses.astype(np.float32))
    panel.strength.slider.set_value(0.6, quietly=False)
    qtbot.waitUntil(lambda: session.can_apply)
    np.testing.assert_array_equal(seen(document).poses, once.poses)


def test_another_selection_drops_the_preview(
    panel: CleanupPanel, session: CleaningSession, document: Document, qtbot: Any
) -> None:
    stored = seen(document)
    panel.strength.slider.set_value(0.6, quietly=False)
    qtbot.waitUntil(lambda: session.is_previewing)
    document.select_next()
    assert not session.is_previewing and document.shown[0].motion is stored
    assert panel.strength.value == 0


def test_contacts_drawn_by_hand_are_kept_in_the_clip_even_without_cleaning(
    session: CleaningSession, document: Document, qtbot: Any
) -> None:
    session.paint_contact("left", 5, 15, False)
    qtbot.waitUntil(lambda: session.is_previewing)
    assert not seen(document).channels["contact_left"][5:15].any()
    session.paint_contact("right", 0, 40, True)
    qtbot.waitUntil(lambda: bool(seen(document).channels["contact_right"].all()))
    assert not seen(document).channels["contact_left"][5:15].any()
    session.apply()
    assert document.project is not None and session.target is not None
    kept = document.project.motion(str(session.target.clip_id))
    assert kept.channels["contact_right"].all()


def test_a_clip_that_is_not_in_the_library_says_what_to_do_first(
    session: CleaningSession, document: Document, qtbot: Any
) -> None:
    problems: list[tuple[str, str]] = []
    document.problem.connect(lambda message, hint: problems.append((message, hint)))
    document.show([ShownClip(key="x", motion=shaky(), name="x", kind="estimated")])
    session.set_choices(session.choices.with_strength(0.5))
    qtbot.waitUntil(lambda: session.is_previewing)
    assert not session.can_apply and not session.apply()
    assert "not in the library" in problems[0][0]


def test_without_a_clip_the_panel_says_so_and_offers_nothing(
    panel: CleanupPanel, document: Document
) -> None:
    document.show(())
    assert panel.hint.text() == "Select a clip to clean it up."
    assert not panel.strength.isEnabled() and not panel.apply_button.isEnabled()
