"""Files in the layouts VIBE, SPIN and PARE were published in, with weights by a recipe.

    files = published_files(tmp_path)        # {"vibe": ..., "spin": ..., "pare": ...}
    adopt_published(tmp_path)                # the same, adopted into the data folder in use

The values are those of the golden recipe (pseudo-random by name), so the networks give arbitrary
but fixed bodies. Nothing of the published files is in here. About 3 s for all three.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core import weights

YAML = """\
METHOD: pare
DATASET: {IMG_RES: 224, FOCAL_LENGTH: 5000.0, USE_HEATMAPS: part_segm, NUM_WORKERS: 8}
PARE:
  BACKBONE: hrnet_w32-conv
  NUM_JOINTS: 24
  SOFTMAX_TEMP: 1.0
  NUM_FEATURES_SMPL: 64
  USE_KEYPOINT_ATTENTION: true
  KEYPOINT_ATTENTION_ACT: softmax
  NUM_DECONV_LAYERS: 2
  NUM_DECONV_FILTERS: 128
  SHAPE_INPUT_TYPE: feats.shape.cam
  POSE_INPUT_TYPE: feats.self_pose.shape.cam
  ITERATIVE_REGRESSION: false
  USE_FINAL_NONLOCAL: null
  SMPL_PART_LOSS_WEIGHT: 1.0
