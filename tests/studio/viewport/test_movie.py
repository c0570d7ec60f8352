"""A movie shows the clips moving, is drawn away from the window, and can be stopped."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from core.errors import Cancelled, StudioError
from core.progress import Progress
from studio.viewport.items import BodyItem, side_by_side
from studio.viewport.movie import MovieSettings, make_movie, write_movie
from tests.studio.viewport.clips import swinging

SMALL = MovieSettings(size=(96, 64), fps=10.0, length=0.5, supersampling=1)


def items(count: int = 1) -> list[BodyItem]:
    motions = [swinging() for _ in range(count)]
    return [
        BodyItem(key=str(i), motion=motion, color="#3fd0bd", position=place)
        for i, (motion, place) in enumerate(zip(motions, side_by_side(motions), strict=True))
    ]


def frames(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([f.to_ndarray(format="rgb24") for f in container.decode(video=0)])


def test_a_movie_made_in_its_own_process_moves_and_tells_its_progress(tmp_path: Path) -> None:
    told: list[float] = []
    progress = Progress(report=lambda fraction, text="", preview=None: told.append(fraction))
    path = make_movie(items(2), tmp_path / "a.mp4", SMALL, progress)
    film = frames(path).astype(int)
    assert film.shape == (5, 64, 96, 3)
    assert np.abs(film[0] - film[-1]).max() > 60
    assert len(told) >= 5 and told == sorted(told)


def test_a_stopped_movie_leaves_nothing(tmp_path: Path) -> None:
    seen: list[float] = []
    progress = Progress(
        report=lambda fraction, text="", preview=None: seen.append(fraction),
        is_cancelled=lambda: len(seen) >= 2,
    )
    long = MovieSettings(size=(96, 64), fps=30.0, length=60.0, supersampling=1)
    with pytest.raises(Cancelled):
        make_movie(items(), tmp_path / "a.mp4", long, progress)
    assert list(tmp_path.iterdir()) == []


def test_what_went_wrong_in_the_other_process_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError, match="not a folder"):
        make_movie(items(), tmp_path / "file" / "a.mp4", SMALL)


def drawn_here(tmp_path: Path, settings: MovieSettings, count: int = 1) -> np.ndarray:
    """In this process, which must not have a window: the test runs it as a command would."""
    import subprocess

    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from pathlib import Path;"
        "from tests.studio.viewport.test_movie import items;"
        "from studio.viewport.movie import MovieSettings, write_movie;"
        f"write_movie(items({count}), Path(sys.argv[2]), {settings!r})"
    )
    root = Path(__file__).resolve().parents[3]
    environment = {"EGL_PLATFORM": "surfaceless", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-c", code, str(root), str(tmp_path / "b.mp4")],
        check=True, env=environment, cwd=root,
    )  # fmt: skip
    return frames(tmp_path / "b.mp4").astype(int)


def test_a_turntable_turns_around_bodies_that_stand_still(tmp_path: Path) -> None:
    still = MovieSettings(
        size=(96, 64), fps=8.0, length=0.5, frozen=0.2, turns=1.0, supersampling=1
    )
    film = drawn_here(tmp_path, still, 2)
    assert len(film) == 4
    assert np.abs(film[0] - film[2]).max() > 60
    body = film[..., 1] - film[..., 0] > 30  # green rather than grey
    assert body.any()
    assert body[:, :, 0].sum() == 0 and body[:, :, -1].sum() == 0  # nobody leaves the picture


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": (4, 4)},
        {"camera": "drone"},
        {"background": "pink"},
        {"length": -1.0},
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(StudioError):
        MovieSettings(**wrong)


def test_transparency_needs_pictures(tmp_path: Path) -> None:
    clear = MovieSettings(background="transparent")
    with pytest.raises(StudioError, match="no transparency"):
        write_movie(items(), tmp_path / "a.mp4", clear)
