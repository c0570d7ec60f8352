"""Tables and pictures of the real experiment, put between the markers of the documents.

A document holds ``<!-- NAME -->`` and ``<!-- end -->``; what stands between is replaced.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.experiment_chart import draw
from core.actor.checkpoint import load_checkpoint
from core.actor.sampling import SampleRequest, sample
from core.datasets.library import open_dataset
from core.datasets.store import ClipStore
from core.evaluation.report import Report, load_report
from core.evaluation.tables import markdown, per_class_markdown, physical_markdown
from core.motion import Motion

DOC = Path("docs/experiment.md")
DEMO_DOC = Path("docs/demo-model.md")
PICTURES = Path("docs/pictures")
SHOWN = ("walk", "turn_left", "wave_both_hands", "bow")
EVERY, HEIGHT, FRAMES = 5, 110, 60


def write_experiment(out: Path, kl_weights: dict[str, float], data: str) -> None:
    """Fill docs/experiment.md and draw its strips, of the weights that were measured."""
    checkpoints = {name: out / name / "now.safetensors" for name in kl_weights}
    reports = {name: load_report(out / "reports" / f"{name}.report.json") for name in checkpoints}
    every = list(reports.values())
    fill(DOC, "table", markdown(every))
    fill(DOC, "sweep", sweep_table(out, reports, kl_weights))
    fill(DOC, "physical", physical_markdown(every))
    fill(DOC, "classes", classes_table(reports))
    fill(DOC, "facts", facts(every[0], open_dataset(data)))
    draw(out, kl_weights, PICTURES / "experiment-losses.svg")
    strips(open_dataset(data), checkpoints, kl_weights)


def write_demo(path: Path) -> None:
    """Fill the tables of docs/demo-model.md."""
    report = load_report(path)
    fill(DEMO_DOC, "table", markdown([report]))
    fill(DEMO_DOC, "physical", physical_markdown([report]))
    fill(DEMO_DOC, "facts", facts(report, open_dataset("demo")))


def fill(document: Path, name: str, text: str) -> None:
    """Replace what stands between a marker and the next ``<!-- end -->``."""
    before = document.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    after, count = pattern.subn(lambda m: f"{m[1]}{text.rstrip()}\n{m[2]}", before)
    if count != 1:
        raise SystemExit(f"{document} has {count} markers {name}.")
    document.write_text(after, encoding="utf-8")


def sweep_table(out: Path, reports: dict[str, Report], kl_weights: dict[str, float]) -> str:
    """The KL sweep: what the losses came to and what the samples are like."""
    lines = [
        "| KL weight | steps | rc | rcxyz | KL a clip | FID test, generated | accuracy % "
        "| energy of generated | of reconstructed | frozen % |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, report in reports.items():
        step = int(report.checkpoint["training"]["step"])
        losses = losses_at(out / name / "events.jsonl", step)
        made = report.row("generated")
        assert made is not None
        fid, right = report.mean(made, "fid_test"), report.mean(made, "accuracy")
        energy, frozen = report.physical["energy"], report.physical["frozen clips"]
        assert fid is not None and right is not None
        lines.append(
            f"| {told(kl_weights[name])} | {step} | {losses['rc']:.4f} "
            f"| {losses['rcxyz']:.4f} | {losses['kl'] / 20:.1f} | {fid.value:.2f} "
            f"| {100 * right.value:.1f} | {energy['generated']:.2f} "
            f"| {energy['reconstructed']:.2f} | {frozen['generated']:.0f} |"
        )
    return "\n".join(lines)


def told(weight: float) -> str:
    """A weight as people write it: 1e-5."""
    return f"{weight:g}".replace("e-0", "e-")


def losses_at(events: Path, step: int) -> dict[str, float]:
    """Mean losses of the ten epochs before a step (a single one varies by a tenth)."""
    lines = map(json.loads, events.read_text(encoding="utf-8").splitlines())
    found = [e["losses"] for e in lines if e["event"] == "epoch" and e["step"] <= step][-10:]
    if not found:
        raise SystemExit(f"{events} knows no epoch before step {step}.")
    return {key: float(np.mean([losses[key] for losses in found])) for key in found[0]}


def classes_table(reports: dict[str, Report]) -> str:
    """Accuracy by class: real clips, and the generated ones of every training."""
    first = next(iter(reports.values()))
    if len(reports) == 1:
        return per_class_markdown(first)
    columns = {"GT": first.row("GT"), "GT held out": first.row("GT held out")}
    columns |= {name: report.row("generated") for name, report in reports.items()}
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for k, label in enumerate(first.labels):
        shares = [row.per_class[k] if row else None for row in columns.values()]
        shown = ["–" if share is None else f"{100 * share:.0f}" for share in shares]
        lines.append(f"| {label} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def facts(report: Report, store: ClipStore) -> str:
    """What was measured on what."""
    known = report.recogniser["trained_on"]
    counts = np.bincount([label for (label,) in store.columns("label")])
    lines = [
        f"- Data: {store.name}, {len(store)} clips ({report.dataset['split']}), fingerprint "
        f"`{report.dataset['fingerprint']}`. Clips a class: "
        + ", ".join(f"{n} {c}" for n, c in zip(store.labels, counts, strict=True))
        + ".",
        f"- Recogniser: {report.recogniser['kind']}, {report.recogniser['num_frames']} frames, "
        f"{100 * known['train_accuracy']:.1f} % of the training clips and "
        f"{100 * known['test_accuracy']:.1f} % of {known['test_clips']} held-out clips right, "
        f"best after epoch {known['epochs']}.",
        f"- {report.options['seeds']} seeds; ± is the 95 % interval of the mean over them "
        "(it says nothing about other trainings).",
        *(f"- Warning: {text}" for text in report.warnings),
    ]
    return "\n".join(lines)


def strips(store: ClipStore, checkpoints: dict[str, Path], kl_weights: dict[str, float]) -> None:
    """Draw a held-out clip and every model's sample of some actions."""
    from studio.viewport.strip import render_strip

    models = {name: load_checkpoint(path) for name, path in checkpoints.items()}
    motions: list[Motion] = []
    titles: list[str] = []
    for label in SHOWN:
        motions.append(_held_out(store, label))
        titles.append(f"{label}, captured")
        for name, model in models.items():
            request = SampleRequest(label=label, num_frames=FRAMES, seed=1)
            motions += sample(model, request)
            titles.append(f"{label}, KL {told(kl_weights[name])}")
    with tempfile.TemporaryDirectory() as folder:
        drawn = render_strip(
            motions, Path(folder) / "strip.png", every=EVERY, titles=titles, height=HEIGHT
        )
        with Image.open(drawn) as picture:
            picture.convert("RGB").save(PICTURES / "experiment.jpg", quality=82, optimize=True)


def _held_out(store: ClipStore, label: str) -> Motion:
    index = store.labels.index(label)
    for clip in store.split().test:
        if store.records[int(clip)].label == index:
            motion = store.motion(int(clip))
            if motion.num_frames >= FRAMES:
                return motion.sliced(0, FRAMES)
    raise SystemExit(f"No held-out clip of {label} is long enough.")
