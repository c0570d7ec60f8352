"""From people and a video to motions by networks that look at crops: one pass, in chunks."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import rotation
from core.body import joint_positions
from core.body.skinning import lowest_points
from core.errors import Cancelled, FileProblem, ModelProblem, NoPersonFound, StudioError
from core.estimators import ESTIMATORS, EstimateOptions, chunks, estimate_people, one_pass
from core.estimators.regressed import Regressed
from core.progress import Progress
from core.video.decode import pictures, probe
from core.video.people import People, Track
from tests.core.estimators.stand_in import StandIn, entries
from tests.core.video.factory import make_video

ROOT = Path(__file__).resolve().parents[3]
FRAMES = 60


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("video") / "two.mp4", FRAMES, size=(192, 108))


@pytest.fixture(scope="module")
def people(video: Path) -> People:
    """One person all along, one who is away in the middle."""
    there = np.arange(FRAMES)
    away = np.concatenate([np.arange(10, 30), np.arange(36, 50)])
    return People(
        probe(video),
        there / 30,
        tracks=(walker(1, there, x=60, speed=0.5), walker(2, away, x=150, speed=0)),
    )


def walker(id: int, frames: np.ndarray, *, x: float, speed: float) -> Track:
    count = len(frames)
    centre = np.column_stack([x + speed * frames, np.full(count, 54)])
    boxes = np.column_stack([centre, np.full(count, 30), np.full(count, 80)])
    return Track(id, frames, boxes, np.full(count, 0.9), sharpness=np.full(count, 50.0))


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> dict[str, StandIn]:
    made = {"vibe": StandIn("a"), "pare": StandIn("b", margin=1.0)}
    for name, entry in entries(**made).items():
        monkeypatch.setitem(ESTIMATORS, name, entry)
    return made


def options(**changes: Any) -> EstimateOptions:
    return EstimateOptions(**({"estimators": ("vibe", "pare")} | changes))


def test_two_estimators_share_one_pass_of_decoding(
    video: Path, people: People, networks: dict[str, StandIn], monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = []

    def counted(path: Path) -> Any:
        for picture in pictures(path):
            decoded.append(picture.time)
            yield picture

    monkeypatch.setattr(one_pass, "pictures", counted)
    results = estimate_people(video, options(), people)
    assert len(decoded) == FRAMES
    assert set(results) == {"vibe", "pare"}
    assert [network.crops_seen for network in networks.values()] == [94, 94]
    assert results["vibe"].tracks == results["pare"].tracks == [1, 2]
    assert results["vibe"].motions[0].provenance.estimator == "vibe"


def test_motions_stand_on_the_floor_beside_each_other_and_go_where_the_boxes_go(
    video: Path, people: People, networks: dict[str, StandIn]
) -> None:
    result = estimate_people(video, options(estimators=("vibe",)), people)["vibe"]
    first, second = result.motions
    assert first.num_frames == FRAMES and first.fps == pytest.approx(30)
    assert np.abs(lowest_points(first)).max() < 0.02
    joints = joint_positions(first)
    assert (joints[:, 15, 1] - joints[:, 7, 1] > 1.2).all()  # head above feet
    metres = 2 / (0.8 * 1.1 * 80)  # a pixel, at the person: the crop spans 2 / s metres
    assert first.trans[-1, 0] - first.trans[0, 0] == pytest.approx(29.5 * metres, rel=0.1)
    apart = second.trans[0, 0] - first.trans[0, 0]
    assert apart == pytest.approx((150 - 60) * metres, rel=0.05)
    assert np.ptp(first.trans[:, 2]) < 0.05


def test_what_is_drawn_over_the_video_lies_on_the_person(
    video: Path, people: People, networks: dict[str, StandIn]
) -> None:
    result = estimate_people(video, options(estimators=("pare",), fov_degrees=40), people)["pare"]
    camera, motion, overlay = result.cameras[0], result.motions[0], result.landmarks[0]
    drawn = camera.project(joint_positions(camera.in_camera(motion)))
    assert np.allclose(drawn, overlay.image, atol=0.5)
    middle = (drawn[:, 15] + drawn[:, 7]) / 2
    boxes = people.track(1).boxes
    assert np.abs(middle[:, 0] - boxes[:, 0]).max() < 4
    height = np.linalg.norm(drawn[:, 15] - drawn[:, 7], axis=-1)
    assert ((height > 30) & (height < 80)).all()


def test_the_default_camera_belongs_to_the_crop_and_the_official_one_to_the_box(
    video: Path, people: People, networks: dict[str, StandIn]
) -> None:
    mended, official = (
        estimate_people(video, options(estimators=("vibe",), official=flag), people)["vibe"]
        for flag in (False, True)
    )
    depths = [result.cameras[0].trans[:, 2].mean() for result in (mended, official)]
    assert depths[1] / depths[0] == pytest.approx(1.1, rel=1e-3)


def test_the_memory_starts_anew_after_a_gap_but_officially_does_not(
    video: Path, people: People, networks: dict[str, StandIn]
) -> None:
    estimate_people(video, options(estimators=("vibe",)), people)
    assert networks["vibe"].runs == [60, 20, 14]
    networks["vibe"].runs.clear()
    estimate_people(video, options(estimators=("vibe",), official=True), people)
    assert networks["vibe"].runs == [60, 34]


def test_a_gap_is_bridged_and_marked(
    video: Path, people: People, networks: dict[str, StandIn]
) -> None:
    motion = estimate_people(video, options(), people)["vibe"].motions[1]
    result = estimate_people(video, options(official=True), people)["vibe"]
    start = round(result.start_seconds[1] * 30)
    assert start == 10
    assert result.motions[1].inferred == tuple(range(20, 26))
    assert len(motion.inferred) >= 6
    assert motion.confidence is not None
    assert motion.confidence[list(motion.inferred)].max() < 0.9


def test_officially_short_tracks_are_left_out(
    video: Path, people: People, networks: dict[str, StandIn]
) -> None:
    short = dataclasses.replace(
        people, tracks=(people.track(1), walker(2, np.arange(24), x=150, speed=0))
    )
    assert estimate_people(video, options(official=True), short)["vibe"].tracks == [1]
    assert estimate_people(video, options(), short)["vibe"].tracks == [1, 2]
    with pytest.raises(NoPersonFound, match="25 frames"):
        estimate_people(video, options(official=True, people=(2,)), short)


def test_only_the_people_chosen_are_estimated(
    video: Path, people: People, networks: dict[str, StandIn]
) -> None:
    result = estimate_people(video, options(people=(2,)), people)
    assert result["vibe"].tracks == [2]
    assert networks["pare"].crops_seen == 34
    assert estimate_people(video, options(people="prominent"), people)["pare"].tracks == [1]
    with pytest.raises(StudioError, match="no person 9"):
        estimate_people(video, options(people=(9,)), people)


def test_blurred_frames_are_measured_and_believed_less(
    video: Path, people: People, networks: dict[str, StandIn]
) -> None:
    sharpness = np.full(FRAMES, 50.0)
    sharpness[20:24] = 10
    blurred = dataclasses.replace(
        people, tracks=(dataclasses.replace(people.track(1), sharpness=sharpness),)
    )
    motion = estimate_people(video, options(), blurred)["vibe"].motions[0]
    assert np.allclose(motion.channels["blur"][20:24], 0.2)
    assert np.allclose(motion.channels["blur"][:20], 1)
    assert motion.confidence is not None
    assert motion.confidence[21] < 0.6 * motion.confidence[5]


def test_finished_chunks_are_not_computed_again(
    video: Path, people: People, networks: dict[str, StandIn], tmp_path: Path
) -> None:
    first = estimate_people(video, options(work_folder=tmp_path), people)
    seen = networks["vibe"].crops_seen
    again = estimate_people(video, options(work_folder=tmp_path), people)
    assert networks["vibe"].crops_seen == seen
    assert np.array_equal(first["vibe"].motions[0].poses, again["vibe"].motions[0].poses)
    assert np.array_equal(first["vibe"].motions[0].betas, again["vibe"].motions[0].betas)
    one, *_ = sorted(tmp_path.rglob("000001.npz"))
    one.write_bytes(one.read_bytes()[:100])  # a damaged chunk is made again
    estimate_people(video, options(work_folder=tmp_path), people)
    seen_again = sum(network.crops_seen for network in networks.values()) - 2 * seen
    assert seen_again == 30  # frames 16 to 31 of two people
    chunks.forget(tmp_path, video)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("change", ["weights", "people", "official"])
def test_what_was_computed_from_something_else_is_not_taken(
    video: Path, people: People, networks: dict[str, StandIn], tmp_path: Path, change: str
) -> None:
    estimate_people(video, options(work_folder=tmp_path), people)
    seen = networks["vibe"].crops_seen
    if change == "weights":
        networks["vibe"].key = "other"
    if change == "people":
        people = people.split(1, 30)
    estimate_people(video, options(work_folder=tmp_path, official=change == "official"), people)
    assert networks["vibe"].crops_seen == 2 * seen


def test_a_run_that_was_killed_goes_on_at_the_last_finished_chunk(
    video: Path, people: People, networks: dict[str, StandIn], tmp_path: Path
) -> None:
    people.save(tmp_path / "people.npz")
    work = tmp_path / "work"
    command = [sys.executable, "-m", "tests.core.estimators.stand_in"]
    process = subprocess.Popen(
        [*command, str(video), str(tmp_path / "people.npz"), str(work), "0.4"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while len(list(work.rglob("0*.npz"))) < 2 and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, process.stderr.read().decode()  # type: ignore[union-attr]
    finished = len(list(work.rglob("0*.npz")))
    assert 2 <= finished < 4
    networks["vibe"].key = "stand-in"  # as in the process that was killed
    resumed = estimate_people(video, options(estimators=("vibe",), work_folder=work), people)
    left = [16 + 6, 16 + 14, 16 + 12, 12 + 2][finished:]  # both people's frames a chunk
    assert networks["vibe"].crops_seen == sum(left)
    whole = estimate_people(video, options(estimators=("vibe",)), people)
    for one, other in zip(resumed["vibe"].motions, whole["vibe"].motions, strict=True):
        assert np.array_equal(one.poses, other.poses) and np.array_equal(one.trans, other.trans)
        assert np.array_equal(one.betas, other.betas)


def test_cancelling_keeps_the_chunks_that_are_finished(
    video: Path, people: People, networks: dict[str, StandIn], tmp_path: Path
) -> None:
    progress = Progress(is_cancelled=lambda: networks["vibe"].crops_seen >= 40)
    with pytest.raises(Cancelled):
        estimate_people(video, options(work_folder=tmp_path), people, progress)
    assert "decode" not in {thread.name for thread in threading.enumerate()}
    assert 1 <= len(list(tmp_path.rglob("0*.npz"))) < 8
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]


def test_reports_ascend_and_show_the_people(
    video: Path, people: People, networks: dict[str, StandIn]
) -> None:
    reports: list[tuple[float, str, Any]] = []
    progress = Progress(report=lambda f, text="", preview=None: reports.append((f, text, preview)))
    estimate_people(video, options(), people, progress)
    fractions = [fraction for fraction, _, _ in reports]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    shown = [preview for _, _, preview in reports if preview is not None]
    assert len(shown) == 4 and shown[0].shape == (108, 192, 3)


def test_attention_is_looked_up_by_person_and_time(
    video: Path, people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Looking(StandIn):
        def __init__(self) -> None:
            super().__init__(margin=1.0)
            self.keeps_attention = True

        def look(self, crops: np.ndarray) -> dict[str, np.ndarray]:
            maps = np.zeros((len(crops), 24, 56, 56), np.uint8)
            numbers = self.crops_seen + np.arange(len(crops))
            maps[np.arange(len(crops)), 0, 0, 0] = numbers
            return {**super().look(crops), "attention": maps}

    monkeypatch.setitem(ESTIMATORS, "pare", entries(pare=Looking())["pare"])
    chosen = options(estimators=("pare",), attention=True, people=(1,), work_folder=tmp_path)
    lookup = estimate_people(video, chosen, people)["pare"].attention
    assert lookup is not None
    found = lookup.at(0, 37 / 30)
    assert found is not None
    maps, square = found
    assert maps[0, 0, 0] == pytest.approx(37 / 255)
    assert square[0] == pytest.approx(60 + 37 / 2, abs=0.5) and square[2] == pytest.approx(
        80, abs=1
    )
    assert lookup.at(0, 99.0) is None


@pytest.mark.parametrize("estimator", ["vibe", "pare"])
def test_missing_weights_are_told_before_the_video_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, estimator: str
) -> None:
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    video = make_video(tmp_path / "a.mp4", 3)
    with pytest.raises(ModelProblem) as caught:
        estimate_people(video, EstimateOptions(estimators=("blazepose", estimator)))
    assert estimator.upper() in caught.value.message
    assert "non-commercial" in caught.value.hint and "github.com/mkocabas" in caught.value.hint
    assert "Model files" in caught.value.hint


def test_options_that_make_no_sense_are_told() -> None:
    for wrong in (
        {"estimators": ()}, {"focal": 0}, {"fov_degrees": 0}, {"fov_degrees": 200},
        {"precision": "float8"}, {"max_people": 0}, {"people": "some"},
    ):  # fmt: skip
        with pytest.raises(StudioError) as caught:
            EstimateOptions(**wrong)  # type: ignore[arg-type]
        assert caught.value.message.endswith(".")
    assert EstimateOptions(fov_degrees=53.13).focal_pixels(300, 400) == pytest.approx(500, rel=1e-4)
    assert EstimateOptions(estimators=("vibe", "vibe")).estimators == ("vibe",)


def test_people_of_another_video_or_of_a_video_that_changed_are_refused(
    people: People, networks: dict[str, StandIn], tmp_path: Path
) -> None:
    smaller = make_video(tmp_path / "smaller.mp4", FRAMES, size=(96, 64))
    with pytest.raises(StudioError, match="another size"):
        estimate_people(smaller, options(), people)
    shorter = make_video(tmp_path / "shorter.mp4", 40, size=(192, 108))
    with pytest.raises(FileProblem, match="has changed"):
        estimate_people(shorter, options(), people)
    with pytest.raises(NoPersonFound, match="Nobody is left"):
        estimate_people(people.video.path, options(), people.without(1).without(2))


def test_a_video_that_moved_is_read_where_it_is_now(
    video: Path, people: People, networks: dict[str, StandIn], tmp_path: Path
) -> None:
    moved = tmp_path / "moved.mp4"
    moved.write_bytes(video.read_bytes())
    old = dataclasses.replace(people.video, path=tmp_path / "gone.mp4")
    result = estimate_people(moved, options(), dataclasses.replace(people, video=old))
    assert result["vibe"].motions[0].provenance.source == "moved.mp4"


def test_a_damaged_video_is_told_and_nothing_half_made_is_kept(
    people: People, networks: dict[str, StandIn], tmp_path: Path, video: Path
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(video.read_bytes()[:2000])
    with pytest.raises(FileProblem, match=r"broken\.mp4"):
        estimate_people(broken, options(work_folder=tmp_path / "work"), people)
    assert not (tmp_path / "work").exists()


def test_who_crosses_the_picture_facing_the_camera_keeps_facing_it(
    video: Path, networks: dict[str, StandIn]
) -> None:
    crossing = walker(1, np.arange(FRAMES), x=30, speed=2.2)
    people = People(probe(video), np.arange(FRAMES) / 30, tracks=(crossing,))
    mended, official = (
        estimate_people(video, options(official=flag), people)["pare"].cameras[0]
        for flag in (False, True)
    )
    assert np.ptp(official.global_orient, axis=0).max() < 1e-6
    fronts = rotation.rotvec_to_rotmat(mended.global_orient)[..., 2]
    from_camera = mended.trans[[5, -5]] / np.linalg.norm(mended.trans[[5, -5]], axis=-1)[:, None]
    assert np.allclose(fronts[[5, -5]][:, [0, 2]], -from_camera[:, [0, 2]], atol=0.1)
    assert fronts[-5, 0] - fronts[5, 0] < -0.3  # turned by some 25 degrees on the way


@pytest.mark.parametrize("pitch", [-25.0, 0.0, 25.0])
def test_who_is_seen_by_a_tilted_camera_stands_upright(
    video: Path, people: People, monkeypatch: pytest.MonkeyPatch, pitch: float
) -> None:
    class Tilted(StandIn):
        def regressed(self, rows: dict[str, np.ndarray]) -> Regressed:
            seen = super().regressed(rows)
            tilt = rotation.rotvec_to_rotmat(np.radians([[pitch, 0, 0]])).astype(np.float32)
            seen.rotmats[:, 0] = tilt @ seen.rotmats[:, 0]
            return seen

    monkeypatch.setitem(ESTIMATORS, "vibe", entries(vibe=Tilted())["vibe"])
    still = dataclasses.replace(people, tracks=(walker(1, np.arange(FRAMES), x=96, speed=0),))
    motion = estimate_people(video, options(estimators=("vibe",)), still)["vibe"].motions[0]
    joints = joint_positions(motion)
    up = joints[:, 12] - joints[:, [7, 8]].mean(1)
    tilt = np.degrees(np.arccos(up[:, 1] / np.linalg.norm(up, axis=-1)))
    assert tilt.max() < 6
    assert np.abs(lowest_points(motion)).max() < 0.02
