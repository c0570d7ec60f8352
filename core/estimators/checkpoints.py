"""The published checkpoints of VIBE, SPIN and PARE: what each must hold, and reading it safely.

Nothing in a file is allowed to run: it is read with :mod:`core.unpickle`, which answers names from
an allow-list and refuses any other, and needs no GPU for files saved on one. What does not fit is
told by name; entries of the SMPL body inside the files (``*.smpl.*``) are never read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ModelProblem
from core.unpickle import CONFIG, DATA, RefusedPickle, StoredTensor, read_torch

Weights = dict[str, npt.NDArray[np.float32]]
Shapes = Mapping[str, tuple[int, ...]]

MEAN_PARAMS = "smpl_mean_params.npz"
_SHOWN = 4  # names told before "and N more"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How one published file is laid out.

    ``shapes(found)`` gives the parameters' names and shapes, with the widths a file has by its own
    shapes. Entries outside ``namespaces`` belong to something else and are only counted.
    ``unused`` may be absent, since no computation needs them.
    """

    name: str
    title: str
    file: str  # published name, to tell the user
    nested: str  # key of the state dict in the file
    prefix: str  # put before every name by the training library
    namespaces: tuple[str, ...]
    shapes: Callable[[Shapes], dict[str, tuple[int, ...]]]
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class KeyReport:
    """How a file's entries and the network's parameters fit together, by name."""

    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()  # in the network's own namespaces: another network
    misshapen: tuple[str, ...] = ()  # "name (3, 4) instead of (3, 5)"
    ignored: int = 0  # entries of other parts: SMPL, losses, counters

    @property
    def fits(self) -> bool:
        return not (self.missing or self.unexpected or self.misshapen)

    def __str__(self) -> str:
        told = (
            ("lacks", self.missing),
            ("holds unknown", self.unexpected),
            ("has another shape in", self.misshapen),
        )
        return "; ".join(f"{how} {named(names)}" for how, names in told if names)


def named(names: tuple[str, ...]) -> str:
    """A few names, and how many more there are."""
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def is_foreign(name: str) -> bool:
    """Whether an entry belongs to the SMPL body or counts batches: never read."""
    parts = name.split(".")
    return "smpl" in parts or parts[-1] == "num_batches_tracked"


def read_state(path: Path, layout: Layout) -> tuple[dict[str, StoredTensor], dict[str, Any]]:
    """Return the file's entries, still in the file, by name without prefix, and the rest of it.

    Raises ModelProblem: not there, refused by name, damaged, or another kind of file.
    """
    advice = f"Choose {layout.file} as published, or copy it again."
    try:
        content = read_torch(path, DATA | CONFIG, lazy=True)
    except FileNotFoundError as error:
        raise ModelProblem(f"{path.name} is not there.", advice) from error
    except OSError as error:
        raise ModelProblem(f"{path.name} cannot be opened: {error.strerror}.", advice) from error
    except RefusedPickle as error:
        raise ModelProblem(
            f"{path.name} was refused: it holds {error}, which is more than numbers.",
            "Only plain checkpoints are read, since others could run code; get the published file.",
        ) from error
    except Exception as error:  # a damaged file can make the reader raise nearly anything
        raise ModelProblem(
            f"{path.name} is not a readable checkpoint: damaged, truncated or of another kind.",
            advice,
        ) from error
    rest = {str(key): value for key, value in content.items()} if isinstance(content, dict) else {}
    nested = rest.pop(layout.nested, None)
    state = nested if isinstance(nested, dict) else rest
    tensors = {str(key): value for key, value in state.items() if isinstance(value, StoredTensor)}
    if not tensors:
        holds = f" (it holds {named(tuple(sorted(rest)))})" if rest else ""
        raise ModelProblem(f"{path.name} holds no parameters of {layout.title}{holds}.", advice)
    return _without_prefix(tensors, layout.prefix), rest if state is nested else {}


def _without_prefix(state: dict[str, StoredTensor], prefix: str) -> dict[str, StoredTensor]:
    """Strip one leading prefix; where some names have it, those without belong to other parts."""
    if not prefix or not any(name.startswith(prefix) for name in state):
        return state
    return {n.removeprefix(prefix): v for n, v in state.items() if n.startswith(prefix)}


def compare(found: Shapes, layout: Layout) -> KeyReport:
    """Hold a file's entries against the parameters the network has."""
    expected = layout.shapes(found)
    own = {name for name in found if not is_foreign(name) and name.startswith(layout.namespaces)}
    return KeyReport(
        missing=tuple(n for n in expected if n not in own and n not in layout.unused),
        unexpected=tuple(sorted(own - set(expected))),
        misshapen=tuple(
            f"{name} {tuple(found[name])} instead of {shape}"
            for name, shape in expected.items()
            if name in own and tuple(found[name]) != shape
        ),
        ignored=len(found) - len(own),
    )


