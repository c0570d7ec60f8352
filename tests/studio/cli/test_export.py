"""Exports and movies from a terminal: what they write, and what they say when they cannot."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from core.motion import Motion, Provenance
from core.motion_file import load_motion

LABELS = ("kicking", "side kick", "sit down", "salute")


def still(num_frames: int = 5, **origin) -> Motion:
    return Motion(
        poses=np.zeros((num_frames, 24, 3)),
        trans=np.zeros((num_frames, 3)),
        provenance=Provenance(**origin),
    )


def test_export_takes_the_format_from_the_ending(run, make_clip, tmp_path):
    clip = make_clip()
    result = run("export", clip, "--out", tmp_path / "kick.bvh", "--unit", "m")
    assert result.code == 0
    assert result.out.strip() == str(tmp_path / "kick.bvh")
    assert (tmp_path / "kick.bvh").read_text().startswith("HIERARCHY")
    assert run("export", clip, "--out", tmp_path / "copy.npz").code == 0
    assert load_motion(tmp_path / "copy.npz").provenance.seed == 7


def test_export_for_a_program_writes_what_it_opens(run, make_clip, tmp_path):
    result = run("export", make_clip(), "--out", tmp_path / "out", "--for", "unreal")
    assert result.code == 0
    files = list((tmp_path / "out").iterdir())
    assert [f.suffix for f in files] == [".fbx"]
    assert b"upperarm_l" in files[0].read_bytes()
    wrong = run("export", make_clip(), "--out", tmp_path / "out", "--for", "maia")
    assert wrong.code == 2 and "no target called maia" in wrong.err


def test_movie_says_what_it_cannot_do_before_it_begins(run, make_clip, tmp_path):
    clip = make_clip()
    for words, said in (
        (["--out", "a.avi"], "cannot be written as a movie"),
        (["--out", "a.mp4", "--size", "large"], "size large"),
        (["--out", "a.mp4", "--camera", "drone"], "no camera called drone"),
        (["--out", "a.gif", "--background", "transparent"], "no transparency"),
    ):
        words[1] = str(tmp_path / words[1])
        result = run("movie", clip, *words)
        assert result.code == 2 and said in result.err, result.err


def test_several_clips_go_to_a_folder_and_keep_their_names(run, make_clip, tmp_path):
    make_clip("clips/a.npz")
    make_clip("clips/b.npz")
    make_clip("more/a.npz")
    result = run("export", tmp_path / "clips", tmp_path / "more" / "a.npz", "--out", tmp_path / "o")
    assert result.code == 0
    assert sorted(p.name for p in (tmp_path / "o").iterdir()) == ["a.bvh", "a_2.bvh", "b.bvh"]
    one_file = run("export", tmp_path / "clips", "--out", tmp_path / "o.bvh")
    assert one_file.code == 2
    assert "2 clips do not fit" in one_file.err


def test_any_formats_with_any_options_are_written_and_read_back(run, make_clip, tmp_path):
    clip, out = make_clip(), tmp_path / "o"
    words = ["--skeleton", "unreal", "--fps", "60", "--on-floor", "--no-mesh", "--bind-frame"]
    result = run("export", clip, "--out", out, "-f", "fbx", "-f", "glb", "-f", "amass", *words)
    assert result.code == 0
    assert sorted(p.name for p in out.iterdir()) == ["kick.amass.npz", "kick.fbx", "kick.glb"]
    assert "3 files written, read back to 0.0" in result.err
    assert b"upperarm_l" in (out / "kick.fbx").read_bytes()
    again = run("export", clip, "--out", out, "-f", "fbx", "--overwrite", "skip")
    assert again.out == "" and "1 left as they were" in again.err
    named = run("export", clip, "--out", out, "--name", "{label} {skeleton}", "--no-check")
    assert Path(named.out.strip()).suffix == ".bvh" and "read back" not in named.err


def test_several_clips_become_takes_of_one_file(run, make_clip, tmp_path):
    clips = [make_clip("clips/a.npz"), make_clip("clips/b.npz")]
    result = run("export", *clips, "--out", tmp_path / "all.glb")
    assert result.out.split() == [str(tmp_path / "all.glb")]
    assert b'"name":"a","samplers"' in (tmp_path / "all.glb").read_bytes()
    folder = run("export", *clips, "--out", tmp_path / "o", "-f", "fbx", "-f", "bvh", "--one-file")
    assert [Path(line).name for line in folder.out.split()] == ["a.fbx", "a.bvh", "b.bvh"]


def test_a_broken_clip_does_not_stop_the_others(run, make_clip, tmp_path):
    make_clip("clips/a.npz")
    (tmp_path / "clips" / "b.npz").write_bytes(b"no")
    make_clip("clips/c.npz")
    result = run("export", tmp_path / "clips", "--out", tmp_path / "o")
    assert result.code == 2
    assert [Path(line).name for line in result.out.split()] == ["a.bvh", "c.bvh"]
    assert "b.npz is not a readable npz" in result.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["kick.npz", "--out", "a.fbx", "--skeleton", "lego"], "Skeleton names cannot be lego"),
        (["kick.npz", "--out", "a.fbx", "--fps", "0"], "0 frames per second"),
        (["kick.npz", "--out", "o", "--overwrite", "ask"], "policy ask is not known"),
        (["kick.npz", "--out", "o", "--name", "{colour}"], "unknown field {colour}"),
        (["none.npz", "--out", "a.bvh"], "none.npz is not there"),
        (["kick.npz", "--out", "a.xyz"], "the ending .xyz is not known"),
        (["kick.npz", "--out", "o", "--format", "xyz"], "format xyz is not known"),
        (["kick.npz", "--out", "a.bvh", "--unit", "inch"], "unit cannot be inch"),
        (["kick.npz", "--out", "a.bvh", "--rotation-order", "QQQ"], "Rotation order cannot be QQQ"),
        (["broken.npz", "--out", "a.bvh"], "not a readable npz"),
        (["nan.npz", "--out", "a.bvh"], "not finite"),
        (["empty", "--out", "a.bvh"], "holds no clip"),
    ],
)
def test_bad_input_of_export_is_a_sentence(run, make_clip, tmp_path, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    make_clip()
    Path("broken.npz").write_bytes(Path("kick.npz").read_bytes()[:700])
    np.savez("nan.npz", poses=np.full((3, 24, 3), np.nan), trans=np.zeros((3, 3)))
    Path("empty").mkdir()
    before = sorted(p.name for p in tmp_path.iterdir())
    result = run("export", *words)
    assert result.code == 2
    assert sentence in result.err
    assert "Traceback" not in result.err
    assert len(result.err.strip().splitlines()) <= 2
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_full_disk_is_a_sentence(run, make_clip, tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    clip = make_clip()
    monkeypatch.setattr(Path, "write_bytes", full)
    result = run("export", clip, "--out", tmp_path / "o" / "a.bvh")
    assert result.code == 2
    assert "The disk is full" in result.err
    assert list((tmp_path / "o").iterdir()) == []
