"""Options together: whatever is combined, the file is the clip."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StudioError
from core.export import OPTIONS, ExportOptions, export_motion, options_from
from core.export.self_check import check_file
from core.motion_file import load_motion
from tests.core.export.motions import lively_motion


def values_of(info):
    known = [value for value, _ in info.choices] or [False, True]
    return st.sampled_from(known)


ANY = st.fixed_dictionaries({info.name: values_of(info) for info in OPTIONS})


@given(choice=ANY, ending=st.sampled_from([".fbx", ".glb", ".bvh"]), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_any_combination_of_options_keeps_the_motion(choice, ending, seed):
    motion, options = lively_motion(5, seed), ExportOptions(**choice)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{ending}"
        export_motion(motion, path, options)
        assert check_file(path, motion, options).largest_mm < 0.01


def test_every_option_is_described_and_has_its_default_among_its_choices():
    options = ExportOptions()
    assert {info.name for info in OPTIONS} == set(vars(options))
    for info in OPTIONS:
        assert info.label and info.help and not info.help.endswith("."), info.name
        known = [value for value, _ in info.choices] or [False, True]
        assert getattr(options, info.name) in known, info.name
        assert info.flag == "--" + info.name.replace("_", "-")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"skeleton": "lego"}, "Skeleton names cannot be lego. Use smpl or mixamo"),
        ({"mesh": "maybe"}, "Body mesh cannot be maybe. Use False or True"),
        ({"fps": 0.0}, "0 frames per second cannot be written"),
        ({"fps": float("nan")}, "nan frames per second"),
        ({"colour": 1}, "There is no export option colour"),
    ],
)
def test_what_cannot_be_is_a_sentence(values, sentence):
    with pytest.raises(StudioError) as caught:
        options_from(values)
    assert sentence in str(caught.value)


def test_a_choice_for_skeletons_leaves_other_formats_alone(tmp_path):
    motion = lively_motion(20)
    export_motion(motion, tmp_path / "a.npz", root="in_place", skeleton="unreal", fps=60.0)
    back = load_motion(tmp_path / "a.npz")
    assert back.num_frames == 39
    assert abs(back.trans[-1, 0] - motion.trans[-1, 0]) < 1e-6


def test_an_option_knows_the_formats_it_matters_for():
    by_name = {info.name: info for info in OPTIONS}
    assert by_name["fps"].matters_for(".npz") and by_name["fps"].matters_for(".fbx")
    assert by_name["unit"].matters_for(".bvh") and not by_name["unit"].matters_for(".fbx")
    assert by_name["mesh"].matters_for(".usd") and not by_name["mesh"].matters_for(".bvh")
