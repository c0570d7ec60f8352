"""The table over a data set: right pairs, right means, an interval and a test that can be wrong."""

from __future__ import annotations

import numpy as np
import pytest

from core.compare import CompareOptions, compare
from core.compare.quality import clip_quality
from core.compare.summary import (
    ALL,
    ClipPair,
    folder_pairs,
    interval,
    only,
    paired_test,
    project_pairs,
    summarise,
)
from core.compare.table import as_csv, as_latex, comparison_table, text_columns
from core.datasets.demo import generate
from core.errors import StudioError
from core.motion import Motion, Provenance
from core.motion_file import save_motion
from core.project import Project


def weak(motion: Motion, share: float = 0.7) -> Motion:
    poses = motion.poses.copy()
    poses[:, [4, 5]] *= share
    return motion.replace(poses=poses)


@pytest.fixture(scope="module")
def summary():
    pairs = []
    for label in ("squat down", "kicking"):
        for seed in range(3):
            motion = generate(label, seed, 24)
            name = f"{label} {seed}"
            pairs.append(
                ClipPair(
                    label=label,
                    name=name,
                    first=lambda m=motion: weak(m),
                    second=lambda m=motion: m,
                )
            )
    return summarise(pairs, ("VIBE", "PARE"))


def test_the_deeper_knees_are_found_action_by_action(summary):
    row = summary.row("squat down", "peak knee flexion")
    assert row.num_pairs == 3 and row.test == "paired t"
    assert row.difference == pytest.approx(row.second - row.first)
    assert row.difference > 10 and row.low < row.difference < row.high
    assert summary.row(ALL, "peak knee flexion").num_pairs == 6
    assert summary.row(ALL, "peak knee flexion").test == "Wilcoxon"


def test_interval_and_test_agree_with_the_textbook():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    low, high = interval(values)
    assert (low, high) == (pytest.approx(1.0368, abs=1e-3), pytest.approx(4.9632, abs=1e-3))
    p_value, test = paired_test(values)
    assert test == "paired t" and p_value == pytest.approx(0.0132, abs=1e-4)
    assert paired_test(np.arange(1.0, 7.0))[0] == pytest.approx(2 / 64)  # Wilcoxon, all positive
    assert paired_test(np.array([1.0]))[1] == "" and np.isnan(interval(np.array([1.0]))[0])


def test_the_table_is_written_as_csv_and_latex(summary):
    table = only(summary, ["peak knee flexion"]).table()
    assert as_csv(table).splitlines()[0].startswith("action,measure,unit,pairs,VIBE,PARE")
    latex = as_latex(table)
    assert r"\toprule" in latex and r"$^\circ$" in latex and "squat down" in latex


def test_a_project_pairs_estimators_of_one_source(tmp_path):
    motion = generate("squat down", 0, 12)
    with Project.open(tmp_path / "project") as project:
        for source in ("a.mp4", "b.mp4"):
            for estimator in ("vibe", "pare"):
                made = Provenance(kind="estimated", source=source, estimator=estimator)
                project.add(motion.replace(provenance=made), f"{source} {estimator}", "squat down")
        project.add(motion, "alone", "squat down")
        pairs = project_pairs(project, "vibe", "pare")
        assert [pair.label for pair in pairs] == ["squat down"] * 2
        for pair in pairs:
            assert pair.first().provenance.source == pair.second().provenance.source
            assert (pair.first().provenance.estimator, pair.second().provenance.estimator) == (
                "vibe", "pare",
            )  # fmt: skip


def test_folders_are_paired_by_name_and_a_broken_clip_is_left_out(tmp_path):
    motion = generate("squat down", 0, 12)
    for side in ("one", "two"):
        (tmp_path / side).mkdir()
        for name in ("a", "b"):
            save_motion(tmp_path / side / f"{name}.npz", motion)
    save_motion(tmp_path / "one" / "only.npz", motion)
    (tmp_path / "two" / "b.npz").write_bytes(b"no clip")
    found = summarise(folder_pairs(tmp_path / "one", tmp_path / "two"), ("one", "two"))
    assert found.rows[0].num_pairs == 1
    assert len(found.skipped) == 1 and found.skipped[0].startswith("b:")
    with pytest.raises(StudioError, match="no pairs"):
        summarise([], ("one", "two"))


def test_the_table_of_two_clips_leaves_the_references_differences_empty():
    squat = generate("squat down", 0, 30)
    comparison = compare([squat, weak(squat)], CompareOptions(space="procrustes"))
    qualities = [clip_quality(squat), clip_quality(weak(squat))]
    table = comparison_table(comparison, qualities, ["a", "b"])
    rows = {row[0]: row[1:] for row in table}
    assert rows["mean difference"][1] == "" and float(rows["mean difference"][2]) > 1
    assert "mean difference of left knee" in rows and "scaled by" in rows
    assert text_columns(table) == 2
    assert r"\begin{tabular}{llrr}" in as_latex(table)
    short = comparison_table(comparison, qualities, ["a", "b"], has_joints=False)
    assert len(short) == len(table) - 48


def test_every_measure_says_what_it_is():
    quality = clip_quality(generate("squat down", 0, 30))
    assert all(row.help for row in quality.rows)
