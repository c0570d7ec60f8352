"""PARE's settings file: what in it changes the network, and what of that can be read.

The published yaml is not needed to build the network, whose widths follow from the shapes, but
it can say things shapes do not reveal. Whatever would change the computation and is not known is
refused by name; settings of the training do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from core.errors import ModelProblem

MAX_BYTES = 1 << 20

REQUIRED: dict[str, Any] = {
    "METHOD": "pare",
    "DATASET.USE_HEATMAPS": "part_segm",
    "DATASET.IMG_RES": 224,
    "PARE.BACKBONE": "hrnet_w32-conv",
    "PARE.NUM_JOINTS": 24,
    "PARE.SOFTMAX_TEMP": 1,
    "PARE.USE_KEYPOINT_ATTENTION": True,
    "PARE.KEYPOINT_ATTENTION_ACT": "softmax",
    "PARE.POSE_MLP_NUM_LAYERS": 1,
    "PARE.SHAPE_MLP_NUM_LAYERS": 1,
}
"""Settings that must have this value where they are given."""

# Widths follow from shapes; the rest is of the training, or unused without iterations.
_HARMLESS = re.compile(
    r"NUM_FEATURES_SMPL|NUM_DECONV_LAYERS|NUM_DECONV_FILTERS|NUM_ITERATIONS|NUM_COATTENTION_ITER"
    r"|SHAPE_INPUT_TYPE|POSE_INPUT_TYPE|.*MLP_HIDDEN_SIZE|COATTENTION_CONV|NUM_BRANCH_ITERATION"
    r"|.*(WEIGHT|LOSS|PRETRAINED|CKPT|INIT|LR)(_.*)?|(TRAIN|TEST|VAL|LOG|GT|OPENPOSE|FINETUNE).*"
    r"|BACKBONE_.*|FOCAL_LENGTH|.*DROPOUT.*"
)
_OFF: tuple[Any, ...] = (None, False, "", 0, "none", "None")


def check_settings(settings: Mapping[str, Any], name: str) -> None:
    """Refuse, by name, settings that would make it another network. Raises ModelProblem."""
    flat = _flat(settings)
    for key, value in flat.items():
        wanted = REQUIRED.get(key)
        if wanted is not None and not _same(value, wanted):
            raise ModelProblem(
                f"{name} says {key} = {value}; only {wanted} can be read.",
                "Choose one of the two published checkpoints with its own settings.",
            )
        part, _, option = key.partition(".")
        is_known = wanted is not None or _HARMLESS.fullmatch(option) or value in _OFF
        if part == "PARE" and not is_known:
            raise ModelProblem(
                f"{name} switches on {key} = {value}, which this program does not know.",
                "Choose one of the two published checkpoints with its own settings.",
            )


def settings_beside(path: Path) -> dict[str, Any]:
    """Read the yaml that belongs to a checkpoint, {} where there is none. Raises ModelProblem."""
    for candidate in (
        path.with_name(path.stem.replace("checkpoint", "config") + ".yaml"),
        path.with_suffix(".yaml"),
        path.with_name("config.yaml"),
    ):
        if candidate.is_file():
            return read_settings(candidate)
    return {}


def read_settings(path: Path) -> dict[str, Any]:
    """Read a yaml of settings, which may hold plain values only. Raises ModelProblem."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("larger than any settings")
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise ModelProblem(
            f"{path.name} beside the checkpoint cannot be read.",
            "Copy it again, or move it away: the network can be read without.",
        ) from error
    if not isinstance(read, dict):
        raise ModelProblem(
            f"{path.name} beside the checkpoint holds no settings.",
            "Copy it again, or move it away: the network can be read without.",
        )
    return {str(key): value for key, value in read.items()}


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by dotted name, two levels deep, which is how the file is built."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{inner}": v for inner, v in value.items()}
        else:
            flat[str(key)] = value
    return flat


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool):
        return value is wanted
    if isinstance(wanted, int):
        try:
            return float(value) == wanted
        except (TypeError, ValueError):
            return False
    return str(value) == wanted
