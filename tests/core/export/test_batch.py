"""The plan of an export: names, collisions, policies, and what survives a failure."""

import errno
from pathlib import Path

import numpy as np
import pytest

from core.errors import Cancelled, FileProblem, StudioError
from core.export import batch
from core.export.batch import ExportClip, ExportSettings
from core.motion import Motion, Provenance
from core.motion_file import save_motion
from core.progress import Progress


def make_motion(label: str = "kicking", seed: int | None = 7) -> Motion:
    return Motion(
        poses=np.zeros((4, 24, 3)),
        trans=np.zeros((4, 3)),
        provenance=Provenance(kind="generated", label=label, seed=seed),
    )


def make_clip(name: str = "kick a") -> ExportClip:
    return ExportClip(name=name, motion=make_motion())


def paths(planned: list[batch.PlannedFile]) -> list[str]:
    return [file.path.name for file in planned]


def test_a_plan_names_one_file_for_each_clip_and_format(tmp_path: Path) -> None:
    settings = ExportSettings(folder=tmp_path, endings=(".bvh", ".npz"))
    planned = batch.plan([make_clip("a"), make_clip("b")], settings)
    assert paths(planned) == ["a.bvh", "a.npz", "b.bvh", "b.npz"]


def test_a_pattern_is_filled_from_name_label_seed_and_number(tmp_path: Path) -> None:
    settings = ExportSettings(folder=tmp_path, pattern="{number} {label} s{seed} {name}")
    assert paths(batch.plan([make_clip("x")], settings)) == ["1 kicking s7 x.bvh"]


def test_a_name_no_file_system_takes_is_made_safe(tmp_path: Path) -> None:
    planned = batch.plan([make_clip('../a:"b"?')], ExportSettings(folder=tmp_path))
    assert planned[0].path.parent == tmp_path
    assert not set('/\\:"?') & set(planned[0].path.name)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("con", "con_.bvh"), ("LPT1.take", "LPT1.take_.bvh"), ("", "clip.bvh"), ("...", "clip.bvh")],
)
def test_names_windows_keeps_for_itself_and_empty_ones_are_changed(tmp_path, name, wanted) -> None:
    assert paths(batch.plan([make_clip(name)], ExportSettings(folder=tmp_path))) == [wanted]


def test_a_very_long_name_in_any_script_is_still_written(tmp_path: Path) -> None:
    settings = ExportSettings(folder=tmp_path, endings=(".amass.npz",))
    result = batch.export(batch.plan([make_clip("跳" * 200)], settings), settings)
    assert len(result.written) == 1 and not result.problems
    assert len(result.written[0].name.encode()) < 255


def test_names_that_differ_by_case_alone_never_share_a_file(tmp_path: Path) -> None:
    planned = batch.plan([make_clip("Kick"), make_clip("kick")], ExportSettings(folder=tmp_path))
    assert paths(planned) == ["Kick.bvh", "kick 2.bvh"]


def test_an_unknown_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"\{colour\}"):
        batch.plan([make_clip()], ExportSettings(folder=tmp_path, pattern="{colour}"))


def test_two_clips_of_one_name_never_share_a_file(tmp_path: Path) -> None:
    for policy in batch.OVERWRITE:
        settings = ExportSettings(folder=tmp_path, overwrite=policy)
        planned = batch.plan([make_clip("a"), make_clip("a")], settings)
        assert len(set(paths(planned))) == 2, policy


def test_an_existing_file_is_numbered_replaced_or_left(tmp_path: Path) -> None:
    (tmp_path / "a.bvh").write_text("old")
    plans = {
        policy: batch.plan([make_clip("a")], ExportSettings(folder=tmp_path, overwrite=policy))
        for policy in batch.OVERWRITE
    }
    assert paths(plans["number"]) == ["a 2.bvh"]
    assert paths(plans["replace"]) == ["a.bvh"]
    assert not plans["replace"][0].is_skipped
    assert plans["skip"][0].is_skipped


def test_nothing_to_export_and_no_format_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="no clip"):
        batch.plan([], ExportSettings(folder=tmp_path))
    with pytest.raises(StudioError, match="No format"):
        batch.plan([make_clip()], ExportSettings(folder=tmp_path, endings=()))


def test_one_failure_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(file: batch.PlannedFile, settings: ExportSettings) -> list:
        if file.clip.name == "b":
            raise OSError(errno.ENOSPC, "No space left on device")
        file.path.write_text("x")
        return []

    monkeypatch.setattr(batch, "write_file", write)
    settings = ExportSettings(folder=tmp_path / "new")
    planned = batch.plan([make_clip(n) for n in "abc"], settings)
    result = batch.export(planned, settings)
    assert [p.name for p in result.written] == ["a.bvh", "c.bvh"]
    assert "disk is full" in result.problems[0][0]
    assert result.summary == "2 files written, 1 failed"


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = ExportSettings(folder=tmp_path / "file" / "below")
    with pytest.raises(FileProblem, match="is not a folder"):
        batch.export([], settings)


def test_an_export_stops_between_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def write(file: batch.PlannedFile, settings: ExportSettings) -> list:
        written.append(file.path.name)
        return []

    monkeypatch.setattr(batch, "write_file", write)
    settings = ExportSettings(folder=tmp_path)
    planned = batch.plan([make_clip("a"), make_clip("b")], settings)
    with pytest.raises(Cancelled):
        batch.export(planned, settings, Progress(is_cancelled=lambda: len(written) == 1))
    assert written == ["a.bvh"]


def test_clips_of_one_body_share_a_file_where_the_format_can(tmp_path: Path) -> None:
    settings = ExportSettings(folder=tmp_path, endings=(".fbx", ".bvh"), one_file=True)
    planned = batch.plan([make_clip("a"), make_clip("b")], settings)
    assert paths(planned) == ["a.fbx", "a.bvh", "b.bvh"]
    result = batch.export(planned, settings)
    assert len(result.written) == 3
    assert len(result.checks) == 4  # both clips of the FBX are read back
    assert result.worst_mm is not None and result.worst_mm < 0.05
    assert "read back to 0.001 mm" in result.summary


def test_clips_in_files_are_read_one_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = []
    for number in range(3):
        save_motion(tmp_path / f"{number}.npz", make_motion(seed=number))
        clips.append(ExportClip(name=f"k{number}", source=tmp_path / f"{number}.npz"))
    settings = ExportSettings(folder=tmp_path / "out", endings=(".glb",), pattern="{label} {seed}")
    result = batch.export(batch.plan(clips, settings), settings)
    assert [p.name for p in result.written] == ["kicking 0.glb", "kicking 1.glb", "kicking 2.glb"]
    assert all(clip.motion is None for clip in clips)


def test_a_file_that_is_not_its_clip_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = batch.export_motions

    def wrong(motions, path, options, *, names):
        real([m.replace(trans=m.trans + 0.01) for m in motions], path, options, names=names)

    monkeypatch.setattr(batch, "export_motions", wrong)
    settings = ExportSettings(folder=tmp_path)
    result = batch.export(batch.plan([make_clip()], settings), settings)
    assert "17.32 mm off" in result.problems[0][0]
