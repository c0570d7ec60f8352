"""What the Evaluate page does: reports, evaluations in a process, misread clips on the stage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.errors import StudioError
from core.evaluation.references import Reference, fitting, load_references
from core.evaluation.report import Report, reports_folder, why_not_comparable
from studio import bridge, theme
from studio.document import Document, ShownClip
from studio.services.evaluating import Wanted, evaluated, misread_clips
from studio.services.reports import DeleteReports, RenameReport, StoredReport, stored_reports

MOST_COMPARED = 4
_A_ROW = 4  # bodies side by side
LETTERS = "ABCD"


class EvaluateSession(QObject):
    """Signals: ``reports_changed`` the list; ``chosen_changed`` those in the table,
    ``in_hand_changed`` the first of them;
    ``busy_changed``, ``progressed(fraction, text)`` of a running evaluation; ``staged(cell)`` the
    cell whose clips stand on the stage, None for none."""

    reports_changed = Signal()
    chosen_changed = Signal()
    in_hand_changed = Signal()
    busy_changed = Signal()
    progressed = Signal(float, str)
    staged = Signal(object)

    def __init__(
        self, document: Document, parent: QObject, report: Callable[[str], None] = lambda text: None
    ) -> None:
        super().__init__(parent)
        self._document, self._tell_job = document, report
        self.stored: tuple[StoredReport, ...] = ()
        self.chosen: tuple[StoredReport, ...] = ()
        self._in_hand: Path | None = None
        self._theirs: tuple[Reference, ...] = ()
        self.is_read = False  # whether the folder was looked at
        self._handle: Any = None
        self._newest_wanted = False
        self._seen: tuple[tuple[Path, int], ...] = ()
        document.history_changed.connect(self._follow_history)

    # -- reports ----------------------------------------------------------------------------------
    @property
    def current(self) -> Report | None:
        """The report in hand: the first of those chosen."""
        return self.chosen[0].report if self.chosen else None

    @property
    def reports(self) -> list[Report]:
        """All that are in the table."""
        return [stored.report for stored in self.chosen]

    def marks(self) -> dict[Path, tuple[str, str]]:
        """Letter and colour of each report in the table; none where there is only one."""
        if len(self.chosen) < 2:
            return {}
        return {
            stored.path: (LETTERS[k], theme.SAMPLE_COLORS[k])
            for k, stored in enumerate(self.chosen)
        }

    def warnings(self) -> tuple[str, ...]:
        """What to know before believing: of the comparison, then of each report."""
        found = list(why_not_comparable(self.reports)) if len(self.chosen) > 1 else []
        for report in self.reports:
            for text in report.warnings:
                found.append(f"{report.name}: {text}" if len(self.chosen) > 1 else text)
        return tuple(dict.fromkeys(found))

    def refresh(self) -> None:
        """Look which reports there are."""
        bridge.run_in_thread(
            lambda progress: (stored_reports(), _theirs()), lambda found: self._take(*found),
            self._document.problem.emit, key="reports", owner=self,
        )  # fmt: skip

    def references(self) -> tuple[Reference, ...]:
        """Rows of others that belong to the data of the report in hand."""
        report = self.current
        return fitting(self._theirs, str(report.dataset.get("name", ""))) if report else ()

    def _take(
        self, found: list[StoredReport], theirs: tuple[tuple[Reference, ...], StudioError | None]
    ) -> None:
        self.is_read = True
        self._theirs, problem = theirs
        if problem is not None:
            self._document.problem.emit(problem.message, problem.hint)
        self.stored = tuple(found)
        self._seen = _files()
        paths = [stored.path for stored in found]
        kept = [paths.index(s.path) for s in self.chosen if s.path in paths]
        if self._newest_wanted:
            kept, self._newest_wanted = [], False
        self.chosen = tuple(found[k] for k in kept)
        self.reports_changed.emit()

    def choose(self, stored: list[StoredReport]) -> None:
        """Put reports into the table, the first in hand; at most :data:`MOST_COMPARED`."""
        if len(stored) > MOST_COMPARED:
            self._document.message.emit(f"The first {MOST_COMPARED} are in the table.")
        chosen = tuple(stored[:MOST_COMPARED])
        was = self._in_hand
        self.chosen = chosen
        self._in_hand = chosen[0].path if chosen else None
        self.chosen_changed.emit()
        if self._in_hand != was:
            self._document.show(())
            self.staged.emit(None)
            self.in_hand_changed.emit()

    def rename(self, stored: StoredReport, name: str) -> None:
        """Give a report another name."""
        self._document.execute(RenameReport(path=stored.path, name=name))

    def delete(self) -> None:
        """Move the reports in the table to the bin."""
        if self.chosen and self._document.execute(DeleteReports([s.path for s in self.chosen])):
            what = "Report" if len(self.chosen) == 1 else f"{len(self.chosen)} reports"
            self._document.message.emit(f"{what} deleted. Ctrl+Z brings it back.")

    def _follow_history(self) -> None:
        """After a rename or the bin, or the undo of one: read again, where files changed."""
        if self.is_read and _files() != self._seen:
            self.refresh()

    # -- the stage --------------------------------------------------------------------------------
    def play_misread(
        self, row: str, true: int, read: int, done: Callable[[], None],
        failed: Callable[[str, str], None] | None = None,
    ) -> None:  # fmt: skip
        """Make the misread clips of a cell again and stand them in rows; ``done`` when they stand.

        What keeps it from happening goes to ``failed``, else to the bar.
        """
        report = self.current
        if report is None:
            return
        in_hand = self._in_hand
        wanted = [
            clip for clip in report.misread
            if (clip.row, clip.label, clip.read_as) == (row, true, read)
        ]  # fmt: skip
        if not wanted:
            self._document.message.emit(
                "These clips were read right; only misread ones can be played."
            )
            return

        def show(found: list[Any]) -> None:
            if self._in_hand != in_hand:
                return
            a_row = _A_ROW if len(found) > _A_ROW + 1 else len(found)
            self._document.show(
                ShownClip(
                    key=f"{clip.row}/{clip.seed}/{clip.index}", motion=motion,
                    kind="generated" if clip.row == "generated" else "demo",
                    name=report.labels[clip.label], row=place // a_row,
                    detail=f"read as {report.labels[clip.read_as]}",
                )
                for place, (clip, motion) in enumerate(found)
            )  # fmt: skip
            self.staged.emit((true, read))
            done()

        bridge.run_in_thread(
            lambda progress: misread_clips(report, wanted), show,
            failed or self._document.problem.emit, key="misread", owner=self,
        )  # fmt: skip

    # -- evaluating -------------------------------------------------------------------------------
    @property
    def is_busy(self) -> bool:
        """Whether an evaluation runs."""
        return self._handle is not None

    def evaluate(self, wanted: Wanted) -> None:
        """Evaluate in a process of its own."""
        if self.is_busy:
            self._document.message.emit("One evaluation at a time; this one is not done yet.")
            return
        name = Path(wanted.checkpoint).stem

        def tell(fraction: float, text: str, _preview: object = None) -> None:
            self.progressed.emit(fraction, text or "Evaluating")
            self._tell_job(f"evaluation {fraction:.0%}")

        def done(_result: object) -> None:
            self._newest_wanted, self.chosen = True, ()
            self._end()
            self._document.message.emit(f"{name} is measured.")
            self.refresh()

        def failed(message: str, hint: str) -> None:
            self._end()
            self._document.problem.emit(message, hint)

        self._handle = bridge.run_in_thread(
            lambda progress: evaluated(wanted, progress), done, failed, on_progress=tell,
            on_cancelled=self._end, owner=self,
        )  # fmt: skip
        self.busy_changed.emit()

    def cancel(self) -> None:
        """Stop the evaluation; nothing is kept."""
        if self._handle is not None:
            self._handle.cancel()

    def _end(self) -> None:
        self._handle = None
        self._tell_job("")
        self.busy_changed.emit()


def _theirs() -> tuple[tuple[Reference, ...], StudioError | None]:
    """Rows of others, and what is wrong with their file."""
    try:
        return load_references(), None
    except StudioError as error:
        return (), error


def _files() -> tuple[tuple[Path, int], ...]:
    """The files of reports with their times: what a look at the folder would find."""
    found = []
    for path in reports_folder().glob("*.report.json"):
        try:
            found.append((path, path.stat().st_mtime_ns))
        except OSError:
            continue
    return tuple(sorted(found))
