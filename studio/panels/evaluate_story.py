"""What stands right of the stage on the Evaluate page: the chosen number, where the report's
numbers come from, and how physical the clips are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from core.evaluation.report import Report
from studio import theme
from studio.panels.compare_quality import QualityRow, QualityTable
from studio.panels.train_card import Rows
from studio.plots.seed_dots import SeedDots
from studio.services.reports import NumberStory, physical_rows, provenance_rows
from studio.widgets import Button, ElidedLabel, IconButton, SectionHeading, Separator, caption
from studio.widgets.layouts import SidePanel


class StoryPanel(SidePanel):
    """Orders: ``rename_pressed``, ``folder_pressed``, ``delete_pressed``, ``again_pressed``."""

    rename_pressed = Signal()
    folder_pressed = Signal()
    delete_pressed = Signal()
    again_pressed = Signal()

    def __init__(self) -> None:
        super().__init__("Report")
        self.heading = SectionHeading("No report chosen")
        self.number_title = ElidedLabel("", size=theme.SMALL_SIZE, weight=600)
        self.dots = SeedDots()
        self.number_rows = Rows("The chosen number")
        self.story_heading = SectionHeading("Where the numbers come from")
        self.story = Rows("Where the numbers come from")
        self.warnings = caption("", color=theme.WARNING)
        self.physics_heading = SectionHeading("Physics")
        self.physics = QualityTable()
        self.physics.setAccessibleName("Physical measures")
        self.again_button = Button("Evaluate again…", key="Shift+N",
                                   tooltip="The form with this model and data")  # fmt: skip
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.heading, 1)
        self.tools: list[IconButton] = []
        for icon, name, key, signal in (
            ("pencil", "Rename the report", "F2", self.rename_pressed),
            ("folder", "Open the reports' folder", "", self.folder_pressed),
            ("trash", "Move the report to the bin", "Del", self.delete_pressed),
        ):
            button = IconButton(icon, name, key=key, size=26)
            button.clicked.connect(signal)
            head.addWidget(button)
            self.tools.append(button)
        self.again_button.clicked.connect(self.again_pressed)
        self.about = caption(
            "A report keeps the numbers of every seed, the clips that were misread, and what "
            "measured what, so that each number can be traced."
        )
        self._lines = (Separator(), Separator())
        self.add_layout(head)
        self.add(self.about)
        self.add(self.warnings)
        self.add(self.number_title)
        self.add(self.dots)
        self.add(self.number_rows)
        self.add(self._lines[0], edge_to_edge=True)
        self.add(self.story_heading)
        self.add(self.story)
        self.add(self._lines[1], edge_to_edge=True)
        self.add(self.physics_heading)
        self.add(self.physics)
        self.add_space(6)
        self.add(self.again_button)
        self.add_stretch()

    def show_reports(
        self, current: Report | None, reports: Sequence[Report],
        marks: Sequence[tuple[str, str]], warnings: Sequence[str],
    ) -> None:  # fmt: skip
        """Show the report in hand; ``reports`` are all in the table, with their marks."""
        for widget in (self.number_title, self.dots, self.number_rows, self.story_heading,
                       self.story, self.physics_heading, self.physics, self.again_button,
                       *self._lines, *self.tools):  # fmt: skip
            widget.setVisible(current is not None)
        self.about.setVisible(current is None)
        self.heading.title.setText(current.name if current is not None else "No report chosen")
        self.warnings.setText("\n".join(warnings))
        self.warnings.setVisible(bool(warnings))
        if current is None:
            return
        is_many = len(reports) > 1
        self.heading.set_note(f"one of {len(reports)}" if is_many else "")
        self.story.show_rows(provenance_rows(current))
        columns = [("GT", theme.DATA)]
        columns += list(marks) if is_many else [("made", theme.ACCENT)]
        rows = [
            QualityRow(name=row.name, unit=row.unit, values=row.values, tip=row.about)
            for row in physical_rows(reports if is_many else [current])
        ]
        self.physics.set_table(columns, rows)
        self.physics_heading.set_note("generated clips, first seed")

    def show_number(self, story: NumberStory | None) -> None:
        """Show what stands behind a number, None for none."""
        for widget in (self.dots, self.number_rows):
            widget.setVisible(story is not None)
        if story is None:
            self.number_title.set_text("")
            return
        self.number_title.set_text(story.title)
        self.dots.show_values(
            story.values, story.mean, story.interval, story.reference, story.decimals
        )
        self.number_rows.show_rows(list(story.rows))
