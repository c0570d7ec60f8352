"""The self-check sees what is wrong with a file, whatever it is."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from core.errors import FileProblem
from core.export import ExportOptions, export_motion
from core.export.self_check import can_check, check_file
from tests.core.export.motions import lively_motion

ENDINGS = (".fbx", ".glb", ".bvh")


@pytest.mark.parametrize("ending", ENDINGS)
def test_another_clip_in_the_file_is_seen(tmp_path, ending):
    motion, path = lively_motion(10), tmp_path / f"a{ending}"
    export_motion(motion.replace(trans=motion.trans + np.array([0.0, 0.002, 0.0])), path)
    check = check_file(path, motion)
    assert check.largest_mm == pytest.approx(2.0, abs=0.01)
    assert not check.is_good and "2.0" in check.sentence


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_off_is_a_sentence(tmp_path, ending, part):
    motion, path = lively_motion(10), tmp_path / f"a{ending}"
    export_motion(motion, path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    if ending == ".fbx" and part == 0.999:
        return  # only the footer is lost, which readers do not need
    with pytest.raises(FileProblem):
        check = check_file(path, motion)
        assert not check.is_good  # a last number cut in two still reads
        raise FileProblem("seen")


@pytest.mark.parametrize("ending", ENDINGS)
def test_another_length_or_rate_is_a_sentence(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    export_motion(lively_motion(10), path)
    with pytest.raises(FileProblem, match="10 frames instead of 11"):
        check_file(path, lively_motion(11))
    with pytest.raises(FileProblem, match="another rate"):
        check_file(path, lively_motion(10, fps=24.0))


@pytest.mark.parametrize("ending", ENDINGS)
def test_missing_bones_are_named(tmp_path, ending):
    motion, path = lively_motion(3), tmp_path / f"a{ending}"
    export_motion(motion, path, skeleton="unity")
    with pytest.raises(FileProblem, match="lacks the bone Pelvis"):
        check_file(path, motion)


@pytest.mark.parametrize("ending", [*ENDINGS, ".npz", ".csv"])
def test_damaged_bytes_are_a_sentence_or_a_number_never_a_crash(tmp_path, ending):
    motion, path = lively_motion(4), tmp_path / f"a{ending}"
    export_motion(motion, path, mesh=False)
    data, generator = path.read_bytes(), np.random.default_rng(5)
    refused = 0
    for _ in range(40):
        damaged = bytearray(data)
        for place in generator.integers(min(len(data), 6000), size=2):
            damaged[place] = generator.integers(256)
        path.write_bytes(damaged)
        try:
            check_file(path, motion)
        except FileProblem:
            refused += 1
    assert refused > 0


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("fps", [12.5, 23.976, 29.97, 59.94, 33.333, 1000.0])
def test_odd_rates_of_long_clips_are_no_other_rate(tmp_path, ending, fps):
    motion, path = lively_motion(3000, fps=fps), tmp_path / f"a{ending}"
    export_motion(motion, path, mesh=False, rotation_order="table")
    assert check_file(path, motion).is_good


def test_a_wrong_weight_shows_in_the_skin(tmp_path):
    motion, path = lively_motion(6), tmp_path / "a.glb"
    export_motion(motion, path)
    data = bytearray(path.read_bytes())
    (size,) = struct.unpack_from("<I", data, 12)
    document = json.loads(data[20 : 20 + size])
    attributes = document["meshes"][0]["primitives"][0]["attributes"]
    view = document["bufferViews"][document["accessors"][attributes["JOINTS_0"]]["bufferView"]]
    start = 28 + size + view["byteOffset"]
    data[start : start + 4] = bytes([20, 20, 20, 20])  # the first vertex follows a wrist
    path.write_bytes(data)
    check = check_file(path, motion)
    assert check.largest_mm < 0.01
    assert check.vertex_mm is not None and check.vertex_mm > 10
    assert not check.is_good


def test_a_wrong_unit_shows(tmp_path):
    motion, path = lively_motion(4), tmp_path / "a.bvh"
    export_motion(motion, path, unit="m")
    assert check_file(path, motion).largest_mm > 100


@pytest.mark.parametrize("ending", [".npz", ".smpl.npz", ".amass.npz", ".csv", ".c3d", ".usd"])
def test_the_light_formats_are_read_back_too(tmp_path, ending):
    if (needs := {".c3d": "c3d", ".usd": "pxr"}.get(ending)) is not None:
        pytest.importorskip(needs, reason=f"{needs} is an extra")
    motion, path = lively_motion(12, fps=24.0), tmp_path / f"a{ending}"
    export_motion(motion, path, bind_frame=ending == ".usd", skeleton="rigify")
    options = ExportOptions(bind_frame=ending == ".usd", skeleton="rigify")
    check = check_file(path, motion, options)
    assert check.largest_mm < 0.02
    assert (check.vertex_mm is not None) == (ending == ".usd")
    off = check_file(path, motion.replace(trans=motion.trans + np.array([0, 0, 0.003])), options)
    assert off.largest_mm == pytest.approx(3.0, abs=0.05)


def test_formats_without_a_reader_say_so(tmp_path):
    assert not can_check(tmp_path / "a.mp4")
    with pytest.raises(FileProblem, match="cannot be checked"):
        check_file(tmp_path / "a.mp4", lively_motion(2))


def test_a_rolled_over_weight_or_nan_is_never_good(tmp_path):
    motion, path = lively_motion(4), tmp_path / "a.bvh"
    export_motion(motion, path)
    lines = path.read_text().splitlines()
    lines[-1] = lines[-1].replace(lines[-1].split()[5], "nan", 1)
    path.write_text("\n".join(lines) + "\n")
    check = check_file(path, motion)
    assert not check.is_good
    assert np.isnan(check.largest_mm)
