"""The clean-up as a whole, on clips whose truth is known."""

from __future__ import annotations

import time

import numpy as np
import pytest

from benchmarks.spoiled import Damage, spoilt
from core.body import joint_positions
from core.cleanup import STEPS, CleanupOptions, Contacts, clean, clean_together, find_contacts
from core.cleanup.alignment import Tilt, levelled
from core.cleanup.flips import find_flips, without_flips
from core.cleanup.measures import foot_slide
from core.cleanup.outliers import find_spikes
from core.cleanup.stance import stance
from core.errors import StudioError
from core.motion import Motion, Provenance
from core.quality import measure_quality
from core.rotation import rotvec_to_rotmat
from tests.core.cleanup.motions import jogging, real, standing


def error(a: Motion, b: Motion) -> float:
    """Mean distance in mm of the joints from each other, against the pelvis."""
    one, two = joint_positions(a), joint_positions(b)
    off = (one - one[:, :1]) - (two - two[:, :1])
    return float(np.linalg.norm(off, axis=-1).mean() * 1000)


@pytest.mark.parametrize(
    ("source", "labels"),
    [
        (0, {"walk": 2, "run": 1, "kick": 2, "dance": 1, "punch": 1, "turn_left": 1}),
        (1, {"walk": 2, "jump": 2, "soccer_kick": 1, "wash_window": 1}),
    ],
)
def test_spoilt_captured_clips_come_nearer_to_the_truth_and_slide_less_than_half(source, labels):
    for seed, truth in enumerate(real(labels, source, min_frames=50)):
        bad = spoilt(truth, seed)
        good = clean(bad.motion).motion
        assert error(good, truth) < 0.85 * error(bad.motion, truth)
        contacts = find_contacts(truth)
        slide = [foot_slide(stance(m), contacts, truth.fps) for m in (bad.motion, good)]
        assert slide[1] < 0.35 * slide[0]
        assert set(np.flatnonzero(bad.dropped)) <= set(good.inferred)


def test_a_spoilt_procedural_clip_comes_nearer_too():
    truth = jogging()
    bad = spoilt(truth, 1, Damage(drops=(4,), flips=(3,), spikes=3))
    assert error(clean(bad.motion).motion, truth) < 0.8 * error(bad.motion, truth)


def test_strength_nought_returns_the_very_motion():
    motion = spoilt(jogging(), 0).motion
    assert clean(motion, CleanupOptions(strength=0.0)).motion is motion


def test_a_little_strength_changes_little_and_more_changes_more():
    motion = spoilt(jogging(), 0, Damage(flips=(), drops=(), spikes=0)).motion
    changed = [error(clean(motion, CleanupOptions(strength=s)).motion, motion)
               for s in (0.02, 0.3, 1.0)]  # fmt: skip
    assert changed[0] < changed[1] < changed[2]
    assert changed[0] < 5


def test_the_motion_given_is_not_changed_and_the_same_comes_out_twice():
    motion = spoilt(jogging(), 0).motion
    poses = motion.poses.copy()
    one, two = clean(motion).motion, clean(motion).motion
    np.testing.assert_array_equal(motion.poses, poses)
    np.testing.assert_array_equal(one.poses, two.poses)
    np.testing.assert_array_equal(one.trans, two.trans)


def test_only_the_chosen_steps_are_made():
    bad = spoilt(jogging(), 2).motion
    nothing = CleanupOptions(steps=frozenset(), foot_lock="off")
    np.testing.assert_array_equal(clean(bad, nothing).motion.poses, bad.poses)
    only_gaps = clean(bad, CleanupOptions(steps=frozenset({"gaps"}), foot_lock="off")).motion
    seen = np.ones(bad.num_frames, bool)
    seen[list(only_gaps.inferred)] = False
    np.testing.assert_array_equal(only_gaps.poses[seen], bad.poses[seen])


def test_the_user_s_contacts_are_obeyed_and_kept():
    motion = standing(sway=0.03)
    left_only = Contacts(np.ones(60, bool), np.zeros(60, bool))
    done = clean(motion, CleanupOptions(), left_only)
    kept = Contacts.of(done.motion)
    assert kept is not None
    np.testing.assert_array_equal(kept.both, left_only.both)
    again = clean(motion.with_channels(**left_only.channels))
    np.testing.assert_array_equal(again.motion.trans, done.motion.trans)
    with pytest.raises(StudioError, match="59 frames, the clip 60"):
        clean(motion, None, Contacts(np.ones(59, bool), np.ones(59, bool)))


def test_a_lock_that_is_always_on_does_not_take_the_contacts_kept():
    motion = standing(sway=0.03)
    nowhere = Contacts(np.zeros(60, bool), np.zeros(60, bool))
    kept = motion.with_channels(**nowhere.channels)
    assert clean(kept, CleanupOptions(foot_lock="always")).contacts.both.any()
    assert not clean(kept, CleanupOptions(foot_lock="auto")).contacts.both.any()


