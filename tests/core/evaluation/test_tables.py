"""Tables of several reports: differences, what is marked best, the bin of reports."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import FileProblem
from core.evaluation import references
from core.evaluation import report as reports
from core.evaluation.tables import csv_text, difference, markdown, table_rows
from tests.core.evaluation.factories import report


def test_a_difference_is_taken_seed_by_seed():
    """A seed draws the same real clips for both: what they share must not widen the interval."""
    shared = np.random.default_rng(0).normal(0, 5, 20)
    found = difference(shared + 1.0, shared + 1.5)
    assert found is not None
    assert found.value == pytest.approx(0.5) and found.interval == pytest.approx(0, abs=1e-9)


def test_the_difference_of_unequal_numbers_of_seeds_adds_the_squares():
    found = difference([0.0, 2.0], [3.0, 5.0, 7.0])
    assert found is not None
    expected = 1.96 * np.hypot(np.sqrt(2) / np.sqrt(2), 2.0 / np.sqrt(3))
    assert found.value == 4.0 and found.interval == pytest.approx(expected)
    assert difference([], [1.0]) is None


def test_two_reports_have_rows_of_differences_that_are_copied_too():
    first, second = report("a", fid=1.0), report("b", fid=0.4)
    rows = table_rows([first, second], with_difference=True)
    last = rows[-1]
    assert last.name == "b − a, generated" and last.minus is first
    assert last.cells[0].text().startswith("-0.60")
    assert "b − a, generated" in markdown([first, second], with_difference=True)
    assert "b − a" not in csv_text([first, second])
    assert table_rows([first], with_difference=True)[-1].minus is None


def test_reports_of_other_recognisers_get_neither_marks_nor_differences():
    first = report("a", fid=1.0)
    second = report("b", fid=0.4, recogniser="other")
    rows = table_rows([first, second], with_difference=True)
    assert [row.name for row in rows] == ["a, GT", "a, generated", "b, GT", "b, generated"]
    assert not any(cell.is_best for row in rows for cell in row.cells)
    again = table_rows([first, report("b", fid=0.4)])
    assert [row.name for row in again if row.cells[0].is_best] == ["b, generated"]


def test_a_report_can_be_renamed_and_comes_back_from_the_bin(tmp_path):
    path = reports.save_report(report("a"), tmp_path / "one.report.json")
    reports.rename_report(path, "another")
    assert reports.load_report(path).name == "another"
    binned = reports.delete_report(path)
    assert not path.exists() and binned.parent.name == "bin"
    assert reports.restore_report(binned) == path
    assert reports.load_report(path).name == "another"


def test_deleting_twice_loses_nothing(tmp_path):
    paths = []
    for name in ("a", "b"):
        path = reports.save_report(report(name), tmp_path / "one.report.json")
        paths.append(reports.delete_report(path))
    assert [reports.load_report(path).name for path in paths] == ["a", "b"]


def test_a_report_that_is_gone_cannot_be_deleted(tmp_path):
    with pytest.raises(FileProblem, match="could not be moved"):
        reports.delete_report(tmp_path / "none.report.json")


def test_rows_of_papers_are_shown_last_and_marked_as_theirs(tmp_path):
    path = tmp_path / "references.csv"
    path.write_text(
        f"{references.START}{references.header()}\nSome paper,Demo,0.5,0.01,,,0.9,,,,,\n"
        "Elsewhere,other,0.1,,,,,,,,,\n"
    )
    found = references.fitting(references.load_references(path), "demo")
    assert [one.title for one in found] == ["Some paper (theirs)"]
    text = markdown([report("a")], references=found).splitlines()[-1]
    assert text == "| Some paper (theirs) | 0.50 ± 0.01 | – | 90.0 | – | – |"
    assert "**" not in text


def test_a_line_of_a_paper_that_is_no_number_is_named(tmp_path):
    path = tmp_path / "references.csv"
    path.write_text(f"# a note\n{references.header()}\nSome paper,,0.5\nAnother,,about 1\n")
    with pytest.raises(FileProblem, match="Line 4"):
        references.load_references(path)
    assert references.load_references(tmp_path / "none.csv") == ()
