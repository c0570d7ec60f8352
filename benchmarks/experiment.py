"""The real experiment of docs/experiment.md, from motion capture to tables and pictures.

    python -m benchmarks.experiment --mocap FOLDER --out FOLDER [--stage import|train|...]

``--mocap`` holds the packed clips (``smpl24_bandai_30fps.npz``, ``smpl24_cmu8_30fps.npz``), which
are not part of this program. Every stage goes on where it was stopped; without ``--stage`` all run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from training.config import TrainConfig

CLASSES = (
    "walk", "run", "dash", "walk_back", "walk_left", "walk_right", "turn_left", "turn_right",
    "bow", "wave_one_hand", "guide", "wave_both_hands", "raise_both_hands",
)  # fmt: skip
DATASET = "mocap13"
PACKS = ("smpl24_bandai_30fps.npz", "smpl24_cmu8_30fps.npz")
KL_WEIGHTS = {"kl1e-6": 1e-6, "kl1e-5": 1e-5, "kl5e-5": 5e-5}
EPOCHS = 400


def config(kl: float, name: str) -> TrainConfig:
    """A network a sixteenth of the published one, the published losses, a third of the clips' time.

    What differs from the publication: 4 + 4 layers of 128 (not 8 + 8 of 256), a learning rate of
    3e-4 (1e-4), an average of the weights, clipped gradients, bfloat16, far fewer epochs.
    """
    return TrainConfig(
        name=name, dataset=DATASET, split="train", num_frames=60, epochs=EPOCHS, batch_size=20,
        lr=3e-4, clip_norm=1.0, lambda_kl=kl, num_layers=4, latent_dim=128, ff_size=512,
        ema=0.99, bf16=True, device="cpu", threads=1, checkpoint_every=40, sample_actions=13,
        sample_seeds=1,
    )  # fmt: skip


def import_clips(mocap: Path) -> None:
    """Make the data set, unless it is there."""
    from core.datasets import library
    from core.datasets.readers import ImportOptions, import_dataset

    if (library.datasets_folder() / DATASET).exists():
        return
    packs = [mocap / name for name in PACKS]
    store = import_dataset(packs, name=DATASET, options=ImportOptions(labels=CLASSES))
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


def main() -> None:
    """Read the command line and run the stages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--mocap", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stage", choices=("import", "train"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ["MOTION_STUDIO_HOME"] = str(options.out / "home")
    if options.stage in (None, "import"):
        import_clips(options.mocap)
    if options.stage in (None, "train"):
        train(options.out)


if __name__ == "__main__":
    main()
