"""The plan of an export: names, collisions, policies, and what survives a failure."""

import errno
from pathlib import Path

import numpy as np
import pytest

from core.errors import Cancelled, FileProblem, StudioError
from core.motion import Motion, Provenance
from core.progress import Progress
from studio.services import exporting
from studio.services.exporting import ExportClip, ExportSettings


def make_motion(label: str = "kicking", seed: int | None = 7) -> Motion:
    return Motion(
        poses=np.zeros((4, 24, 3)),
        trans=np.zeros((4, 3)),
        provenance=Provenance(kind="generated", label=label, seed=seed),
    )


def make_clip(name: str = "kick a") -> ExportClip:
    return ExportClip(name=name, motion=make_motion())


def paths(planned: list[exporting.PlannedFile]) -> list[str]:
    return [file.path.name for file in planned]


def test_a_plan_names_one_file_for_each_clip_and_format(tmp_path: Path) -> None:
    settings = ExportSettings(folder=tmp_path, endings=(".bvh", ".npz"))
    planned = exporting.plan([make_clip("a"), make_clip("b")], settings)
    assert paths(planned) == ["a.bvh", "a.npz", "b.bvh", "b.npz"]


def test_a_pattern_is_filled_from_name_label_seed_and_number(tmp_path: Path) -> None:
    settings = ExportSettings(folder=tmp_path, pattern="{number} {label} s{seed} {name}")
    assert paths(exporting.plan([make_clip("x")], settings)) == ["1 kicking s7 x.bvh"]


def test_a_name_no_file_system_takes_is_made_safe(tmp_path: Path) -> None:
    planned = exporting.plan([make_clip('../a:"b"?')], ExportSettings(folder=tmp_path))
    assert planned[0].path.parent == tmp_path
    assert not set('/\\:"?') & set(planned[0].path.name)


def test_an_unknown_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"\{colour\}"):
        exporting.plan([make_clip()], ExportSettings(folder=tmp_path, pattern="{colour}"))


def test_two_clips_of_one_name_never_share_a_file(tmp_path: Path) -> None:
    for policy in exporting.OVERWRITE:
        settings = ExportSettings(folder=tmp_path, overwrite=policy)
        planned = exporting.plan([make_clip("a"), make_clip("a")], settings)
        assert len(set(paths(planned))) == 2, policy


def test_an_existing_file_is_numbered_replaced_or_left(tmp_path: Path) -> None:
    (tmp_path / "a.bvh").write_text("old")
    plans = {
        policy: exporting.plan([make_clip("a")], ExportSettings(folder=tmp_path, overwrite=policy))
        for policy in exporting.OVERWRITE
    }
    assert paths(plans["number"]) == ["a 2.bvh"]
    assert paths(plans["replace"]) == ["a.bvh"]
    assert not plans["replace"][0].is_skipped
    assert plans["skip"][0].is_skipped


def test_nothing_to_export_and_no_format_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="no clip"):
        exporting.plan([], ExportSettings(folder=tmp_path))
    with pytest.raises(StudioError, match="No format"):
        exporting.plan([make_clip()], ExportSettings(folder=tmp_path, endings=()))


def test_one_failure_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(file: exporting.PlannedFile, options: dict) -> None:
        if file.clip.name == "b":
            raise OSError(errno.ENOSPC, "No space left on device")
        file.path.write_text("x")

    monkeypatch.setattr(exporting, "_write", write)
    settings = ExportSettings(folder=tmp_path / "new")
    planned = exporting.plan([make_clip(n) for n in "abc"], settings)
    result = exporting.export(planned, settings)
    assert [p.name for p in result.written] == ["a.bvh", "c.bvh"]
    assert "no space left" in result.problems[0][0]
    assert result.summary == "2 files written, 1 failed"


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = ExportSettings(folder=tmp_path / "file" / "below")
    with pytest.raises(FileProblem, match="below"):
        exporting.export([], settings)


def test_an_export_stops_between_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(exporting, "_write", lambda file, options: written.append(file.path.name))
    settings = ExportSettings(folder=tmp_path)
    planned = exporting.plan([make_clip("a"), make_clip("b")], settings)
    with pytest.raises(Cancelled):
        exporting.export(planned, settings, Progress(is_cancelled=lambda: len(written) == 1))
    assert written == ["a.bvh"]
