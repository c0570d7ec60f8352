"""The tour's way through the pages behind the main job: compare, data, train, evaluate.

``python -m studio.tour --all`` walks them after the main job. It makes a real training and a real
report in the user's data folder, and is how the pictures of the documentation are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import StudioError
from core.paths import RESOURCES
from studio.tour_waits import Wait, wait_a_moment

if TYPE_CHECKING:
    from studio.tour import Tour

DATASET = "demo"
DEMO_MODEL = RESOURCES / "models" / "demo_actor.safetensors"


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """How long the round trains and how much it measures."""

    epochs: int = 50  # the demo preset moves from epoch 40 on
    seeds: int = 20


def walk(tour: Tour, amounts: Amounts) -> Iterator[Wait]:
    """All four pages in the order a user meets them; the training runs while data are looked at."""
    yield from compare(tour)
    yield from begin_training(tour, amounts.epochs)
    yield from data(tour)
    yield from follow_training(tour, amounts.epochs)
    yield from evaluate(tour, amounts.seeds)


def compare(tour: Tour) -> Iterator[Wait]:
    """Two samples of one action beside each other, with heat."""
    clips = [clip.id for clip in tour.window.document.clips() if clip.kind == "generated"][::-1]
    page: Any = tour.window.page("compare")
    page.receive(clips[:2])
    tour.window.go_to("compare")
    yield Wait(until=lambda: page.session.answer is not None, what="The comparison", seconds=90)
    page.toggle_heat()
    if page.session.answer.moments:
        page.session.go_to_moment(0)
    yield wait_a_moment(3.0)  # the pictures of the worst moments
    tour.picture("5-compared")


def begin_training(tour: Tour, epochs: int) -> Iterator[Wait]:
    """Start the demo preset."""
    from training.presets import PRESETS

    tour.window.go_to("train")
    page: Any = tour.window.page("train")
    page.session.create(PRESETS["demo"].make().changed(name="tour", epochs=epochs))
    yield Wait(
        until=lambda: page.session.view is not None and page.session.view.state.is_running,
        what="The training's start", seconds=120,
    )  # fmt: skip


def data(tour: Tour) -> Iterator[Wait]:
    """The generated data set."""

    page: Any = tour.window.page("data")
    page.receive(DATASET)
    tour.window.go_to("data")
    yield Wait(until=lambda: page.session.name == DATASET, what="The data set", seconds=300)
    page.session.choose_class(min(6, len(page.session.classes) - 1))
    yield Wait(until=lambda: bool(page.session.shown), what="Clips on the stage", seconds=60)
    yield Wait(
        until=lambda: page.session.is_measured, what="The measuring of the clips", seconds=600
    )
    yield from tour.play(stop_at=0.9)
    tour.picture("6-data")


def follow_training(tour: Tour, epochs: int) -> Iterator[Wait]:
    """Wait for its end and look at the last samples."""

    tour.window.go_to("train")
    page: Any = tour.window.page("train")
    yield Wait(
        until=lambda: not page.session.view.state.is_running, what="The training",
        seconds=60.0 * epochs,
    )  # fmt: skip
    state = page.session.view.state
    if state.state != "done":
        raise StudioError(state.message or f"The training was {state.state}.", state.hint)
    yield Wait(
        until=lambda: page.session.shown is not None and page.session.shown.epoch == epochs,
        what="The last samples", seconds=60,
    )  # fmt: skip
    yield from tour.play(stop_at=0.8)
    tour.picture("7-trained")
    tour.notes.append(f"trained  {epochs} epochs, {page.session.checkpoint_shown()}")


def evaluate(tour: Tour, seeds: int) -> Iterator[Wait]:
    """Measure the demo model with a recogniser trained for it, and play what was misread."""
    from core.evaluation.recognisers.library import list_recognisers
    from studio.services.evaluating import TRAIN_FIRST, Wanted

    known = [r.name for r in list_recognisers() if r.trained_on.get("dataset") == DATASET]
    page: Any = tour.window.page("evaluate")
    tour.window.go_to("evaluate")
    page.evaluate(
        Wanted(
            checkpoint=Path(DEMO_MODEL), dataset=DATASET, seeds=seeds,
            recogniser=known[0] if known else TRAIN_FIRST,
        )
    )  # fmt: skip
    yield Wait(until=lambda: not page.session.is_busy, what="The evaluation", seconds=3600)
    yield Wait(until=lambda: page.report is not None, what="The report", seconds=30)
    misread = [clip for clip in page.report.misread if clip.row == "generated"]
    if misread:
        page.play_misread(misread[0].label, misread[0].read_as)
        yield Wait(
            until=lambda: bool(tour.window.document.shown), what="The misread clips", seconds=120
        )
    yield wait_a_moment(1.0)
    yield from tour.play(stop_at=0.8)
    tour.picture("8-evaluated")
    tour.notes.append(f"measured {page.report.name}")
