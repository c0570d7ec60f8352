"""The data sets there are: one folder each, and the generated one that always exists."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from core.datasets.records import ClipInfo
from core.datasets.store import DATABASE, ClipStore
from core.errors import FileProblem, StudioError
from core.paths import data_folder
from core.progress import SILENT, Progress

DEMO = "demo"
DEMO_CLIPS = 40  # of each action
_DEMO_FRAMES = 60


@dataclass(frozen=True, kw_only=True)
class DatasetEntry:
    """A data set in a list. ``problem`` says why one cannot be opened, "" otherwise."""

    name: str
    folder: Path
    num_clips: int
    labels: tuple[str, ...]
    fingerprint: str
    source: str
    problem: str = ""


def datasets_folder() -> Path:
    """Where data sets are kept."""
    return data_folder() / "datasets"


def list_datasets() -> list[DatasetEntry]:
    """Every data set by name; the generated one first, made or not."""
    found = sorted(datasets_folder().glob(f"*/{DATABASE}"))
    entries = [_entry(path.parent) for path in found]
    if all(entry.name != DEMO for entry in entries):
        entries.append(_demo_to_be())
    return sorted(entries, key=lambda entry: (entry.name != DEMO, entry.name.lower()))


def open_dataset(name: str | Path, progress: Progress = SILENT) -> ClipStore:
    """Open a data set by its name or folder; ``demo`` is made when first asked for.

    Raises FileProblem naming those there are.
    """
    as_path = Path(name)
    if (as_path / DATABASE).is_file():
        return ClipStore.open(as_path)
    folder = datasets_folder() / str(name)
    if (folder / DATABASE).is_file():
        return ClipStore.open(folder)
    if str(name) == DEMO:
        return _made_demo(folder, progress)
    names = ", ".join(entry.name for entry in list_datasets())
    raise FileProblem(f"There is no data set {str(name)!r}.", f"There are: {names}.")


def delete_dataset(name: str) -> None:
    """Remove a data set from the disk. Raises FileProblem."""
    folder = datasets_folder() / name
    if not (folder / DATABASE).is_file():
        raise FileProblem(f"There is no data set {name!r}.")
    shutil.rmtree(folder)


def new_folder(name: str) -> Path:
    """Return the folder of a data set to be made. Raises StudioError for a name that cannot be."""
    if not name or name != Path(name).name or name.startswith("."):
        raise StudioError(f"{name!r} cannot be the name of a data set.", "Use letters and digits.")
    folder = datasets_folder() / name
    if (folder / DATABASE).exists():
        raise FileProblem(f"There is a data set {name!r} already.", "Choose another name.")
    return folder


def _entry(folder: Path) -> DatasetEntry:
    try:
        store = ClipStore.open(folder)
    except FileProblem as error:
        return DatasetEntry(
            name=folder.name, folder=folder, num_clips=0, labels=(), fingerprint="", source="",
            problem=error.message,
        )  # fmt: skip
    try:
        return DatasetEntry(
            name=folder.name, folder=folder, num_clips=len(store), labels=store.labels,
            fingerprint=store.fingerprint(), source=store.source,
        )  # fmt: skip
    except FileProblem as error:
        return DatasetEntry(
            name=folder.name, folder=folder, num_clips=0, labels=(), fingerprint="", source="",
            problem=error.message,
        )  # fmt: skip
    finally:
        store.close()


def _demo_to_be() -> DatasetEntry:
    from core.datasets import demo

    return DatasetEntry(
        name=DEMO, folder=datasets_folder() / DEMO, labels=demo.ACTIONS, fingerprint="",
        num_clips=DEMO_CLIPS * len(demo.ACTIONS), source="procedural demo actions",
    )  # fmt: skip


def _made_demo(folder: Path, progress: Progress) -> ClipStore:
    """Generate the demo data set, whole or not at all."""
    from core.datasets import demo

    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".demo-"))
    try:
        store = ClipStore.create(made / DEMO, DEMO, demo.ACTIONS, source="procedural demo actions")
        for number, label in enumerate(demo.ACTIONS):
            progress.step(number / len(demo.ACTIONS), f"Making clips of {label}")
            motions = [demo.generate(label, s, _DEMO_FRAMES) for s in range(DEMO_CLIPS)]
            infos = [
                ClipInfo(name=f"{label} {s}", label=number, subject=f"seed {s}")
                for s in range(DEMO_CLIPS)
            ]
            store.add(motions, infos)
        store.close()
        if not (folder / DATABASE).exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            (made / DEMO).replace(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return ClipStore.open(folder)
