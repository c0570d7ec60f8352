"""``motion-studio finegym`` from the lists to accepted clips, and its complaints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.datasets.finegym import Limits, Review
from tests.core.datasets.finegym.footage import find_colours, scene, write_film, write_lists


@pytest.fixture
def gym(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    from core.datasets.finegym import builder

    limits = Limits(picture_height=180, person_height=50.0, sharpness=20.0)
    original = builder.build

    def build(options: Any, folder: Path, progress: Any) -> Any:
        import dataclasses

        options = dataclasses.replace(options, limits=limits)
        return original(options, folder, progress, find=find_colours)

    monkeypatch.setattr("core.datasets.finegym.build", build)
    for name, height in (("clean000000", 110), ("tiny0000000", 30)):
        write_film(tmp_path / f"{name}.mp4", scene(height=height), 90)
    lists = write_lists(tmp_path, ["clean000000", "tiny0000000", "absent00000"])
    return dict(zip(("annotations", "split", "categories"), lists, strict=True)) | {
        "videos": tmp_path
    }


def words(gym: dict[str, Path]) -> list[str]:
    return [word for name, path in gym.items() for word in (f"--{name}", str(path))]


def test_a_build_is_told_clip_by_clip_and_accepting_is_one_word(
    run: Any, gym: dict[str, Path], tmp_path: Path
) -> None:
    result = run("finegym", tmp_path / "b", *words(gym), "--length", "interpolate",
                 "--move", "split jump")  # fmt: skip
    assert result.code == 0, result.err
    assert "2 clips built" in result.out
    assert "1 video is missing" in result.out and "missing: absent00000 (1 elements)" in result.out
    assert "rejected Split Jump" in result.out and "pixels high" in result.out
    assert "1 open, 1 rejected" in result.out
    result = run("finegym", tmp_path / "b", "--accept-passing")
    assert result.code == 0 and "all checks passed: 1" in result.out
    assert Review(tmp_path / "b").counts == (0, 1, 2)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "holds no build yet"),
        (["--videos", "."], "not complete"),
    ],
)
def test_what_is_missing_is_said(run: Any, tmp_path: Path, given: list[str], said: str) -> None:
    result = run("finegym", tmp_path / "none", *given)
    assert result.code == 2 and said in result.err


def test_a_wrong_rule_or_move_is_refused(run: Any, gym: dict[str, Path], tmp_path: Path) -> None:
    result = run("finegym", tmp_path / "b", *words(gym), "--length", "stretch")
    assert result.code == 2 and "no length rule" in result.err
    result = run("finegym", tmp_path / "b", *words(gym), "--move", "pommel horse")
    assert result.code == 2 and "No class" in result.err
