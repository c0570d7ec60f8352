"""The real experiment of docs/experiment.md, from motion capture to tables and pictures.

    python -m benchmarks.experiment --mocap FOLDER --out FOLDER [--stage import|train|...]
    python -m benchmarks.experiment --out FOLDER --stage evaluate   # again, with what there is now

``--mocap`` holds the packed clips (``smpl24_bandai_30fps.npz``, ``smpl24_cmu8_30fps.npz``), which
are not part of this program. Every stage goes on where it was stopped; without ``--stage`` all run.
``evaluate`` takes the weights every training has now and keeps a report of each;
``write`` puts the tables into docs/experiment.md and the strips into docs/pictures. ``demo`` does
all of it for the shipped demo model, into docs/demo-model.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from core.progress import Progress
from training.config import TrainConfig

CLASSES = (
    "walk", "run", "dash", "walk_back", "walk_left", "walk_right", "turn_left", "turn_right",
    "bow", "wave_one_hand", "guide", "wave_both_hands", "raise_both_hands",
)  # fmt: skip
DATASET = "mocap13"
FRAMES = 60  # of every clip, from its start: actions begin alike, so that even their mean moves
PACKS = ("smpl24_bandai_30fps.npz", "smpl24_cmu8_30fps.npz")
KL_WEIGHTS = {"kl1e-6": 1e-6, "kl1e-5": 1e-5, "kl5e-5": 5e-5}
EPOCHS = 400
MODEL = Path("resources/models/demo_actor.safetensors")


def config(kl: float, name: str) -> TrainConfig:
    """A network a sixteenth of the published one that leaves the mean pose within an hour.

    What differs from the publication: 4 + 4 layers of 128 (not 8 + 8 of 256), a velocity loss, no
    dropout, a learning rate of 5e-4 (1e-4), an average of the weights, clipped gradients,
    bfloat16, far fewer epochs.
    """
    return TrainConfig(
        name=name, dataset=DATASET, split="train", num_frames=FRAMES, epochs=EPOCHS, batch_size=20,
        lr=5e-4, clip_norm=1.0, lambda_kl=kl, lambda_vel=1.0, dropout=0.0, num_layers=4,
        latent_dim=128, ff_size=512, ema=0.99, bf16=True, device="cpu", threads=1,
        checkpoint_every=40, sample_actions=13, sample_seeds=1,
    )  # fmt: skip


def import_clips(mocap: Path) -> None:
    """Make the data set, unless it is there."""
    from core.datasets import library
    from core.datasets.readers import ImportOptions, import_dataset

    if (library.datasets_folder() / DATASET).exists():
        return
    packs = [mocap / name for name in PACKS]
    store = import_dataset(
        packs, name=DATASET, options=ImportOptions(labels=CLASSES, max_frames=FRAMES)
    )
    print(f"{DATASET}: {len(store)} clips, {store.split().text}, {store.fingerprint()}")


def train(out: Path) -> None:
    """Run one training for each KL weight, beside each other, to the end or from where they are."""
    from training.config import save_config

    running = []
    for name, kl in KL_WEIGHTS.items():
        folder = out / name
        if not (folder / "config.yaml").exists():
            folder.mkdir(parents=True, exist_ok=True)
            save_config(folder / "config.yaml", config(kl, name))
        log = (folder / "log.txt").open("ab")
        order = [sys.executable, "-m", "training", "run", str(folder)]
        running.append(subprocess.Popen(order, stdout=log, stderr=log))
    if any(job.wait() for job in running):
        raise SystemExit("A training did not end; see log.txt in its folder.")


def recogniser(data: str) -> None:
    """Train the judge of a data set, unless it is there."""
    from core.datasets.library import open_dataset
    from core.evaluation.recognisers.learning import train_recogniser
    from core.evaluation.recognisers.library import ENDING, recognisers_folder
    from core.evaluation.recognisers.recogniser import save_recogniser

    path = recognisers_folder() / f"{data}-gru{ENDING}"
    if path.exists():
        return
    found = train_recogniser(open_dataset(data), progress=_told())
    save_recogniser(path, found.recogniser)
    print(f"recogniser: {found.test_accuracy:.1%} of held-out clips, epoch {found.epochs}")


def snapshot(folder: Path) -> Path:
    """Write the averaged weights of a training as they are now, running or not."""
    import torch

    from core.actor.checkpoint import save_checkpoint
    from core.actor.config import ActorConfig
    from core.actor.model import Actor
    from core.datasets.library import open_dataset

    if not (folder / "state.pt").is_file():
        raise SystemExit(f"{folder.name} has not begun.")
    state = torch.load(folder / "state.pt", weights_only=True)
    config, store = state["config"], open_dataset(DATASET)
    sizes = {key: config[key] for key in ("latent_dim", "ff_size", "num_layers", "num_heads")}
    model = Actor(ActorConfig(num_classes=len(CLASSES), **sizes))
    model.load_state_dict(state["average"])
    path = folder / "now.safetensors"
    story = {"step": state["step"], "fingerprint": state["fingerprint"], "config": config}
    save_checkpoint(
        path, model, labels=store.labels, num_frames=config["num_frames"], dataset=DATASET,
        training=story,
    )  # fmt: skip
    return path


def evaluate(out: Path, seeds: int) -> None:
    """Measure every training as it is now; one report each under ``out``/reports."""
    for name, path in [(name, snapshot(out / name)) for name in KL_WEIGHTS]:
        measure(DATASET, path, out / "reports" / f"{name}.report.json", name, seeds)


def measure(data: str, checkpoint: Path, to: Path, name: str, seeds: int) -> None:
    """Evaluate one checkpoint into a report file."""
    from core.datasets.library import open_dataset
    from core.evaluation.protocol import EvaluateOptions
    from core.evaluation.protocol import evaluate as measured
    from core.evaluation.report import save_report

    options = EvaluateOptions(seeds=seeds, name=name)
    report = measured(checkpoint, open_dataset(data), f"{data}-gru", options, _told())
    save_report(report, to)
    print(f"{name}\n{report.as_markdown()}\n")


def demo(out: Path, seeds: int) -> None:
    """The demo model's own table."""
    from benchmarks.experiment_docs import write_demo

    recogniser("demo")
    report = out / "reports" / "demo.report.json"
    measure("demo", MODEL, report, "demo model", seeds)
    write_demo(report)


