"""``motion-studio clean`` writes repaired clips and says what it changed."""

from __future__ import annotations

import numpy as np

from core.motion_file import load_motion


def test_a_clip_is_cleaned_and_the_numbers_are_told(run, make_clip, tmp_path):
    clip = make_clip(num_frames=40)
    result = run("clean", clip, "--out", tmp_path / "done.npz", "--strength", "0.6")
    assert result.code == 0, result.err
    done = load_motion(tmp_path / "done.npz")
    assert done.num_frames == 40
    assert {"quality", "contact_left"} <= set(done.channels)
    assert "strength 0.60" in done.provenance.edit
    for words in ("before", "after", "foot slide", "cm/s", "before: "):
        assert words in result.out


def test_strength_nought_leaves_the_poses(run, make_clip, tmp_path):
    clip = make_clip()
    assert run("clean", clip, "--out", tmp_path / "done.npz", "--strength", 0).code == 0
    done, before = load_motion(tmp_path / "done.npz"), load_motion(clip)
    np.testing.assert_array_equal(done.poses, before.poses)


def test_several_clips_go_into_a_folder(run, make_clip, tmp_path):
    clips = [make_clip("a.npz"), make_clip("b.npz")]
    assert run("clean", *clips, "--out", tmp_path / "done", "--without", "gravity").code == 0
    assert sorted(p.name for p in (tmp_path / "done").iterdir()) == ["a.npz", "b.npz"]


def test_what_does_not_go_is_a_sentence(run, make_clip, tmp_path):
    clip = make_clip()
    for words, sentence in (
        (["--out", clip], "written over itself"),
        (["--out", tmp_path / "a.bvh"], "Let it end in .npz"),
        (["--out", tmp_path / "a.npz", "--foot-lock", "maybe"], "off, auto or always"),
        (["--out", tmp_path / "a.npz", "--without", "magic"], "no clean-up step called magic"),
        ([make_clip("b.npz"), "--out", tmp_path / "a.npz"], "Give a folder"),
    ):
        result = run("clean", clip, *words)
        assert result.code == 2
        assert sentence in result.err