def test_cleaning_twice_changes_little_more():
    once = clean(spoilt(jogging(), 0).motion).motion
    twice = clean(once).motion
    assert error(once, twice) < 5


def test_what_belongs_to_the_clip_stays_with_it():
    motion = spoilt(jogging(), 0).motion.replace(
        betas=np.linspace(-1, 1, 10),
        provenance=Provenance(kind="estimated", estimator="vibe", source="a.mp4"),
        channels={"blur": np.full(90, 0.8)},
    )
    done = clean(motion).motion
    np.testing.assert_array_equal(done.betas, motion.betas)
    np.testing.assert_array_equal(done.channels["blur"], motion.channels["blur"])
    np.testing.assert_array_equal(done.confidence, motion.confidence)
    assert (done.provenance.estimator, done.provenance.kind) == ("vibe", "estimated")
    assert "clean-up" in done.provenance.edit
    assert {"spike", "contact_left", "contact_right"} <= set(done.channels)


def test_the_quality_a_clip_carries_is_renewed():
    bad = spoilt(jogging(), 0).motion
    measured = bad.with_channels(**measure_quality(bad).channels)
    done = clean(measured).motion
    assert done.channels["quality"].mean() > measured.channels["quality"].mean()
    assert not done.channels["quality"][list(done.inferred)].any()
    repaired = find_spikes(without_flips(bad, find_flips(bad))).frames
    assert (done.channels["spike"][repaired] == 1).all()


def test_people_filmed_together_are_levelled_by_one_turn():
    walker, *_ = real({"walk": 1})
    stander = standing(walker.num_frames)
    stander = stander.replace(trans=np.add(stander.trans, [2, 0, 1]))
    x, _, z = walker.trans[-1] - walker.trans[0]
    tilt = Tilt((0.2 * z / np.hypot(x, z), 0.0, -0.2 * x / np.hypot(x, z)), "floor")
    leaning = [levelled(m, tilt, about=(0, 0, 0)) for m in (walker, stander)]
    one, two = (cleaned.motion for cleaned in clean_together(leaning))
    for cleaned, truth in ((one, walker), (two, stander)):
        up = rotvec_to_rotmat(cleaned.poses[:, 0].astype(float))[..., 1]
        true_up = rotvec_to_rotmat(truth.poses[:, 0].astype(float))[..., 1]
        assert np.degrees(np.arccos(np.clip((up * true_up).sum(1), -1, 1))).mean() < 3
    apart = (two.trans - one.trans)[:, [0, 2]]
    np.testing.assert_allclose(apart, (stander.trans - walker.trans)[:, [0, 2]], atol=0.12)


def test_the_report_says_what_changed():
    report = {row.name: row for row in clean(spoilt(jogging(), 0).motion).report}
    assert report["foot slide"].after < 0.5 * report["foot slide"].before
    assert report["tremble"].after < report["tremble"].before
    assert report["flipped"].before > 0
    assert report["bridged"].after > report["bridged"].before == 0
    assert str(report["flipped"]).startswith("flipped: ")


@pytest.mark.parametrize("num_frames", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("foot_lock", ["off", "auto", "always"])
def test_short_clips_go_through(num_frames, foot_lock):
    motion = jogging().sliced(0, num_frames)
    assert clean(motion, CleanupOptions(foot_lock=foot_lock)).motion.num_frames == num_frames


@pytest.mark.parametrize("fps", [12.0, 24.0, 60.0, 120.0])
def test_any_frame_rate_goes_through(fps):
    motion = jogging().replace(fps=fps)
    assert np.isfinite(clean(motion).motion.poses).all()


def test_a_wild_motion_goes_through():
    rng = np.random.default_rng(0)
    wild = Motion(
        poses=rng.normal(scale=3, size=(50, 24, 3)), trans=rng.normal(scale=50, size=(50, 3))
    )
    assert np.isfinite(clean(wild, CleanupOptions(strength=1.0)).motion.poses).all()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"strength": 1.5}, "between 0 and 1"),
        ({"strength": float("nan")}, "between 0 and 1"),
        ({"steps": frozenset({"magic"})}, "no clean-up step called magic"),
        ({"foot_lock": "maybe"}, "off, auto or always"),
    ],
)
def test_options_that_do_not_exist_are_a_sentence(words, sentence):
    with pytest.raises(StudioError, match=sentence):
        CleanupOptions(**words)


def test_every_step_has_a_title_and_a_sentence():
    assert {step.name for step in STEPS} == CleanupOptions().steps
    assert all(step.title and step.help.endswith(".") for step in STEPS)


def test_a_minute_is_cleaned_in_well_under_a_second():
    motion = jogging(num_frames=1800)
    clean(motion.sliced(0, 60))  # warms the libraries
    best = min(_seconds(motion) for _ in range(3))
    assert best < 1.0  # 0.35 s on a quiet machine


def _seconds(motion: Motion) -> float:
    start = time.process_time()
    clean(motion)
    return time.process_time() - start