def write(out: Path) -> None:
    """Fill the documents and draw the pictures."""
    from benchmarks.experiment_docs import write_experiment

    write_experiment(out, KL_WEIGHTS, DATASET)


def _told() -> Progress:
    """Progress as a line now and then."""
    last = [-1.0]

    def report(fraction: float, text: str = "", preview: object = None) -> None:
        if fraction - last[0] >= 0.1:
            last[0] = fraction
            print(f"  {fraction:4.0%} {text}", flush=True)

    return Progress(report=report)


def main() -> None:
    """Read the command line and run the stages."""
    stages = ("import", "train", "recogniser", "evaluate", "write", "demo")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--mocap", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stage", choices=stages)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ["MOTION_STUDIO_HOME"] = str(options.out.resolve() / "home")
    chosen = (options.stage,) if options.stage else stages
    if options.mocap is None and "import" in chosen:
        raise SystemExit("Name the folder of the packed clips with --mocap.")
    if "import" in chosen:
        import_clips(options.mocap)
    if "train" in chosen:
        train(options.out)
    import torch

    torch.set_num_threads(1)
    if "recogniser" in chosen:
        recogniser(DATASET)
    if "evaluate" in chosen:
        evaluate(options.out, options.seeds)
    if "write" in chosen:
        write(options.out)
    if "demo" in chosen:
        demo(options.out, options.seeds)


if __name__ == "__main__":
    main()
