"""The Evaluate page over stored reports: the table, the matrix, where the numbers come from."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from core.errors import Cancelled, StudioError
from core.evaluation.report import Misread, Report, Row, save_report
from core.progress import Progress
from core.project import Project
from studio.actions import Actions
from studio.document import Document
from studio.pages.evaluate import EvaluatePage
from studio.playback import Playback
from studio.services import evaluating
from studio.window.page import PageContext


def a_report(name="first", created=1.0):
    values = {"fid_train": [1.0, 1.2], "accuracy": [0.8, 0.9], "diversity": [5.0, 5.1],
              "multimodality": [2.0, 2.1]}  # fmt: skip
    return Report(
        name=name, created=created, checkpoint={"name": "m.safetensors", "epoch": 4},
        dataset={"name": "demo", "fingerprint": "abc", "split": "by file"},
        recogniser={"name": "gru", "num_frames": 60, "trained_on": {"test_accuracy": 0.9}},
        options={"seeds": 2}, labels=("walk", "run"),
        rows=(
            Row(name="GT", values={"accuracy": [0.95, 0.97], "diversity": [6.0, 6.0]},
                confusion=[[19, 1], [0, 20]]),
            Row(name="generated", values=values, confusion=[[16, 4], [2, 18]]),
        ),
        physical={"jitter": {"GT": 100.0, "generated": 150.0}},
        misread=(Misread(row="generated", seed=0, index=3, label=0, read_as=1),),
        warnings=("The recogniser was trained on another estimator's clips.",),
    )  # fmt: skip


class FakeViewport(QWidget):
    def frame_all(self, **_options):
        pass


@pytest.fixture
def page(dressed, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
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


def test_no_report_says_what_to_do(page, qtbot):
    page.entered()
    qtbot.waitUntil(lambda: not page.empty.isHidden(), timeout=5000)
    assert page.list.count() == 0


def test_the_newest_report_is_shown_with_its_table_and_story(page, qtbot):
    save_report(a_report("old", 1.0))
    save_report(a_report("new", 2.0))
    page.entered()
    qtbot.waitUntil(lambda: page.list.count() == 2, timeout=5000)
    assert page.heading.title.text() == "new"
    rows = dict(page.table.rows)
    assert rows["generated"][2][0].startswith("85.0")
    assert page.confusion.counts.tolist() == [[16, 4], [2, 18]]
    story = dict(page.story._rows)
    assert story["fingerprint"] == "abc" and story["its held-out accuracy"] == "90.0 %"
    assert "another estimator" in page.warnings.text()
    assert dict(page.physics._rows)["jitter"] == "150  (GT 100)"
    page.list.setCurrentRow(1)
    assert page.heading.title.text() == "old"


def test_the_table_can_be_copied(page):
    page.show_report(a_report())
    page.copy("LaTeX")
    assert "tabular" in QGuiApplication.clipboard().text()


def test_a_cell_plays_the_clips_in_it(page, qtbot, monkeypatch):
    from core.datasets.demo import generate

    report = a_report()
    page.show_report(report)
    monkeypatch.setattr(
        "studio.pages.evaluate.misread_clips",
        lambda report, clips: [(clip, generate("throw", 1, 20)) for clip in clips],
    )
    page.play_misread(0, 1)
    qtbot.waitUntil(lambda: len(page._document.shown) == 1, timeout=5000)
    assert page._document.shown[0].detail == "read as run, seed 0"
    said = []
    page._document.message.connect(said.append)
    page.play_misread(1, 1)
    assert "read right" in said[0]


def test_a_press_on_the_matrix_names_its_cell(page):
    page.show_report(a_report())
    page.confusion.resize(500, 200)
    middle = page.confusion.cell(0, 1).center()
    assert page.confusion.at(middle.x(), middle.y()) == (0, 1)
    assert page.confusion.at(10, 10) is None


def test_the_processs_own_sentence_is_passed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    wanted = evaluating.Wanted(
        checkpoint=tmp_path / "none.safetensors", dataset="nothing", recogniser="x", seeds=1
    )
    with pytest.raises(StudioError, match=r"nothing|none"):
        evaluating.evaluated(wanted, Progress())


def test_cancelling_ends_the_process(tmp_path, monkeypatch):
    ended = []

    class Slow:
        stderr = iter(["  10% Seed 1 of 20\n", "  20% Seed 2 of 20\n"])

        def poll(self):
            return 0 if ended else None

        def terminate(self):
            ended.append(True)

        def wait(self):
            return 0

    monkeypatch.setattr(evaluating.subprocess, "Popen", lambda *a, **k: Slow())
    with pytest.raises(Cancelled):
        evaluating._run(["evaluate"], Progress(is_cancelled=lambda: True))
    assert ended


def test_the_page_needs_no_torch():
    code = "import sys, studio.pages.evaluate\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
