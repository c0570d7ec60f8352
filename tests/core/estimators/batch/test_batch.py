"""A folder of videos: nothing lost, nothing done twice, whatever happens meanwhile."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import Cancelled, FileProblem, ModelProblem, StudioError
from core.estimators.batch import BatchOptions, _devices, estimate_folder, find_videos
from core.estimators.executor import Advanced, Finished, outcome
from core.estimators.file_lock import held
from core.estimators.manifest import Manifest
from core.estimators.options import EstimateOptions
from core.estimators.work import Job
from core.estimators.workers import ProcessExecutor
from core.motion_file import load_motion
from core.progress import Progress
from tests.core.estimators.batch.pretend import log, pretend, videos


def run(folder: Path, out: Path, processes: int = 2, **kwargs):
    out.mkdir(exist_ok=True)
    options = BatchOptions(**kwargs.pop("options", {}))
    return estimate_folder(
        folder, out, options, executor=ProcessExecutor(processes), work=pretend, **kwargs
    )


def starts(out: Path) -> list[str]:
    return sorted(video for what, video, _ in log(out) if what == "start")


def test_a_batch_survives_failures_deaths_and_a_second_run(tmp_path):
    folder = videos(
        tmp_path / "in", kick__a="quick", kick__b="nobody", wave__c="die-once", wave__d="crash"
    )
    out = tmp_path / "out"
    report = run(folder, out, options={"label_from": "folder"})
    assert [row.video for row in report.done] == ["kick/a.mp4", "wave/c.mp4"]
    assert [(row.video, row.is_final) for row in report.failed] == [
        ("kick/b.mp4", True),
        ("wave/d.mp4", False),
    ]
    assert report.failed[0].reason == "Nobody is in it."
    assert load_motion(out / "wave/c_pretend_person1.npz").provenance.label == "wave"
    with report.clips.open() as file:
        assert [(r["clip"], r["label"]) for r in csv.DictReader(file)] == [
            ("kick/a_pretend_person1.npz", "kick"),
            ("wave/c_pretend_person1.npz", "wave"),
        ]
    before = starts(out)
    again = run(folder, out, options={"label_from": "folder"})
    assert [row.video for row in again.skipped] == ["kick/a.mp4", "wave/c.mp4"]
    assert not again.done
    # a person missing is final; an error of the program is tried again
    assert starts(out) == sorted([*before, "d"])
    assert again.text == "0 videos estimated, 2 done before, 2 failed"


def test_a_process_that_dies_every_time_costs_only_its_video(tmp_path):
    folder = videos(tmp_path / "in", a="die", b="quick", c="quick")
    report = run(folder, tmp_path / "out", processes=1)
    assert [row.video for row in report.done] == ["b.mp4", "c.mp4"]
    assert "died 2 times" in report.failed[0].reason


def test_a_cancelled_batch_goes_on_where_it_stopped(tmp_path):
    folder = videos(tmp_path / "in", a="quick", b="quick", c="slow", d="slow")
    out = tmp_path / "out"
    finished: list[str] = []
    moving: list[str] = []

    def watch(event):
        if isinstance(event, Finished):
            finished.append(event.job.video.stem)
        elif isinstance(event, Advanced) and event.job.video.stem in "cd":
            moving.append(event.job.video.stem)

    stop = Progress(is_cancelled=lambda: len(finished) >= 2 and bool(moving))
    with pytest.raises(Cancelled, match="2 of 4"):
        run(folder, out, progress=stop, on_event=watch)
    assert sorted(row.video for row in Manifest(out / "manifest.jsonl").rows.values()) == [
        "a.mp4",
        "b.mp4",
    ]
    report = run(folder, out)
    assert [row.video for row in report.done] == ["c.mp4", "d.mp4"]
    wrote = [video for what, video, _ in log(out) if what == "wrote"]
    assert sorted(wrote) == ["a", "b", "c", "d"]


def test_missing_weights_stop_the_batch_at_once(tmp_path):
    folder = videos(tmp_path / "in", a="no-model", b="no-model", c="no-model")
    with pytest.raises(ModelProblem, match="weights are missing"):
        run(folder, tmp_path / "out", processes=1)
    assert starts(tmp_path / "out") == ["a"]


def test_a_full_disk_stops_the_batch_and_counts_against_no_video(tmp_path):
    folder = videos(tmp_path / "in", a="full-disk", b="full-disk", c="memory")
    with pytest.raises(FileProblem, match="disk is full"):
        run(folder, tmp_path / "out", processes=1)
    assert starts(tmp_path / "out") == ["a"]
    assert not Manifest(tmp_path / "out" / "manifest.jsonl").rows
    (folder / "a.mp4").unlink()
    (folder / "b.mp4").unlink()
    (failed,) = run(folder, tmp_path / "out", processes=1).failed
    assert failed.reason == "The memory was not enough." and not failed.is_final


def test_content_decides_what_is_done_not_names(tmp_path):
    folder = videos(tmp_path / "in", a="quick", b="quick")
    (folder / "copy.mp4").write_bytes((folder / "a.mp4").read_bytes())
    out = tmp_path / "out"
    first = run(folder, out)
    assert [(row.video, row.reason) for row in first.skipped] == [("copy.mp4", "same content")]
    (folder / "copy.mp4").unlink()
    (folder / "a.mp4").rename(folder / "renamed.mp4")
    (folder / "b.mp4").write_text("quick and changed")
    second = run(folder, out)
    assert [row.video for row in second.skipped] == ["renamed.mp4"]
    assert [row.video for row in second.done] == ["b.mp4"]


def test_other_settings_write_over_the_clips_and_are_not_mixed_up(tmp_path):
    folder = videos(tmp_path / "in", a="quick")
    out = tmp_path / "out"
    clean = {"estimate": EstimateOptions(clean=True)}
    for options in ({}, clean, {}):
        assert len(run(folder, out, options=options).done) == 1
    assert len(run(folder, out).skipped) == 1
    assert starts(out) == ["a"] * 3
    with (out / "clips.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 1


def test_a_lost_manifest_is_made_again_from_the_records(tmp_path):
    folder = videos(tmp_path / "in", a="quick")
    out = tmp_path / "out"
    run(folder, out)
    (out / "manifest.jsonl").unlink()
    assert len(run(folder, out).skipped) == 1
    assert len(Manifest(out / "manifest.jsonl").rows) == 1


def test_a_deleted_clip_is_made_again(tmp_path):
    folder = videos(tmp_path / "in", a="quick")
    out = tmp_path / "out"
    run(folder, out)
    (out / "a_pretend_person1.npz").unlink()
    assert len(run(folder, out).done) == 1


def test_new_labels_reach_old_clips_without_estimating(tmp_path):
    folder = videos(tmp_path / "in", kick__a="quick")
    out = tmp_path / "out"
    run(folder, out)
    assert load_motion(out / "kick/a_pretend_person1.npz").provenance.label == ""
    run(folder, out, options={"label_from": "folder"})
    assert load_motion(out / "kick/a_pretend_person1.npz").provenance.label == "kick"
    assert starts(out) == ["a"]


def test_two_batches_do_not_write_into_one_folder(tmp_path):
    folder = videos(tmp_path / "in", a="quick")

    def second(event):
        with pytest.raises(StudioError, match="Another batch"):
            run(folder, tmp_path / "out")

    assert run(folder, tmp_path / "out", on_event=second).done


def test_a_killed_batch_takes_its_processes_along_and_is_resumed(tmp_path):
    folder = videos(tmp_path / "in", a="quick", b="slow", c="slow")
    out = tmp_path / "out"
    out.mkdir()
    code = (
        "import sys; from pathlib import Path; from tests.core.estimators.batch import test_batch\n"
        "if __name__ == '__main__': test_batch.run(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    root = Path(__file__).resolve().parents[4]
    batch = subprocess.Popen(
        [sys.executable, str(script), str(folder), str(out)],
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    limit = time.monotonic() + 60
    while not {"wrote"} <= {what for what, _, _ in log(out)} or len(starts(out)) < 3:
        assert time.monotonic() < limit and batch.poll() is None
        time.sleep(0.05)
    batch.kill()
    batch.wait()
    report = run(folder, out)
    assert len(report.done) == 2 and len(report.skipped) == 1
    wrote = [video for what, video, _ in log(out) if what == "wrote"]
    assert sorted(wrote) == ["a", "b", "c"]


def test_a_job_that_somebody_else_is_at_is_waited_for(tmp_path):
    folder = videos(tmp_path / "in", a="quick")
    out = tmp_path / "out"
    run(folder, out)
    (row,) = Manifest(out / "manifest.jsonl").rows.values()
    job = Job(key=row.key, video=folder / "a.mp4", sha256=row.sha256, out=out, stem="a")
    record = job.record_path.read_text()
    job.record_path.unlink()
    with ThreadPoolExecutor() as threads:
        with held(job.claim_path) as is_mine:
            assert is_mine
            waiting = threads.submit(outcome, pretend, job, "auto")
            time.sleep(0.3)
            assert not waiting.done()
            job.record_path.write_text(record)  # the other one is through
        assert isinstance(waiting.result(timeout=10), Finished)
    assert starts(out) == ["a"]


@pytest.mark.parametrize(
    ("estimators", "device", "expected"),
    [
        (("vibe", "pare"), "auto", ["cuda:0", "cuda:1"]),
        (("vibe",), "cpu", []),
        (("blazepose",), "auto", []),
    ],
)
def test_gpus_are_shared_out_where_they_help(estimators, device, expected, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert _devices(EstimateOptions(estimators=estimators, device=device)) == expected


def test_each_process_keeps_to_its_device(tmp_path):
    folder = videos(tmp_path / "in", a="device")
    out = tmp_path / "out"
    out.mkdir()
    executor = ProcessExecutor(1, ["cuda:3"])
    estimate_folder(folder, out, executor=executor, work=pretend)
    assert ("cuda:3", "a") in [(what, video) for what, video, _ in log(out)]


def test_videos_in_hidden_folders_and_in_the_output_are_not_found(tmp_path):
    videos(tmp_path, a="x", out__b="x")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "c.mp4").write_text("x")
    (tmp_path / "notes.txt").write_text("x")
    assert [path.name for path in find_videos(tmp_path, tmp_path / "out")] == ["a.mp4"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileProblem, match="no video"):
        find_videos(tmp_path / "empty")
