"""The built-in estimator's raw and refined results of the shared single-person video, compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.compare import CompareOptions, compare
from core.compare.quality import clip_quality
from core.estimators.estimate import estimate_people
from core.estimators.options import EstimateOptions
from core.video.people import find_people

VIDEOS = Path(__file__).resolve().parents[4] / "shared" / "videos"


@pytest.mark.slow
def test_raw_and_refined_estimates_lie_on_the_same_frames_and_differ_a_little():
    from core import weights

    video = weights.sample_video() or next(iter(sorted(VIDEOS.glob("*single*.mp4"))), None)
    if video is None:
        pytest.skip("no video of one person on this machine")
    people = find_people(video, max_people=1)
    raw, refined = (
        estimate_people(video, EstimateOptions(refine=refine), people)["blazepose"].motions[0]
        for refine in (False, True)
    )
    comparison = compare([raw, refined], CompareOptions(space="heading"))
    assert comparison.timing_text == "same frames of the video"
    assert (comparison.frames >= 0).all()
    assert 0.5 < comparison.mean(1) < 25.0
    assert abs(comparison.heading[1]) < 30.0
    assert clip_quality(refined).value("tremble") < clip_quality(raw).value("tremble") + 0.5
