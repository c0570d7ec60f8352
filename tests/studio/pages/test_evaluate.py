"""The Evaluate page over stored reports: the table, the matrix, where the numbers come from."""

from __future__ import annotations

import dataclasses
import hashlib
import subprocess
import sys
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from core.errors import Cancelled, StudioError
from core.evaluation.references import begin_references
from core.evaluation.report import list_reports, save_report
from core.progress import Progress
from core.project import Project
from studio.actions import Actions
from studio.document import Document
from studio.pages.evaluate import EvaluatePage
from studio.playback import Playback
from studio.services import evaluating
from studio.window.page import PageContext
from tests.core.evaluation.factories import report as a_report


class FakeViewport(QWidget):
    def frame_all(self, **_options):
        pass


@pytest.fixture
def page(dressed, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    monkeypatch.setattr(evaluating, "model_of", _gone)
    viewport = FakeViewport()
    qtbot.addWidget(viewport)
    document = Document(Project.open(tmp_path / "project"))
    made = EvaluatePage(
        PageContext(document=document, playback=Playback(viewport), actions=Actions(viewport),
                    viewport=viewport, library=QWidget)
    )  # fmt: skip
    for widget in (made.left, made.right, made.below):
        qtbot.addWidget(widget)
    yield made
    from studio import bridge

    bridge.shut_down()
    document.project.close()


def _gone(report):
    raise StudioError("The model is no longer here.")


def entered(page, qtbot, *reports):
    """The page over these reports, the newest first."""
    for report in reports:
        save_report(report)
    page.entered()
    qtbot.waitUntil(lambda: len(page.session.stored) == len(reports), timeout=5000)


def test_no_report_says_what_to_do(page, qtbot):
    page.entered()
    qtbot.waitUntil(lambda: page.session.is_read, timeout=5000)
    assert not page.list.empty.isHidden() and page.list.list.isHidden()
    assert page.new_button.isHidden() and not page.has_report()


def test_the_newest_report_is_shown_with_its_table_and_story(page, qtbot):
    entered(page, qtbot, a_report("old", created=1.0), a_report("new", created=2.0))
    assert page.report.name == "new"
    rows = {row.name: row.cells for row in page.table.rows}
    assert rows["generated"][2].text.startswith("85.0")
    assert page.confusion.counts.tolist() == [[16, 4], [2, 18]]
    story = dict(page.story.story._rows)
    assert story["fingerprint"] == "abc" and story["accuracy, held out"] == "90.0 %"
    assert "another estimator" in page.story.warnings.text()
    assert page.story.physics.rows[0].values == (100.0, 150.0)
    page.list.step(1)
    assert page.report.name == "old"


def test_a_number_opens_the_values_of_its_seeds(page, qtbot):
    entered(page, qtbot, a_report())
    page.table.choose(1, 2)
    assert page.story.number_title.text == "Accuracy, generated"
    assert page.story.dots.values == pytest.approx((80.0, 90.0))
    assert page.story.dots.reference == pytest.approx((95.0, 97.0))
    facts = dict(page.story.number_rows._rows)
    assert facts["clips a seed"] == "20" and facts["recogniser"] == "gru"
    assert facts["seeds"] == "2, from 80.00 to 90.00"
    assert "80.00, 90.00" in page.table.rows[1].cells[2].tip
    page.table.choose(0, 0)  # GT has no FID against itself
    assert page.story.dots.values == ()


def test_the_table_can_be_walked_by_keys(page, qtbot):
    entered(page, qtbot, a_report())
    assert page.table.cell == (1, 0)
    qtbot.keyClick(page.table, Qt.Key.Key_Right)
    qtbot.keyClick(page.table, Qt.Key.Key_Up)
    assert page.table.cell == (0, 1)
    assert page.story.number_title.text == "FID test, GT"


def test_two_reports_stand_in_one_table_with_their_difference(page, qtbot):
    entered(page, qtbot, a_report("a", created=2.0, fid=1.0), a_report("b", created=1.0, fid=0.5))
    page.list.choose([0, 1])
    assert [row.name for row in page.table.rows] == [
        "GT", "generated", "generated", "B − A  generated",
    ]  # fmt: skip
    assert [row.mark[0] if row.mark else "" for row in page.table.rows] == ["", "A", "B", ""]
    assert page.table.rows[2].cells[0].is_best and not page.table.rows[1].cells[0].is_best
    assert page.table.rows[3].cells[0].text == "−0.50 ± 0.00"
    assert len(page.story.physics.rows[0].values) == 3
    page.copy("CSV")
    assert '"b − a, generated",-0.5,0,' in QGuiApplication.clipboard().text()
    page.list.choose([1])
    assert all(row.mark is None for row in page.table.rows)


def test_rows_of_papers_stand_below_and_are_copied(page, qtbot):
    with begin_references().open("a") as file:
        file.write("Some paper,demo,0.5\n")
    entered(page, qtbot, a_report())
    assert page.table.rows[-1].name == "Some paper (theirs)"
    said = []
    page._context.document.message.connect(said.append)
    page.table.choose(2, 0)
    assert "Not measured here" in said[0]
    page.copy("Markdown")
    assert "Some paper (theirs) | 0.50 |" in QGuiApplication.clipboard().text()


def test_reports_that_cannot_be_compared_are_warned_of(page, qtbot):
    other = dataclasses.replace(
        a_report("b", created=1.0, recogniser="other"), dataset={"name": "x", "fingerprint": "y"}
    )
    entered(page, qtbot, a_report("a", created=2.0), other)
    page.list.choose([0, 1])
    text = page.story.warnings.text()
    assert "different recognisers" in text and "different data" in text
    assert not any("−" in row.name for row in page.table.rows)
    assert [row.mark[0] for row in page.table.rows] == ["A", "A", "B", "B"]


def test_the_table_can_be_copied(page, qtbot):
    entered(page, qtbot, a_report())
    page.copy("LaTeX")
    assert "tabular" in QGuiApplication.clipboard().text()


def test_a_report_is_renamed_where_it_stands_and_undo_gives_the_old_name(page, qtbot):
    entered(page, qtbot, a_report("first"))
    page.list.model.setData(page.list.model.index(0), "baseline")
    qtbot.waitUntil(lambda: page.report.name == "baseline", timeout=5000)
    assert page.story.heading.title.text() == "baseline"
    page._context.document.undo()
    qtbot.waitUntil(lambda: page.report.name == "first", timeout=5000)


def test_deleted_reports_come_back_with_undo(page, qtbot):
    entered(page, qtbot, a_report("a", created=2.0), a_report("b", created=1.0))
    page.list.choose([0, 1])
    page.session.delete()
    qtbot.waitUntil(lambda: not page.session.stored, timeout=5000)
    assert not list_reports() and not page.list.empty.isHidden()
    page._context.document.undo()
    qtbot.waitUntil(lambda: len(page.session.stored) == 2, timeout=5000)
    assert page.report.name == "a"


def test_the_list_can_be_filtered(page, qtbot):
    entered(page, qtbot, a_report("kl1e-5", created=2.0), a_report("kl5e-5", created=1.0))
    page.list.search.setText("5e")
    assert [stored.report.name for stored in page.list.model.reports] == ["kl5e-5"]
    assert page.report.name == "kl5e-5"


def test_a_cell_plays_the_clips_in_it(page, qtbot, monkeypatch):
    from core.datasets.demo import generate

    entered(page, qtbot, a_report())
    monkeypatch.setattr(
        "studio.pages.evaluate_session.misread_clips",
        lambda report, clips: [(clip, generate("throw", 1, 20)) for clip in clips],
    )
    page.play_misread(0, 1)
    document = page._context.document
    qtbot.waitUntil(lambda: len(document.shown) == 1, timeout=5000)
    assert document.shown[0].name == "walk" and document.shown[0].detail == "read as run"
    assert page.confusion.chosen == (0, 1)
    assert page.parts.words.text == "walk read as run: 4 clips, 20.0%"
    said = []
    document.message.connect(said.append)
    page.play_misread(1, 1)
    assert "read right" in said[0]


def test_another_report_in_hand_clears_the_stage(page, qtbot, monkeypatch):
    from core.datasets.demo import generate

    entered(page, qtbot, a_report("a", created=2.0), a_report("b", created=1.0))
    monkeypatch.setattr(
        "studio.pages.evaluate_session.misread_clips",
        lambda report, clips: [(clip, generate("throw", 1, 20)) for clip in clips]
        if report.name == "a" else _gone(report),
    )  # fmt: skip
    page.play_most_misread()
    document = page._context.document
    qtbot.waitUntil(lambda: len(document.shown) == 1, timeout=5000)
    page.list.choose([1])
    assert document.shown == ()
    qtbot.waitUntil(lambda: "no longer" in page.parts.words.text, timeout=5000)


def test_the_matrix_answers_pointer_and_keys(page, qtbot):
    entered(page, qtbot, a_report())
    matrix = page.confusion
    matrix.resize(500, 200)
    middle = matrix.cell(0, 1).center()
    assert matrix.at(middle.x(), middle.y()) == (0, 1) and matrix.at(10, 100) is None
    pressed = []
    matrix.pressed.connect(lambda true, read: pressed.append((true, read)))
    matrix.choose(None)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(matrix, key)
    assert pressed == [(0, 1)]
    assert page.parts.words.text == "walk read as run: 4 clips, 20.0%"


def test_real_clips_have_a_confusion_too(page, qtbot):
    entered(page, qtbot, a_report())
    page.parts.matrix_row.picked.emit("reconstructed")  # not measured: the made clips stay
    assert page.parts.matrix_row.current == "generated"


def test_a_narrow_window_shows_one_half_at_a_time(page, qtbot):
    entered(page, qtbot, a_report())
    page.below.resize(1400, 300)
    page.below.show()
    halves = page.parts.halves
    assert all(halves.widget(half).isVisible() for half in range(2))
    page.below.resize(640, 300)
    assert [halves.widget(half).isVisible() for half in range(2)] == [True, False]
    page.parts.show_half(1)
    assert [halves.widget(half).isVisible() for half in range(2)] == [False, True]


def test_the_form_knows_model_and_data_of_a_report_that_is_measured_again(page, qtbot, tmp_path):
    model = tmp_path / "mine.safetensors"
    model.write_bytes(b"x")
    report = a_report()
    entered(page, qtbot, dataclasses.replace(report, checkpoint={"path": str(model)}))
    page.ask_again()
    qtbot.waitUntil(lambda: page._dialog is not None, timeout=20000)
    assert page._dialog.model.currentData() == str(model)
    assert page._dialog.data.currentData() == "demo"
    page._dialog.close()


def test_the_processs_own_sentence_is_passed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    wanted = evaluating.Wanted(
        checkpoint=tmp_path / "none.safetensors", dataset="nothing", recogniser="x", seeds=1
    )
    with pytest.raises(StudioError, match=r"nothing|none"):
        evaluating.evaluated(wanted, Progress())


def test_cancelling_ends_a_process_that_says_nothing(monkeypatch):
    started = []

    def silent(arguments, **options):
        code = "import time; time.sleep(60)"
        started.append(subprocess.Popen([sys.executable, "-c", code], **options))
        return started[0]

    before = time.monotonic()
    monkeypatch.setattr(evaluating, "subprocess", Namespace(subprocess, silent))
    asked = iter([False, False])
    with pytest.raises(Cancelled):
        evaluating._run(["evaluate"], Progress(is_cancelled=lambda: next(asked, True)))
    assert started[0].poll() is not None
    assert time.monotonic() - before < 20


class Namespace:
    """The module with another ``Popen``."""

    def __init__(self, module, popen):
        self.Popen, self.PIPE, self.DEVNULL = popen, module.PIPE, module.DEVNULL


def test_a_model_is_found_by_its_content_wherever_it_lies(tmp_path, monkeypatch):
    first, second = tmp_path / "a" / "m.safetensors", tmp_path / "b" / "m.safetensors"
    for path, content in ((first, b"trained on"), (second, b"measured")):
        path.parent.mkdir()
        path.write_bytes(content)
    monkeypatch.setattr(evaluating, "_known_models", lambda: [second])
    known = {
        "name": "m.safetensors",
        "path": str(first),
        "sha256": hashlib.sha256(b"measured").hexdigest(),
    }
    report = dataclasses.replace(a_report(), checkpoint=known)
    assert evaluating.model_of(report) == second
    second.write_bytes(b"overwritten")
    with pytest.raises(StudioError, match="no longer here as it was measured"):
        evaluating.model_of(report)


def test_the_page_needs_no_torch():
    code = "import sys, studio.pages.evaluate\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
