"""``motion-studio compare``: numbers, tables and refusals."""

from __future__ import annotations

import csv

import pytest
from typer.testing import CliRunner

from core.datasets.demo import generate
from core.motion_file import save_motion
from studio.cli.app import app
from tests.core.estimators.results.layouts import write_pare, write_vibe


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    motion = generate("squat down", 3, 40)
    poses = motion.poses.copy()
    poses[:, [4, 5]] *= 0.7
    return [write_vibe(motion.replace(poses=poses), folder), write_pare(motion, folder)]


def run(*words):
    return CliRunner().invoke(app, ["compare", *map(str, words)])


def test_results_of_vibe_and_pare_are_told_with_their_knees(files, tmp_path):
    result = run(*files, "--fps", 30, "--table", tmp_path / "both.csv")
    assert result.exit_code == 0, result.output
    assert "same frames of the video" in result.output
    assert "left knee" in result.output
    rows = {row[0]: row for row in csv.reader((tmp_path / "both.csv").open(encoding="utf-8"))}
    assert rows["measure"] == ["measure", "unit", "VIBE", "PARE"]
    vibe, pare = map(float, rows["peak knee flexion"][2:])
    assert pare > vibe + 20


def test_the_table_is_latex_where_its_name_says_so(files, tmp_path):
    assert run(*files, "--fps", 30, "--table", tmp_path / "both.tex").exit_code == 0
    assert r"\begin{tabular}" in (tmp_path / "both.tex").read_text(encoding="utf-8")


def test_two_folders_become_a_table_with_tests(tmp_path):
    for side, share in (("vibe", 0.7), ("pare", 1.0)):
        (tmp_path / side).mkdir()
        for seed in range(2):
            motion = generate("squat down", seed, 20)
            poses = motion.poses.copy()
            poses[:, [4, 5]] *= share
            save_motion(tmp_path / side / f"{seed}.npz", motion.replace(poses=poses))
    table = tmp_path / "table.pdf"
    result = run(tmp_path / "vibe", tmp_path / "pare", "--names", "VIBE,PARE", "--table", table)
    assert result.exit_code == 0, result.output
    assert "PARE - VIBE" in result.output and "paired t" in result.output
    assert table.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "0 clips are no comparison"),
        (("--table", "a.xlsx"), "cannot be written as a table"),
        (("nowhere.npz", "there.npz"), "is not there"),
        (("a.npz", "b.npz", "--video", "gone.mp4"), "The video gone.mp4 is not there"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(words, sentence):
    result = run(*words)
    assert result.exit_code == 2
    assert sentence in result.output
