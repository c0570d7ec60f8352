"""What does not belong together: labels that differ, recognisers of other data, other rates."""

from __future__ import annotations

from collections.abc import Sequence

from core.actor.checkpoint import Checkpoint
from core.datasets.store import ClipStore
from core.errors import ModelProblem, StudioError
from core.evaluation.recognisers.recogniser import PUBLISHED, Recogniser
from core.skeleton import NUM_JOINTS


def check_labels(model: Sequence[str], data: Sequence[str], judge: Sequence[str]) -> None:
    """Raise StudioError unless the recogniser tells the data's classes and the model makes some."""
    if set(judge) != set(data):
        unknown = [label for label in data if label not in judge] or [
            label for label in judge if label not in data
        ]
        raise StudioError(
            f"The recogniser was trained on other actions: {', '.join(unknown[:4])}"
            f"{' and more' if len(unknown) > 4 else ''}.",
            "Train one on this data set: motion-studio recogniser train --data NAME.",
        )
    if not set(model) & set(data):
        raise StudioError(
            "The model and the data set have no action in common.",
            "Choose the data set the model was trained on.",
        )


def check_joints(judge: Recogniser) -> None:
    """Raise ModelProblem for a recogniser that reads joints no body of this program has."""
    joints = getattr(judge.model, "num_joints", NUM_JOINTS)
    if joints != NUM_JOINTS:
        raise ModelProblem(
            f"{judge.name} reads {joints} joints regressed from another body's surface.",
            "Train one on this data set: motion-studio recogniser train --data NAME.",
        )


def warnings_of(model: Checkpoint, store: ClipStore, judge: Recogniser) -> tuple[str, ...]:
    """Sentences on what makes the numbers doubtful."""
    found = []
    fingerprint = store.fingerprint()
    known = judge.trained_on
    if known.get("fingerprint") and known["fingerprint"] != fingerprint:
        found.append(
            f"The recogniser was trained on other content ({known.get('dataset', '?')}, "
            f"{known['fingerprint']}) than is measured ({store.name}, {fingerprint})."
        )
    if known.get("dataset") == PUBLISHED:
        found.append(
            "The published recogniser knows joints of SMPL's body; it is shown the free body's."
        )
    estimators = set(known.get("estimators", store.estimators))
    if estimators != set(store.estimators):
        found.append(
            f"The recogniser was trained on motions of {_told(estimators)}, the data are of "
            f"{_told(set(store.estimators))}: FID then measures the estimators too."
        )
    trained = model.training.get("fingerprint", "")
    if trained and trained != fingerprint:
        found.append("The model was trained on other content than is measured.")
    if missing := [label for label in store.labels if label not in model.labels]:
        found.append(f"The model knows no {', '.join(missing)}: left out.")
    rates = {round(rate, 3) for (rate,) in store.columns("fps")} | {round(judge.fps, 3)}
    if len(rates | {round(model.fps, 3)}) > 1:
        found.append(
            f"Frame rates differ: model {model.fps:g}, data and recogniser "
            f"{', '.join(f'{rate:g}' for rate in sorted(rates))}."
        )
    if judge.num_frames != model.num_frames:
        found.append(
            f"The model was trained on {model.num_frames} frames, the recogniser reads "
            f"{judge.num_frames}."
        )
    return tuple(found)


def _told(estimators: set[str]) -> str:
    return ", ".join(sorted(name or "motion capture" for name in estimators)) or "motion capture"