def read_weights(path: Path, layout: Layout) -> tuple[Weights, dict[str, Any]]:
    """Read all parameters of a published file as float32, and the rest of the file.

    Start values of the regressor that are absent come from smpl_mean_params.npz beside the file.
    Raises ModelProblem naming what is missing, unexpected or of another shape.
    """
    stored, rest = read_state(path, layout)
    shapes: dict[str, tuple[int, ...]] = {name: tensor.shape for name, tensor in stored.items()}
    means = _mean_params(path, [n for n in layout.shapes(shapes) if n not in shapes])
    shapes |= {name: value.shape for name, value in means.items()}
    report = compare(shapes, layout)
    if not report.fits:
        raise ModelProblem(
            f"{path.name} is not {layout.title}'s network: it {report}.",
            _advice(report, shapes, layout),
        )
    weights = dict(means)
    for name in layout.shapes(shapes):
        if name in stored:
            weights[name] = _whole(stored[name], name, path)
    return weights, rest


def _advice(report: KeyReport, found: Shapes, layout: Layout) -> str:
    if all(name.split(".")[-1].startswith("init_") for name in report.missing) and report.missing:
        return f"Put {MEAN_PARAMS}, which comes with the published file, beside it."
    for other in LAYOUTS.values():
        if other is not layout and compare(found, other).fits:
            return f"It is {other.title}'s file: choose {layout.file} here."
    return f"Choose {layout.file} as published."


def _whole(tensor: StoredTensor, name: str, path: Path) -> npt.NDArray[np.float32]:
    try:
        values = tensor.array().astype(np.float32)
    except ValueError as error:
        raise ModelProblem(
            f"{path.name} is damaged: {name} is not whole.", "Copy the file again."
        ) from error
    if not np.isfinite(values).all():
        raise ModelProblem(
            f"{path.name} is damaged: {name} holds values that are no numbers.",
            "Copy the file again.",
        )
    return values


def _mean_params(path: Path, absent: list[str]) -> Weights:
    """Start values from smpl_mean_params.npz beside the file, for those absent in it."""
    wanted = {n: n.rsplit("init_")[-1] for n in absent if n.split(".")[-1].startswith("init_")}
    beside = path.with_name(MEAN_PARAMS)
    if not wanted or not beside.is_file():
        return {}
    try:
        with np.load(beside, allow_pickle=False) as archive:
            return {
                name: archive[key].reshape(1, -1).astype(np.float32)
                for name, key in wanted.items()
                if key in archive.files
            }
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise ModelProblem(
            f"{beside.name} beside the checkpoint cannot be read.", "Copy it again."
        ) from error


def _vibe_shapes(found: Shapes) -> dict[str, tuple[int, ...]]:
    from core.estimators.vibe.model import vibe_shapes

    return vibe_shapes()


def _spin_shapes(found: Shapes) -> dict[str, tuple[int, ...]]:
    from core.estimators.vibe.model import spin_shapes

    return spin_shapes()


def _pare_shapes(found: Shapes) -> dict[str, tuple[int, ...]]:
    from core.estimators.pare.model import pare_shapes

    return pare_shapes(found)


LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(
            name="vibe",
            title="VIBE",
            file="vibe_model_wo_3dpw.pth.tar (or vibe_model_w_3dpw.pth.tar)",
            nested="gen_state_dict",
            prefix="",
            namespaces=("encoder.", "regressor."),
            shapes=_vibe_shapes,
            # the same values are in SPIN's file
            unused=("regressor.init_pose", "regressor.init_shape", "regressor.init_cam"),
        ),
        Layout(
            name="spin",
            title="SPIN",
            file="spin_model_checkpoint.pth.tar",
            nested="model",
            prefix="",
            namespaces=("conv1.", "bn1.", "layer", "fc", "dec", "init_"),
            shapes=_spin_shapes,
        ),
        Layout(
            name="pare",
            title="PARE",
            file="pare_w_3dpw_checkpoint.ckpt (or pare_checkpoint.ckpt)",
            nested="state_dict",
            prefix="model.",
            namespaces=("backbone.", "head."),
            shapes=_pare_shapes,
            unused=(
                "head.temperature", "head.init_pose", "head.init_shape", "head.init_cam",
                "backbone.final_layer.weight", "backbone.final_layer.bias",
            ),
        ),
    )
}  # fmt: skip
