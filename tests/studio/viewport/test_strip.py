"""Strips and thumbnails, with and without OpenGL."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import FileProblem, StudioError
from core.motion import Provenance
from studio.viewport import strip
from studio.viewport.offscreen import NoOffscreen
from studio.viewport.thumbnail import telling_frame, thumbnail
from tests.studio.viewport.clips import swinging


@pytest.fixture
def no_opengl(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise NoOffscreen("no EGL here")

    monkeypatch.setattr(strip, "render", refuse)


def figures(path: Path) -> int:
    """Number of separate dark blobs in the middle of the first row."""
    pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
    row = pixels[: 8 + 120]
    ink = (row.min(axis=2) < 150).sum(axis=0) > 6
    return int(np.sum(np.diff(ink.astype(int)) == 1))


@pytest.mark.usefixtures("no_opengl")
def test_without_opengl_a_strip_has_a_figure_every_few_frames(tmp_path: Path) -> None:
    path = strip.render_strip([swinging(20)], tmp_path / "a.png", every=5, height=120)
    assert figures(path) == 4


def test_a_strip_drawn_by_the_card_has_the_same_figures(tmp_path: Path) -> None:
    path = strip.render_strip([swinging(20)], tmp_path / "a.png", every=5, height=120)
    assert figures(path) == 4


@pytest.mark.usefixtures("no_opengl")
def test_each_clip_has_a_row_and_names_make_it_wider(tmp_path: Path) -> None:
    clips = [swinging(10), swinging(10)]
    one = strip.render_strip(clips[:1], tmp_path / "one.png", height=80)
    two = strip.render_strip(clips, tmp_path / "two.png", height=80)
    named = strip.render_strip(clips, tmp_path / "n.png", height=80, titles=["kicking", "salute"])
    sizes = [Image.open(p).size for p in (one, two, named)]
    assert sizes[1][1] > 1.8 * sizes[0][1]
    assert sizes[2][0] > sizes[1][0] + 30


@pytest.mark.usefixtures("no_opengl")
def test_a_walk_stays_in_its_cell(tmp_path: Path) -> None:
    path = strip.render_strip([swinging(60, travel=6.0)], tmp_path / "a.png", every=12, height=100)
    assert figures(path) == 5


@pytest.mark.usefixtures("no_opengl")
def test_a_walker_stands_over_the_numbers_in_print_and_does_not_lag_in_a_movie() -> None:
    clip = swinging()
    frames = np.arange(clip.num_frames)
    trans = clip.trans.copy()
    trans[:, 2] = 0.1 * frames  # 3 m/s, straight on
    walk = clip.replace(trans=trans)
    assert np.abs(strip._in_place(walk, is_print=True).trans[:, ::2]).max() < 1e-6
    assert np.abs(strip._in_place(walk).trans[:, 2]).max() < 1e-3


def test_a_transparent_strip_has_alpha(tmp_path: Path) -> None:
    path = strip.render_strip([swinging(5)], tmp_path / "a.png", background="transparent")
    picture = Image.open(path)
    assert picture.mode == "RGBA"
    assert np.asarray(picture)[0, 0, 3] == 0


def test_impossible_strips_are_refused_with_a_sentence(tmp_path: Path) -> None:
    for arguments, sentence in (
        (([],), "at least one clip"),
        (([swinging(2)],), "no background"),
    ):
        with pytest.raises(StudioError, match=sentence):
            strip.render_strip(*arguments, tmp_path / "a.png", background="pink")
    with pytest.raises(StudioError, match="n-th frame"):
        strip.render_strip([swinging(2)], tmp_path / "a.png", every=0)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("no_opengl")
def test_a_strip_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FileProblem):
        strip.render_strip([swinging(2)], tmp_path / "file" / "a.png", height=60)


def test_a_thumbnail_shows_the_body_whole_in_its_colour() -> None:
    picture = thumbnail(swinging(20), "#b79bff", (76, 76))
    assert picture.shape == (76, 76, 4)
    alpha = picture[..., 3] > 128
    assert 0.06 < alpha.mean() < 0.5
    assert not alpha[0].any() and not alpha[-1].any()
    body = picture[alpha].astype(float).mean(axis=0)
    assert body[2] > body[0] > body[1]


def test_the_telling_frame_is_the_height_of_the_action() -> None:
    assert telling_frame(swinging(21)) == pytest.approx(10, abs=1)
    assert telling_frame(swinging(1)) == 0


def test_a_clip_is_named_by_its_label_then_by_its_source() -> None:
    clip = swinging(2)
    named = clip.replace(provenance=Provenance(kind="generated", label="kicking"))
    filmed = clip.replace(provenance=Provenance(kind="estimated", source="jump.mp4"))
    assert [strip._title_of(c) for c in (named, filmed)] == ["kicking", "jump"]
