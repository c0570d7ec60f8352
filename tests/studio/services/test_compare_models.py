"""One seed through two models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import StudioError
from studio.services.compare_models import sample_both, shared_labels
from studio.services.sampler import DEMO_CHECKPOINT, SampleSettings
from tests.studio.pages.conftest import FakeSampler


class Loaded(FakeSampler):
    def loaded(self) -> Loaded:
        return self


def test_both_models_get_the_same_action_seed_and_length() -> None:
    made: list[Loaded] = []

    def opened(path: Path) -> Any:
        made.append(Loaded())
        return made[-1]

    settings = SampleSettings(label="salute", seed=11, count=1, num_frames=30)
    clips = sample_both(Path("a"), Path("b"), settings, open_sampler=opened)
    assert [sampler.asked for sampler in made] == [[settings], [settings]]
    assert all(motion.num_frames == 30 for _, motion in clips)
    assert len({motion.provenance.seed for _, motion in clips}) == 1


def test_an_action_only_one_model_knows_is_refused() -> None:
    with pytest.raises(StudioError, match="not trained on 'flying'"):
        sample_both(
            Path("a"), Path("b"), SampleSettings(label="flying", count=1),
            open_sampler=lambda path: Loaded(),  # type: ignore[arg-type,return-value]
        )  # fmt: skip


@pytest.mark.skipif(not DEMO_CHECKPOINT.is_file(), reason="the demo model is not here")
def test_the_demo_model_shares_all_actions_with_itself_and_gives_the_same_clip() -> None:
    assert len(shared_labels(DEMO_CHECKPOINT, DEMO_CHECKPOINT)) == 13
    settings = SampleSettings(label="kicking", count=1, num_frames=20)
    (_, a), (_, b) = sample_both(DEMO_CHECKPOINT, DEMO_CHECKPOINT, settings)
    np.testing.assert_array_equal(a.poses, b.poses)
