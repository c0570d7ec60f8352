"""FID and accuracy while a model learns: in the events, the curves and the badge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.datasets.store import ClipStore
from core.evaluation.quick import QuickMeter
from core.evaluation.recognisers.learning import RecogniserOptions, train_recogniser
from core.evaluation.recognisers.library import recognisers_folder
from core.evaluation.recognisers.recogniser import Recogniser, save_recogniser
from studio.services.training import badge_text
from tests.core.evaluation.factories import checkpoint
from tests.training.jobs.conftest import end, wait_for
from tests.training.jobs.small import small_config, small_set
from training.jobs import JobStore
from training.jobs.watch import Watcher


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_set(tmp_path_factory.mktemp("data") / "small")


@pytest.fixture(scope="module")
def recogniser(data: Path) -> Recogniser:
    store = ClipStore.open(data)
    try:
        return train_recogniser(store, RecogniserOptions(num_frames=12, epochs=3)).recogniser
    finally:
        store.close()


def test_numbers_come_at_the_chosen_epochs_and_reach_curves_and_badge(
    data: Path, recogniser: Recogniser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))
    save_recogniser(recognisers_folder() / "tiny.safetensors", recogniser)
    store = JobStore(tmp_path / "jobs")
    job = store.create(
        small_config(data, recogniser="tiny", measure_every=4, epochs=6), waits=False
    )
    try:
        job.start(["cpu"])
        wait_for(lambda: not job.state().is_running, 90)
    finally:
        end(job)
    assert job.state().state == "done", (job.folder / "log.txt").read_text()[-2000:]
    told = [event for event in job.events()[0] if event["event"] == "metrics"]
    assert [event["epoch"] for event in told] == [4, 6]
    for name in ("fid", "accuracy", "diversity", "multimodality", "energy"):
        assert all(np.isfinite(event[name]) for event in told)
    watcher = Watcher(store)
    watcher.follow([job.id])
    watcher.start()
    try:
        wait_for(lambda: "fid" in getattr(watcher.curves(job.id), "metrics", {}), 20)
        curves = watcher.curves(job.id)
        assert curves is not None
        assert curves.metrics["fid"].value.tolist() == [event["fid"] for event in told]
        view = watcher.snapshot().view(job.id)
        assert view is not None and badge_text(view) == f"FID {told[-1]['fid']:.2f}"
    finally:
        watcher.close()


def test_measuring_leaves_the_trainings_random_numbers_alone(
    data: Path, recogniser: Recogniser
) -> None:
    store = ClipStore.open(data)
    try:
        meter = QuickMeter.of(store.features(), recogniser)
    finally:
        store.close()
    model = checkpoint(("walk", "jump")).model
    before = torch.get_rng_state()
    first, second = meter.measure(model), meter.measure(model)
    assert torch.equal(torch.get_rng_state(), before)
    assert first == second