"""


def _rng(name: str) -> np.random.Generator:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    return np.random.Generator(np.random.PCG64(seed))


def _mean_pose() -> np.ndarray:
    pose = np.tile(np.array([1, 0, 0, 1, 0, 0], np.float32), 24)
    noise = 0.1 * _rng("smpl_mean_params.pose").standard_normal(144)
    return (pose + noise.astype(np.float32)).astype(np.float32)


def value(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """One parameter by the recipe."""
    last = name.split(".")[-1]
    if last == "init_pose":
        return _mean_pose().reshape(shape)
    if last == "init_shape":
        drawn = 0.1 * _rng("smpl_mean_params.shape").standard_normal(10)
        return drawn.astype(np.float32).reshape(shape)
    if last == "init_cam":
        return np.array([[0.9, 0, 0]], np.float32).reshape(shape)
    if last == "temperature":
        return np.ones(shape, np.float32)
    z = _rng(name).standard_normal(shape)
    if last == "running_mean":
        z = 0.1 * z
    elif last == "running_var":
        z = 1 + 0.1 * np.abs(z)
    elif last.startswith("bias"):
        z = 0.02 * z
    elif len(shape) == 1:
        z = 1 + 0.1 * z
    else:
        fan_in = shape[2] * shape[5] if len(shape) == 6 else int(np.prod(shape[1:]))
        is_inner = name.startswith("backbone.") and name.endswith(
            (".conv2.weight", ".conv3.weight")
        )
        z = z * ((0.5 if is_inner else 1.0) / np.sqrt(fan_in))
    return np.asarray(z).astype(np.float32)


@cache
def state(name: str, hollow: bool = False) -> OrderedDict[str, torch.Tensor]:
    """The recipe's parameters of "vibe", "spin" or "pare" by published name, with counters.

    ``hollow``: names and shapes without content, quickly written, for files to be refused.
    """
    from core.estimators.checkpoints import LAYOUTS

    filled: OrderedDict[str, torch.Tensor] = OrderedDict()
    for key, shape in LAYOUTS[name].shapes({}).items():
        filled[key] = hole(shape) if hollow else torch.from_numpy(value(key, shape))
        if key.endswith("running_var"):
            filled[key.replace("running_var", "num_batches_tracked")] = torch.tensor(0)
    return filled


def hole(shape: tuple[int, ...]) -> torch.Tensor:
    """A tensor with a shape and one stored number."""
    return torch.zeros(()).expand(shape)


def _body() -> dict[str, torch.Tensor]:
    """Entries of an SMPL layer, which readers must leave alone (here: zeros)."""
    return {
        "smpl.betas": torch.zeros(64, 10),
        "smpl.v_template": torch.zeros(6890, 3),
        "smpl.faces_tensor": torch.zeros(4, 3, dtype=torch.long),
        "smpl.vertex_joint_selector.extra_joints_idxs": torch.zeros(21, dtype=torch.long),
    }


def write_vibe(path: Path, *, hollow: bool = False, **changed: torch.Tensor | None) -> Path:
    """vibe_model_*.pth.tar: nested state dict, optimisers, a numpy score, the format before 1.6.

    ``changed`` replaces entries of the state dict, or removes those that are None.
    """
    entries = OrderedDict(state("vibe", hollow))
    entries.update({f"regressor.{key}": value for key, value in _body().items()})
    content = {
        "epoch": 19,
        "gen_state_dict": _changed(entries, changed),
        "performance": np.float64(56.56),
        "gen_optimizer": {"state": {}, "param_groups": [{"lr": 5e-5, "params": [0, 1]}]},
        "disc_motion_state_dict": OrderedDict(weight=torch.zeros(3, 3)),
        "disc_motion_optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": []},
    }
    torch.save(content, path, _use_new_zipfile_serialization=False)
    return path


def write_spin(path: Path, *, hollow: bool = False, **changed: torch.Tensor | None) -> Path:
    """spin_model_checkpoint.pth.tar: everything under "model", in the format before torch 1.6."""
    entries = _changed(state("spin", hollow), changed)
    content = {"model": entries, "epoch": 60, "step": 1}
    torch.save(content, path, _use_new_zipfile_serialization=False)
    return path


def write_pare(
    path: Path,
    *,
    yaml: str | None = YAML,
    hollow: bool = False,
    extra: dict[str, Any] | None = None,
    **changed: torch.Tensor | None,
) -> Path:
    """pare*_checkpoint.ckpt of Lightning, its names prefixed, its settings beside it.

    ``extra`` replaces what else is in the file.
    """
    kept = _changed(state("pare", hollow), changed)
    entries: OrderedDict[str, Any] = OrderedDict((f"model.{key}", v) for key, v in kept.items())
    entries.update({f"model.smpl.{key}": value for key, value in _body().items()})
    entries["loss_fn.weight"] = torch.zeros(3)
    content = {
        "epoch": 3,
        "global_step": 1000,
        "pytorch-lightning_version": "1.1.8",
        "state_dict": entries,
        "callbacks": {},
        "optimizer_states": [{"state": {0: {"step": 1, "exp_avg": torch.zeros(5)}}}],
        "lr_schedulers": [],
        "hyper_parameters": {"PARE": {"BACKBONE": "hrnet_w32-conv"}},
        **(extra or {}),
    }
    torch.save(content, path)
    if yaml is not None:
        path.with_name(path.stem.replace("checkpoint", "config") + ".yaml").write_text(yaml)
    return path


def _changed(
    entries: OrderedDict[str, torch.Tensor], changed: dict[str, torch.Tensor | None]
) -> OrderedDict[str, torch.Tensor]:
    kept = OrderedDict(entries)
    for key, value_ in changed.items():
        if value_ is None:
            kept.pop(key)
        else:
            kept[key] = value_
    return kept


def published_files(folder: Path) -> dict[str, Path]:
    """Write all three; returns their paths by the names ``weights.adopt`` knows."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "vibe": write_vibe(folder / "vibe_model_wo_3dpw.pth.tar"),
        "spin": write_spin(folder / "spin_model_checkpoint.pth.tar"),
        "pare": write_pare(folder / "pare_w_3dpw_checkpoint.ckpt"),
    }


def adopt_published(folder: Path) -> None:
    """Write all three and adopt them into the data folder in use (set MOTION_STUDIO_HOME)."""
    for name, path in published_files(folder).items():
        weights.adopt(name, path)
