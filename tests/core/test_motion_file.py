"""The clip file keeps every bit, and a broken or hostile one is refused in a sentence."""

from __future__ import annotations

import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import FileProblem, StudioError
from core.motion import Motion, Provenance
from core.motion_file import load_motion, save_motion


def full_motion(num_frames: int = 5) -> Motion:
    generator = np.random.default_rng(0)
    return Motion(
        poses=generator.normal(size=(num_frames, 24, 3)),
        trans=generator.normal(size=(num_frames, 3)),
        betas=generator.normal(size=10),
        fps=29.97,
        body_id="smpl-0123456789ab",
        confidence=generator.uniform(size=num_frames),
        inferred=(1, 2),
        channels={"quality": generator.uniform(size=num_frames), "blur": np.ones(num_frames)},
        provenance=Provenance(kind="estimated", source="ä video.mp4", latent=(0.5, -1.25)),
    )


def assert_equal(a: Motion, b: Motion) -> None:
    for name in ("poses", "trans", "betas", "confidence"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    for name in ("fps", "body_id", "inferred", "provenance"):
        assert getattr(a, name) == getattr(b, name)
    assert list(a.channels) == list(b.channels)
    for name in a.channels:
        np.testing.assert_array_equal(a.channels[name], b.channels[name])


def test_a_clip_comes_back_bit_for_bit(tmp_path):
    motion = full_motion()
    save_motion(tmp_path / "a.npz", motion)
    assert_equal(load_motion(tmp_path / "a.npz"), motion)


def test_a_clip_without_the_optional_parts_opens_with_defaults(tmp_path):
    np.savez(tmp_path / "a.npz", poses=np.zeros((3, 24, 3)), trans=np.zeros((3, 3)))
    motion = load_motion(tmp_path / "a.npz")
    assert (motion.fps, motion.body_id, motion.confidence) == (30.0, "free", None)
    assert motion.provenance == Provenance()


def test_the_keys_are_the_ones_others_read(tmp_path):
    save_motion(tmp_path / "a.npz", full_motion())
    with np.load(tmp_path / "a.npz", allow_pickle=False) as archive:
        assert archive["poses"].shape == (5, 24, 3)
        assert archive["trans"].shape == (5, 3)
        assert archive["betas"].shape == (10,)
        assert float(archive["fps"]) == 29.97
        assert "ä video" in str(archive["provenance"]) or "video" in str(archive["provenance"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a readable npz"),
        (b"hello", "not a readable npz"),
        (b"PK\x03\x04 but nothing more", "not a readable npz"),
    ],
)
def test_another_kind_of_file_is_refused(tmp_path, content, sentence):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(FileProblem, match=sentence):
        load_motion(tmp_path / "a.npz")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(FileProblem, match="cannot be read"):
        load_motion(tmp_path / "none.npz")
    with pytest.raises(FileProblem):
        load_motion(tmp_path)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"x": np.zeros(3)}, "no poses and no trans"),
        ({"poses": np.zeros((3, 24, 3))}, "no trans"),
        ({"poses": np.zeros((3, 156)), "trans": np.zeros((3, 3))}, "poses must have shape"),
        ({"poses": np.full((3, 24, 3), np.nan), "trans": np.zeros((3, 3))}, "not finite"),
        ({"poses": np.zeros((3, 24, 3)), "trans": np.array(["a"] * 9).reshape(3, 3)}, "damaged"),
        (
            {"poses": np.zeros((3, 24, 3)), "trans": np.zeros((3, 3)), "fps": np.zeros(3)},
            "damaged",
        ),
        (
            {"poses": np.zeros((3, 24, 3)), "trans": np.zeros((3, 3)), "provenance": np.array("{")},
            "provenance",
        ),
        (
            {
                "poses": np.zeros((3, 24, 3)),
                "trans": np.zeros((3, 3)),
                "provenance": np.array('{"latent": "abc"}'),
            },
            "damaged",
        ),
    ],
)
def test_arrays_that_are_no_clip_are_refused(tmp_path, arrays, sentence):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(FileProblem, match=sentence):
        load_motion(tmp_path / "a.npz")


class Hostile:
    ran = False

    def __reduce__(self):
        return (setattr, (Hostile, "ran", True))


def test_a_pickle_inside_is_refused_and_never_run(tmp_path):
    payload = np.empty(1, dtype=object)
    payload[0] = Hostile()
    np.savez(tmp_path / "a.npz", poses=payload, trans=np.zeros((1, 3)), allow_pickle=True)
    with pytest.raises(FileProblem):
        load_motion(tmp_path / "a.npz")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("poses.npy", pickle.dumps(Hostile()))
        archive.writestr("trans.npy", pickle.dumps(Hostile()))
    (tmp_path / "b.npz").write_bytes(buffer.getvalue())
    with pytest.raises(FileProblem):
        load_motion(tmp_path / "b.npz")
    (tmp_path / "c.npz").write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(FileProblem):
        load_motion(tmp_path / "c.npz")
    assert not Hostile.ran


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    block = bytes(1 << 20)
    with (
        zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("poses.npy", "w", force_zip64=True) as member,
    ):
        for _ in range(1030):
            member.write(block)
    assert (tmp_path / "a.npz").stat().st_size < 8 << 20
    with pytest.raises(FileProblem, match="more than 1 GB"):
        load_motion(tmp_path / "a.npz")


def test_a_header_that_promises_too_much_is_refused(tmp_path):
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        buffer, {"descr": "<f8", "fortran_order": False, "shape": (1 << 44, 24, 3)}
    )
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("poses.npy", buffer.getvalue())
        archive.writestr("trans.npy", buffer.getvalue())
    with pytest.raises(FileProblem):
        load_motion(tmp_path / "a.npz")


@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_damage_is_more_than_a_sentence(tmp_path, data):
    """Flip, cut or fill any part of a compressed or plain file: it opens or is refused."""
    path = tmp_path / "a.npz"
    if data.draw(st.booleans(), label="compressed"):
        motion = full_motion()
        np.savez_compressed(path, poses=motion.poses, trans=motion.trans, fps=np.float64(30))
    else:
        save_motion(path, full_motion())
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(1, 8))
        content[at : at + length] = data.draw(st.binary(min_size=length, max_size=length))
    path.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    try:
        load_motion(path)
    except StudioError as refused:
        assert refused.message


@pytest.mark.parametrize("values", [np.zeros(2), np.full(3, np.nan), np.array(["a", "b", "c"])])
def test_a_damaged_channel_is_a_sentence(tmp_path, values):
    np.savez(
        tmp_path / "a.npz", poses=np.zeros((3, 24, 3)), trans=np.zeros((3, 3)), channel_blur=values
    )
    with pytest.raises(FileProblem, match="damaged"):
        load_motion(tmp_path / "a.npz")
