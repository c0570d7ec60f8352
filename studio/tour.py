"""Drives the real window through the main job where nobody can: import, play, sample, export.

``make run`` starts it on a machine without a display. It does what a user would do, through the
same actions and pages, waits for what a user would see, and leaves pictures, clips and BVH files.
Every step has a time limit and fails with a sentence; the exit status is 0 only if all held.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from core.errors import StudioError
from studio.leaving import leave
from studio.tour_pages import Amounts, walk
from studio.tour_waits import Wait, wait_a_moment

if TYPE_CHECKING:
    from studio.window.main_window import MainWindow

SIZE = (1600, 1000)
POLL_MS = 50
ACTION, SEED, SAMPLES = "kicking", 7, 3
KICK_SECONDS = 0.8  # when most of the demo model's kicks are at their height
PROJECT = "first light"  # name of the folder, and so of the project


class Tour(QObject):
    """One round through the window; ``failure`` is empty when every step held."""

    def __init__(
        self, window: MainWindow, video: Path, out: Path, beyond: Amounts | None = None
    ) -> None:
        super().__init__(window)
        self._beyond = beyond
        self.window, self.video, self.out = window, video, out
        self.failure = ""
        self.notes: list[str] = []
        self._problems: list[str] = []
        self._is_over = False
        self._is_drawn = False
        window.middle.viewport.first_frame_drawn.connect(self._notice_drawn)
        window.document.problem.connect(
            lambda message, hint: self._problems.append(f"{message} {hint}".strip())
        )
        self._steps = self._walk()
        self._wait: Wait | None = None
        self._begun = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin with the first frame."""
        self._timer.start()

    def _notice_drawn(self) -> None:
        self._is_drawn = True

    def _tick(self) -> None:
        wait = self._wait
        try:
            if wait is not None and not wait.until():
                if time.monotonic() - self._begun > wait.seconds:
                    said = f" The window said: {self._problems[-1]}" if self._problems else ""
                    raise StudioError(f"{wait.what} did not happen in {wait.seconds:.0f} s.{said}")
                return
            self._wait, self._begun = next(self._steps), time.monotonic()
        except StopIteration:
            self._end()
        except StudioError as error:
            self.failure = str(error)
            self._end()
        except Exception as error:
            logging.getLogger(__name__).exception("the tour broke")
            self.failure = f"{type(error).__name__}: {error}"
            self._end()

    def _end(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._timer.stop()
        if self.failure:
            self.picture("failed")
        self.window.close()

    def picture(self, name: str) -> None:
        """Save the window as it stands; the file's path goes into the notes."""
        path = self.out / f"{name}.png"
        self.window.middle.viewport.settle()  # the still picture is the smooth one
        if not self.window.grab().save(str(path)):
            raise StudioError(f"{path} could not be written.", "Is the disk full or read-only?")
        self.notes.append(f"picture  {path}")

    # -- the round --------------------------------------------------------------------------------
    def _walk(self) -> Iterator[Wait]:
        yield Wait(until=lambda: self._is_drawn, what="The first picture of the body", seconds=30)
        yield from self._capture()
        yield from self._create()
        self._export()
        if self._beyond is not None:
            yield from walk(self, self._beyond)

    def _capture(self) -> Iterator[Wait]:
        window = self.window
        window.import_files([self.video])
        page: Any = window.page("capture")
        item = page.session.current
        if item is None:
            raise StudioError(
                self._problems[-1] if self._problems else f"{self.video} was refused."
            )
        yield Wait(
            until=lambda: item.fraction > 0.5 or item.is_finished,
            what="Half of the estimate", seconds=900,
        )  # fmt: skip
        if not item.is_finished:
            self.picture("1-estimating")
        yield Wait(until=lambda: item.is_finished, what="The estimate", seconds=900)
        if item.state not in ("done", "kept"):
            raise StudioError(item.message or f"The estimate was {item.state}.", item.hint)
        window.actions_table.run("capture.keep")
        yield Wait(until=lambda: item.state == "kept", what="The clip in the library")
        self.notes.append(f"estimate {item.name}: {item.result.num_frames} frames")
        yield Wait(
            until=lambda: page.session.frames is not None, what="The video's pictures", seconds=120
        )
        yield from self.play(stop_at=0.75)
        self.picture("2-captured")

    def play(self, stop_at: float) -> Iterator[Wait]:
        """Play from the start until time has passed, then stand still at ``stop_at`` seconds."""
        playback = self.window.playback
        playback.pause()
        playback.seek(0.0)
        playback.play()
        yield Wait(until=lambda: playback.time > 0.7, what="Playing the clip", seconds=20)
        playback.pause()
        playback.seek(stop_at)
        yield wait_a_moment(0.4)

    def _create(self) -> Iterator[Wait]:
        window = self.window
        window.go_to("create")
        page: Any = window.page("create")
        page.picker.set_current(ACTION)
        page.sampling.samples.set_value(SAMPLES)
        page.sampling.set_seed(SEED)
        begun = time.monotonic()
        page.sample()
        yield Wait(
            until=lambda: len(page.session.unsaved) == SAMPLES, what="The samples", seconds=90
        )
        self.notes.append(
            f"sampled  {SAMPLES} clips, {time.monotonic() - begun:.1f} s the first time"
        )
        yield wait_a_moment(3.0)  # the latent map and the sliders' names arrive
        window.actions_table.run("frame-all")
        yield from self.play(stop_at=KICK_SECONDS)
        self.picture("3-created")
        window.actions_table.run("create.keep_all")
        yield Wait(until=lambda: not page.session.unsaved, what="Keeping the samples")
        yield wait_a_moment(0.5)
        library = window.visible_library()
        yield Wait(
            until=lambda: library is None or not library.model.is_drawing,
            what="The library's pictures",
        )
        self.picture("4-kept")

    def _export(self) -> None:
        from studio.services.exporting import ExportClip, ExportSettings, export, plan

        document = self.window.document
        project = document.project
        if project is None:
            raise StudioError("No project is open.")
        clips = [ExportClip(name=c.name, motion=project.motion(c.id)) for c in document.clips()]
        settings = ExportSettings(
            folder=self.out / "clips", endings=(".bvh", ".npz"), overwrite="replace"
        )
        result = export(plan(clips, settings), settings)
        if result.problems or not result.written:
            raise StudioError(*(result.problems or (("Nothing was exported.", ""),))[0])
        self.notes += [f"clip     {path}" for path in result.written]


def run_tour(video: Path, out: Path, beyond: Amounts | None = None) -> int:
    """Walk through the window with ``video``; returns the exit status.

    With ``beyond`` the walk goes on through the other pages (:mod:`studio.tour_pages`).
    """
    from studio.app import make_application
    from studio.document import Document
    from studio.settings import Settings
    from studio.window.main_window import MainWindow

    out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out / PROJECT, ignore_errors=True)  # a round starts with an empty library
    (out / "studio.ini").unlink(missing_ok=True)
    app = make_application()
    document = Document()
    window = MainWindow(document, settings=Settings(out / "studio.ini"))
    if not document.open_project(out / PROJECT):
        print(f"{out} cannot hold a project.", file=sys.stderr)
        return 2
    from studio.greeting import greeting

    document.show([greeting()])
    window.resize(*SIZE)
    window.move(0, 0)
    tour = Tour(window, video, out, beyond)
    window.show()
    tour.start()
    app.exec()
    notes, failure = list(tour.notes), tour.failure
    window.deleteLater()
    app.processEvents()
    for note in notes:
        print(note)
    if failure:
        print(f"The round ended early: {failure}", file=sys.stderr)
    return 1 if failure else 0


def main() -> None:
    """Read the command line and walk."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--video", type=Path, help="the video to import; else the sample video")
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--all", action="store_true", help="then compare, train and measure")
    parser.add_argument("--epochs", type=int, default=Amounts.epochs, help="with --all")
    parser.add_argument("--seeds", type=int, default=Amounts.seeds, help="with --all")
    options = parser.parse_args()
    video = options.video
    beyond = Amounts(epochs=options.epochs, seeds=options.seeds) if options.all else None
    try:
        if video is None:
            from studio.services.importing import sample_video

            video = sample_video()
        if not video.is_file():
            raise StudioError(f"{video} is not a file.", "Give the path of a video.")
        status = run_tour(video, options.out, beyond)
    except StudioError as error:
        print(error, file=sys.stderr)
        status = 2
    leave(status)


if __name__ == "__main__":
    main()
