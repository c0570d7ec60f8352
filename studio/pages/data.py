"""Data: what a training will see. Classes, clips at random, outliers, splits, and decisions.

Composes panels; what they do lies in :class:`DataSession`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from core.errors import StudioError
from studio import theme
from studio.actions import Action
from studio.dialogs.finegym_build import BuildDialog, default_folder
from studio.pages.data_menus import label_menu, page_actions
from studio.pages.data_session import DataSession, Library
from studio.panels.data_classes import ClassList
from studio.panels.data_facts import FactsPanel
from studio.panels.data_outliers import OutliersPanel
from studio.panels.data_sets import DatasetsPanel
from studio.panels.data_split import SplitPanel
from studio.plots.length_histogram import LengthHistogram
from studio.widgets import Button, SectionHeading, Separator, SidePanel, primary_button
from studio.window.page import PageContext


class DataPage(QObject):
    """The page; implements ``studio.window.page.Page``."""

    id = "data"
    title = "Data"
    has_own_scene = True

    def __init__(self, context: PageContext, library: Library | None = None) -> None:
        super().__init__(context.viewport)
        self._context = context
        self._document = context.document
        self.session = DataSession(context.document, library or Library(), self)
        self.sets = DatasetsPanel()
        self.left: QWidget = self.sets
        self.overlay: QWidget | None = None
        self.classes = ClassList()
        self.class_heading = SectionHeading("Classes", "PgUp PgDown")
        self.length_heading = SectionHeading("Length of the clips")
        self.histogram = LengthHistogram()
        self.facts = FactsPanel()
        self.outliers = OutliersPanel()
        self.split = SplitPanel()
        self.train_button = primary_button("Train…", key="Ctrl+T")
        self.evaluate_button = Button("Evaluate…")
        self.manifest_button = Button("Manifest…", tooltip="Write every clip with its label")
        self.below: QWidget = self._below()
        self.right: QWidget = self._right()
        self._dialog: QWidget | None = None
        self._is_here = False
        self._connect()

    # -- putting together -------------------------------------------------------------------------
    def _below(self) -> QWidget:
        box = QWidget()
        box.setMinimumHeight(220)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setHandleWidth(1)
        halves.setChildrenCollapsible(False)
        for heading, widget in (
            (self.class_heading, self.classes), (self.length_heading, self.histogram),
        ):  # fmt: skip
            half = QWidget()
            column = QVBoxLayout(half)
            column.setContentsMargins(8, 10, 8, 10)
            column.setSpacing(6)
            inner = QHBoxLayout()
            inner.setContentsMargins(8, 0, 8, 0)
            inner.addWidget(heading)
            column.addLayout(inner)
            column.addWidget(widget, 1)
            halves.addWidget(half)
        halves.setSizes([560, 480])
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Separator())
        column.addWidget(halves, 1)
        return box

    def _right(self) -> QWidget:
        panel = SidePanel("Data set")
        panel.add(self.facts)
        panel.add_separator()
        panel.add(self.outliers, stretch=1, edge_to_edge=True)
        panel.add_separator()
        panel.add(self.split)
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.MARGIN, 10, theme.MARGIN, 12)
        foot.setSpacing(8)
        foot.addWidget(self.train_button)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.evaluate_button)
        row.addWidget(self.manifest_button)
        foot.addLayout(row)
        box = QWidget()
        box.setAutoFillBackground(True)  # the scrolled panel passes below the buttons
        box.setMinimumWidth(260)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(panel, 1)
        column.addLayout(foot)
        return box

    def _connect(self) -> None:
        session = self.session
        self.sets.chosen.connect(session.open)
        self.sets.import_pressed.connect(self.ask_import)
        self.sets.finegym_pressed.connect(self.build_finegym)
        self.classes.chosen.connect(session.choose_class)
        self.outliers.chosen.connect(session.show_outlier)
        self.split.picked.connect(session.split_by_unit)
        self.train_button.clicked.connect(self.train)
        self.evaluate_button.clicked.connect(self.evaluate)
        self.manifest_button.clicked.connect(self.ask_manifest)
        self.facts.keep_pressed.connect(self.keep)
        self.facts.reject_pressed.connect(self.reject)
        self.facts.relabel_pressed.connect(self.ask_label)
        self.facts.grid_pressed.connect(self.next_grid)
        session.entries_changed.connect(self._show_entries)
        session.store_changed.connect(self._show_store)
        session.facts_changed.connect(self._show_facts)
        session.outliers_changed.connect(self._show_outliers)
        session.clips_shown.connect(self._frame)
        session.measuring.connect(self.outliers.show_progress)
        self._document.selection_changed.connect(self._show_selected)
        self._document.shown_changed.connect(self._show_selected)

    # -- Page -------------------------------------------------------------------------------------
    def actions(self) -> Sequence[Action]:
        return page_actions(self)

    def entered(self) -> None:
        self._is_here = True
        self.session.refresh()
        self._show_selected()

    def left_behind(self) -> None:
        self._is_here = False

    def receive(self, what: Any) -> None:
        """Show a data set by name, or clips of one: ``{"dataset": name, "indices": [...]}``.

        ``{"import": folder}`` asks how to import a folder instead.
        """
        if isinstance(what, dict) and "import" in what:
            self.ask_import(what["import"])
            return
        name = what.get("dataset", "") if isinstance(what, dict) else str(what)
        indices = list(what.get("indices", ())) if isinstance(what, dict) else []
        if not name:
            return
        if name == self.session.name and indices:
            self.session.show_clips(indices)
        else:
            then = (lambda: self.session.show_clips(indices)) if indices else None
            self.session.open(name, then)

    # -- orders -----------------------------------------------------------------------------------
    def has_store(self) -> bool:
        """Whether a data set is open."""
        return self.session.store is not None

    def has_clip(self) -> bool:
        """Whether a clip of the data set is selected."""
        return self.session.selected is not None

    def has_build(self) -> bool:
        """Whether there is a FineGym build to review."""
        return (default_folder() / "manifest.jsonl").is_file()

    def keep(self) -> None:
        """Keep the selected clip."""
        self._decide("keep")

    def reject(self) -> None:
        """Reject the selected clip."""
        self._decide("reject")

    def leave_open(self) -> None:
        """Take the decision back."""
        self._decide("unseen")

    def keep_all(self) -> None:
        """Keep everything on the stage, as one step."""
        self.session.review("keep", self.session.shown)

    def _decide(self, state: str) -> None:
        was_at_outlier = self.session.is_at_outlier
        if not self.session.review(state):
            return
        if was_at_outlier and state != "unseen":
            self.outliers.tell_current()  # the next one has taken its place in the list
        else:
            self._document.select_next()

    def ask_label(self) -> None:
        """Offer the classes for the selected clip."""
        if self.has_clip():
            label_menu(self).popup(QCursor.pos())

    def next_grid(self) -> None:
        """Show other clips of the class."""
        self.session.next_grid()

    def step_class(self, steps: int) -> None:
        """Go to the next or previous class."""
        self.classes.step(steps)

    def step_outlier(self, steps: int) -> None:
        """Go to the next or previous outlier."""
        self.outliers.step(steps)

    def train(self) -> None:
        """Go to Train with this data set."""
        if self.session.name:
            self._context.hand_over("train", {"dataset": self.session.name})

    def evaluate(self) -> None:
        """Go to Evaluate with this data set."""
        if self.session.name:
            self._context.hand_over("evaluate", {"dataset": self.session.name})

    def ask_manifest(self) -> None:
        """Ask where the manifest goes, and write it."""
        name, _ = QFileDialog.getSaveFileName(
            self.right.window(), "Export manifest",
            str(Path.home() / f"{self.session.name or 'data'}_manifest.jsonl"),
            "Manifest (*.jsonl);;All files (*)",
        )  # fmt: skip
        if name:
            self.session.export_manifest(Path(name))

    def ask_import(self, path: Path | None = None) -> None:
        """Open the import dialog, with a folder or file chosen already where one was dropped."""
        from studio.dialogs.import_dataset import ImportDatasetDialog

        dialog = ImportDatasetDialog(self.right.window())
        dialog.imported.connect(self._imported)
        if path is not None:
            dialog.path.setText(str(path))
        self._open(dialog)

    def _imported(self, name: str) -> None:
        self.session.refresh()
        self.session.open(name, anew=True)

    def build_finegym(self) -> None:
        """Open the FineGym builder."""
        dialog = BuildDialog(parent=self.right.window())
        dialog.built.connect(self.review_finegym)
        self._open(dialog)

    def review_finegym(self, folder: Any = None) -> None:
        """Open the review of a build."""
        from studio.dialogs.finegym_review import ReviewWindow

        try:
            window = ReviewWindow(
                folder if isinstance(folder, Path) else default_folder(), self.right.window()
            )
        except StudioError as error:
            self._document.problem.emit(error.message, error.hint)
            return
        window.finish_wanted.connect(lambda folder, w=window: self._finish_finegym(folder, w))
        self._open(window)

    def _finish_finegym(self, folder: Path, window: Any) -> None:
        from studio.dialogs.finegym_estimate import EstimateDialog

        dialog = EstimateDialog(folder, window.review.counts[1], window)
        dialog.stored.connect(lambda name, w=window: self._train_finegym(name, w))
        dialog.open()

    def _train_finegym(self, name: str, window: QWidget) -> None:
        window.close()
        self._imported(name)
        self._context.hand_over("train", {"dataset": name, "preset": "finegym2"})

    def _open(self, dialog: Any) -> None:
        self._dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- following what is ------------------------------------------------------------------------
    def _show_entries(self) -> None:
        self.sets.show_entries(self.session.entries, self.session.chosen)

    def _show_store(self) -> None:
        store = self.session.store
        self.sets.set_current(self.session.name)
        for button in (self.train_button, self.evaluate_button, self.manifest_button):
            button.setEnabled(store is not None)
        self.outliers.show_progress(0.0, "Measuring the clips")
        self._context.actions.refresh()

    def _show_facts(self) -> None:
        session = self.session
        self.facts.show_store(session.store, session.table, session.fingerprint)
        self.classes.show_classes(session.classes, session.label)
        all_, mine = session.lengths()
        self.histogram.show_lengths(all_, mine)
        name = next((c.name for c in session.classes if c.label == session.label), "all classes")
        self.length_heading.title.setText(f"Length of the clips: {name}")
        labels = [facts.name for facts in session.classes]
        self.split.offer_given(session.table is not None and session.table.has_given_split)
        self.split.show_split(labels, session.split, session.split_problem)
        self._show_selected()

    def _show_outliers(self) -> None:
        session = self.session
        if session.store is None:
            return
        if session.outlier_problem:
            self.outliers.show_problem(session.outlier_problem)
            return
        records = session.store.records
        names = {o.index: records[o.index].name for o in session.outliers}
        self.outliers.show_outliers(session.outliers, names)

    def _frame(self) -> None:
        """Bring all that was put on the stage into sight, and play it."""
        if not self._is_here:
            return
        frame_all = getattr(self._context.viewport, "frame_all", None)
        if frame_all is not None:
            frame_all()
        self._context.playback.seek(0.0)
        self._context.playback.play()

    def _show_selected(self) -> None:
        if not self._is_here:
            return
        index, store = self.session.selected, self.session.store
        if store is None or index is None:
            self.facts.show_clip(None, ())
        else:
            self.facts.show_clip(store.records[index], store.labels)
