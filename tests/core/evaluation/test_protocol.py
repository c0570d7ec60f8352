"""From a data set to a Table 1: recogniser, evaluation, report, tables, replay."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.actor.features import motion_to_features
from core.errors import Cancelled, FileProblem, ModelProblem, StudioError
from core.evaluation import report as reports
from core.evaluation.checks import check_joints, check_labels
from core.evaluation.measurement import Measurement
from core.evaluation.metrics import mean_and_interval
from core.evaluation.protocol import EvaluateOptions, clip_of, evaluate
from core.evaluation.quick import QuickMeter
from core.evaluation.recognisers.learning import RecogniserOptions, train_recogniser
from core.evaluation.recognisers.library import list_recognisers, recognisers_folder
from core.evaluation.recognisers.recogniser import load_recogniser, save_recogniser
from core.evaluation.report import Misread
from core.evaluation.tables import csv_text, latex, markdown, per_class_markdown, physical_markdown
from core.progress import Progress
from tests.core.actor.golden import SHARED
from tests.core.evaluation.factories import LABELS, checkpoint, store

OPTIONS = RecogniserOptions(num_frames=16, epochs=30, patience=10, lr=0.01)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return store(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def learned(data):
    return train_recogniser(data, OPTIONS)


@pytest.fixture(scope="module")
def found(data, learned):
    return evaluate(checkpoint(), data, learned.recogniser, EvaluateOptions(seeds=2))


def test_a_recogniser_tells_plain_actions_apart_on_files_it_has_not_seen(learned, data):
    assert learned.test_accuracy > 0.8
    assert learned.confusion.sum() == len(data.split().test)
    assert learned.recogniser.trained_on["fingerprint"] == data.fingerprint()


def test_the_graph_recogniser_learns_too(data):
    options = dataclasses.replace(OPTIONS, kind="stgcn", epochs=1, batch_size=8)
    found = train_recogniser(data, options).recogniser
    features, logits = found.read(np.zeros((1, 25, 6, 16), np.float32))
    assert features.shape == (1, 256)
    assert logits.shape == (1, 3)


def test_learning_can_be_cancelled(data):
    with pytest.raises(Cancelled):
        train_recogniser(data, OPTIONS, Progress(is_cancelled=lambda: True))


def test_a_saved_recogniser_reads_as_before_and_is_listed(learned, tmp_path, monkeypatch):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    path = recognisers_folder() / "tiny.safetensors"
    save_recogniser(path, learned.recogniser)
    again = load_recogniser(path)
    x = np.random.default_rng(0).normal(size=(3, 25, 6, 16)).astype(np.float32)
    assert np.array_equal(again.read(x)[1], learned.recogniser.read(x)[1])
    entry = list_recognisers()[0]
    assert (entry.name, entry.kind, entry.labels) == ("tiny", "gru", LABELS)
    assert entry.trained_on == again.trained_on == learned.recogniser.trained_on


def test_real_clips_lie_nearer_to_the_data_than_those_of_an_untrained_model(found):
    fid = {row.name: found.mean(row, "fid_train") for row in found.rows}
    assert fid["GT"] is None
    assert fid["GT again"].value < fid["GT held out"].value < fid["generated"].value


def test_every_seed_counts_and_the_interval_is_of_the_mean(found):
    row = found.row("generated")
    assert len(row.values["fid_train"]) == 2
    assert found.mean(row, "fid_train") == mean_and_interval(row.values["fid_train"])


def test_an_evaluation_repeated_gives_the_same_numbers(found, data, learned):
    again = evaluate(checkpoint(), data, learned.recogniser, EvaluateOptions(seeds=2))
    assert [r.values for r in again.rows] == [r.values for r in found.rows]
    assert again.physical == found.physical


def test_every_misread_clip_is_named_and_can_be_made_again(found, learned, data):
    for row in found.rows:
        wrong = np.array(row.confusion)
        np.fill_diagonal(wrong, 0)
        assert sum(clip.row == row.name for clip in found.misread) == wrong.sum()
    model = checkpoint()
    for name in ("generated", "reconstructed"):
        clip = next(clip for clip in found.misread if clip.row == name)
        x = motion_to_features(clip_of(found, clip, data, model))[None]
        assert learned.recogniser.read(x)[1][0].argmax() == clip.read_as


def test_the_window_of_a_real_clip_is_the_one_its_seed_drew(found, learned, data):
    split = data.split()
    options = EvaluateOptions(seeds=1)
    parts = (data.features(split.train), data.features(split.test))
    measured = Measurement(
        checkpoint(), learned.recogniser, *parts, (split.train, split.test), options
    )
    drawn = measured.real(parts[0], split.train, 1)
    clip = Misread(row="GT", seed=1, index=int(drawn.indices[4]), label=0, read_as=1)
    shown = motion_to_features(clip_of(found, clip, data, checkpoint()))
    assert np.allclose(shown, drawn.x[4], atol=1e-5)


def test_physical_measures_are_of_real_and_generated_clips(found):
    assert found.physical["energy"]["GT"] == pytest.approx(1.0)
    assert set(found.physical["foot slide"]) == {
        "GT", "GT held out", "reconstructed", "generated",
    }  # fmt: skip
    assert 0 <= found.physical["coverage"]["generated"] <= 100


def test_a_report_comes_back_from_its_file(found, tmp_path):
    path = reports.save_report(found, tmp_path / "one.report.json")
    again = reports.load_report(path)
    assert dataclasses.asdict(again) == dataclasses.asdict(found)
    assert again.as_markdown() == found.as_markdown()


def test_a_damaged_report_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "bad.report.json"
    path.write_text('{"format": "motion-studio-report-1", "rows": 3}')
    with pytest.raises(FileProblem, match="not a readable report"):
        reports.load_report(path)


def test_tables_of_two_reports_mark_the_better_and_show_real_clips_once(found, data, learned):
    other = evaluate(
        checkpoint(seed=5), data, learned.recogniser, EvaluateOptions(seeds=2, name="other")
    )
    text = markdown([found, other])
    assert text.count("| GT |") == 1
    fids = {r.name: r.mean(r.row("generated"), "fid_train").value for r in (found, other)}
    best = min(fids, key=fids.__getitem__)
    start = f"| {best}, generated"
    line = next(row for row in text.splitlines() if row.startswith(start))
    assert line.split("|")[2].strip().startswith("**")
    assert latex([found, other]).count(r"\textbf") == 5
    assert len(csv_text([found]).splitlines()) == 6
    assert "raise" in per_class_markdown(found)
    assert "jitter, m/s³" in physical_markdown([found, other])


def test_reports_of_other_recognisers_are_not_comparable(found):
    other = dataclasses.replace(found, recogniser={**found.recogniser, "sha256": "other"})
    assert reports.why_not_comparable([found, found]) == ()
    assert "recognisers" in reports.why_not_comparable([found, other])[0]


def test_a_recogniser_of_other_content_is_warned_of(data, learned):
    known = {**learned.recogniser.trained_on, "fingerprint": "0" * 16, "estimators": ["pare"]}
    stranger = dataclasses.replace(learned.recogniser, trained_on=known)
    told = evaluate(checkpoint(), data, stranger, EvaluateOptions(seeds=1)).warnings
    assert any("other content" in text for text in told)
    assert any("pare" in text for text in told)


def test_a_class_the_model_does_not_know_is_left_out_with_a_sentence(data, learned):
    found = evaluate(checkpoint(LABELS[:2]), data, learned.recogniser, EvaluateOptions(seeds=1))
    assert any("left out" in text for text in found.warnings)
    assert found.row("generated").per_class[2] is None
    assert found.row("generated").values["multimodality"][0] > 0


def test_official_numbers_come_with_the_published_interval(data, learned):
    options = EvaluateOptions(seeds=2, official=True)
    found = evaluate(checkpoint(), data, learned.recogniser, options)
    values = found.row("generated").values["accuracy"]
    assert found.mean(found.row("generated"), "accuracy").interval == pytest.approx(
        1.96 * np.var(values)
    )
    assert found.row("GT held out") is None
    assert "fid_test" not in found.row("generated").values
    assert found.dataset["num_train"] == len(data)


def test_other_actions_are_refused():
    with pytest.raises(StudioError, match="other actions: b"):
        check_labels(("a",), ("a", "b"), ("a", "c"))
    with pytest.raises(StudioError, match="no action in common"):
        check_labels(("c",), ("a", "b"), ("b", "a"))


def test_the_quick_meter_leaves_the_model_in_its_mode(data, learned):
    model = checkpoint().model
    model.train()
    found = QuickMeter.of(data.features(), learned.recogniser).measure(model)
    assert model.training
    assert set(found) == {"fid", "accuracy", "diversity", "multimodality", "energy"}
    assert all(np.isfinite(list(found.values())))


def test_the_published_ntu_recogniser_is_refused_for_its_joints_and_humanact12s_reads_ours():
    folder = SHARED / "weights" / "action2motion"
    if not folder.is_dir():
        pytest.skip("the published recognisers are not beside the checkout")
    ntu = load_recogniser(folder / "action_recognition_model_vibe_v2.tar")
    assert len(ntu.labels) == 13
    with pytest.raises(ModelProblem, match="18 joints"):
        check_joints(ntu)
    humanact = load_recogniser(folder / "action_recognition_model_humanact12.tar")
    check_joints(humanact)
    features, logits = humanact.read(np.zeros((2, 25, 6, 16), np.float32))
    assert features.shape == (2, 30)
    assert logits.shape == (2, len(humanact.labels))


def test_a_file_that_is_no_recogniser_is_refused(tmp_path):
    for name in ("bad.tar", "bad.safetensors"):
        (tmp_path / name).write_bytes(b"nothing")
        with pytest.raises(ModelProblem):
            load_recogniser(tmp_path / name)
