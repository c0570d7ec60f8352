"""A motion is checked once, says what is wrong with its shape, and cannot be changed."""

from __future__ import annotations

import dataclasses
import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StudioError
from core.motion import Motion, Provenance


def motion(num_frames: int = 4, **changes) -> Motion:
    values = {"poses": np.zeros((num_frames, 24, 3)), "trans": np.zeros((num_frames, 3))}
    return Motion(**(values | changes))


def nan_at(shape, index):
    array = np.zeros(shape)
    array[index] = np.nan
    return array


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"poses": np.zeros((4, 22, 3))}, r"poses must have shape \(T, 24, 3\), not \(4, 22, 3\)"),
        ({"poses": np.zeros((4, 72))}, r"poses must have shape \(T, 24, 3\), not \(4, 72\)"),
        ({"trans": np.zeros((3, 3))}, r"trans must have shape \(4, 3\), not \(3, 3\)"),
        ({"betas": np.zeros(16)}, r"betas must have shape \(10\), not \(16,\)"),
        ({"confidence": np.zeros(5)}, r"confidence must have shape \(4\)"),
        ({"poses": nan_at((4, 24, 3), (2, 5, 1))}, r"not finite \(first at index 2\)"),
        ({"trans": nan_at((4, 3), (3, 0))}, r"trans holds a number that is not finite"),
        ({"poses": np.zeros((0, 24, 3)), "trans": np.zeros((0, 3))}, "at least one frame"),
        ({"fps": 0.0}, "fps must lie between"),
        ({"fps": float("nan")}, "fps must lie between"),
        ({"inferred": (1, 4)}, r"within 0\.\.3"),
        ({"inferred": (-1,)}, r"within 0\.\.3"),
    ],
)
def test_what_does_not_fit_is_a_sentence_with_the_shape(changes, sentence):
    with pytest.raises(StudioError, match=sentence):
        motion(**changes)


def test_not_finite_poses_come_with_a_next_step():
    with pytest.raises(StudioError) as told:
        motion(poses=np.full((4, 24, 3), np.inf))
    assert told.value.hint


def test_arrays_are_copies_that_cannot_be_written():
    poses = np.zeros((4, 24, 3))
    made = motion(poses=poses, confidence=np.ones(4))
    poses[:] = 1
    assert not made.poses.any()
    assert made.poses.dtype == np.float32
    for array in (made.poses, made.trans, made.betas, made.confidence):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.fps = 3.0  # type: ignore[misc]


def test_replacing_gives_a_new_checked_motion():
    made = motion()
    assert made.replace(fps=60).fps == 60
    assert made.fps == 30
    with pytest.raises(StudioError):
        made.replace(trans=np.zeros((9, 3)))


def test_frames_and_seconds_agree():
    made = motion(num_frames=45, fps=30)
    assert (made.num_frames, made.duration) == (45, 1.5)
    assert motion(inferred=[3, 1, 1]).inferred == (1, 3)


TEXTS = st.text(max_size=20)
PROVENANCES = st.builds(
    Provenance,
    kind=st.sampled_from(["imported", "estimated", "generated", "edited", "demo"]),
    source=TEXTS,
    label=TEXTS,
    seed=st.none() | st.integers(0, 2**63),
    sample=st.none() | st.integers(0, 1000),
    sigma=st.none() | st.floats(0, 5),
    latent=st.none() | st.lists(st.floats(-5, 5), min_size=1, max_size=4).map(tuple),
)


@given(PROVENANCES)
@settings(deadline=None)
def test_provenance_survives_json(provenance):
    text = provenance.to_json()
    assert "\n" not in text
    assert Provenance.from_json(text) == provenance


def test_a_newer_files_unknown_keys_are_dropped():
    assert Provenance.from_json('{"label": "throw", "mood": "angry"}') == Provenance(label="throw")
    assert "seed" not in json.loads(Provenance().to_json())


@pytest.mark.parametrize("text", ["", "{", "[1]", "3"])
def test_unreadable_provenance_is_a_sentence(text):
    with pytest.raises(StudioError, match="provenance"):
        Provenance.from_json(text)


def test_channels_are_checked_read_only_and_kept_by_edits():
    made = motion(channels={"blur": [1, 0.5, 0, 1]})
    assert list(made.channels) == ["blur"]
    with pytest.raises(ValueError, match="read-only"):
        made.channels["blur"][0] = 2
    with pytest.raises(TypeError):
        made.channels["new"] = np.ones(4)
    more = made.replace(fps=60).with_channels(spike=np.zeros(4))
    assert list(more.channels) == ["blur", "spike"]
    assert "spike" not in made.channels


@pytest.mark.parametrize(
    ("channels", "sentence"),
    [
        ({"blur": np.zeros(5)}, r"channel blur must have shape \(4\), not \(5,\)"),
        ({"blur": [0, np.nan, 0, 0]}, r"channel blur holds a number that is not finite"),
        ({"a b": np.zeros(4)}, "must be a plain word"),
    ],
)
def test_a_channel_that_does_not_fit_is_a_sentence(channels, sentence):
    with pytest.raises(StudioError, match=sentence):
        motion(channels=channels)


def test_slicing_keeps_what_belongs_to_the_frames():
    made = motion(
        num_frames=6, confidence=np.arange(6) / 6, inferred=(1, 2, 5), channels={"blur": range(6)}
    )
    part = made.sliced(2, 5)
    assert part.num_frames == 3
    assert part.inferred == (0,)
    np.testing.assert_allclose(part.confidence, np.arange(2, 5) / 6, rtol=1e-6)
    np.testing.assert_array_equal(part.channels["blur"], [2, 3, 4])
    assert made.sliced(-2).inferred == (1,)
    with pytest.raises(StudioError, match="at least one frame"):
        made.sliced(3, 3)


def test_poses_of_another_length_leave_the_channels_out_unless_given():
    made = motion(channels={"blur": np.ones(4)})
    longer = {"poses": np.zeros((5, 24, 3)), "trans": np.zeros((5, 3))}
    assert not made.replace(**longer).channels
    assert len(made.replace(**longer, channels={"blur": np.ones(5)}).channels["blur"]) == 5


def test_a_motion_with_channels_can_be_sent_to_another_process():
    sent = pickle.loads(pickle.dumps(motion(channels={"blur": np.ones(4)})))
    np.testing.assert_array_equal(sent.channels["blur"], np.ones(4))
