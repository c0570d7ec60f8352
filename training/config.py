"""What a training is told: data, network, losses, optimiser, schedule, what is shown meanwhile.

No torch here: the studio makes its form from :data:`training.fields.FIELDS` and writes the file;
the process that trains reads it. Defaults are the published ones (ACTOR, Petrovich et al. 2021).
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import yaml

from core.atomic import written_whole
from core.errors import FileProblem, StudioError
from training.fields import FIELD, FIELDS


class SettingProblem(StudioError):
    """A setting that cannot work: ``field`` is its name, ``reason`` what is wrong with it."""

    def __init__(self, field: str, reason: str, hint: str = "") -> None:
        label = FIELD[field].label if field in FIELD else field
        super().__init__(f"{label}: {reason}", hint or f"Change `{field}`.")
        self.field, self.reason = field, reason


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The settings of one training; :data:`training.fields.FIELDS` describes each for people.

    Raises SettingProblem naming the field when a value cannot work.
    """

    name: str = "actor"
    dataset: str = "demo"  # name of a data set, or its folder
    split: str = "all"  # clips trained on: "all" as published, or "train" of the data set's split
    num_frames: int = 60
    min_frames: int = 60  # with variable_lengths: lengths are drawn from min to max frames
    max_frames: int = 100
    variable_lengths: bool = False
    mirror: bool = False  # show half of the clips in the mirror
    epochs: int = 2000
    max_steps: int = 0  # 0: no limit besides the epochs
    batch_size: int = 20
    lr: float = 1e-4
    weight_decay: float = 0.01
    clip_norm: float = 0.0  # 0: no clipping
    lambda_rc: float = 1.0
    lambda_rcxyz: float = 1.0
    lambda_vel: float = 0.0
    lambda_kl: float = 1e-5  # of the divergence summed over the batch, as published
    loss_body: str = "vertices"  # "vertices", "joints" or "none"
    body: str = ""  # file of the body the loss is taken on; "": the free one
    exact_vertices: bool = False  # with its pose blend shapes, if it has any
    num_layers: int = 8
    latent_dim: int = 256
    ff_size: int = 1024
    num_heads: int = 4
    dropout: float = 0.1
    bf16: bool = False
    compile: bool = False
    ema: float = 0.0  # decay of the average of the weights that is kept; 0: the last weights
    seed: int = 10
    device: str = "auto"  # "auto", "cpu", "cuda" or "cuda:1"
    threads: int = 0  # on a CPU; 0: as many as there are cores
    checkpoint_every: int = 100  # epochs
    sample_seeds: int = 2  # of how many actions' samples are written at each checkpoint
    sample_actions: int = 4
    measure_every: int = 0  # epochs; 0: FID and accuracy are not measured
    recogniser: str = ""  # name or file
    tensorboard: bool = False

    def __post_init__(self) -> None:
        if found := problems_in(vars(self)):
            raise next(iter(found.values()))

    @property
    def longest(self) -> int:
        """Frames of the longest clip a batch may hold."""
        return self.max_frames if self.variable_lengths else self.num_frames

    def changed(self, **changes: Any) -> TrainConfig:
        """Return the config with other values. Raises StudioError for what cannot work."""
        return from_values({**dataclasses.asdict(self), **changes})


def from_values(values: Mapping[str, Any], source: str = "The settings") -> TrainConfig:
    """Make a config of plain values. Raises StudioError naming unknown keys and the nearest one."""
    hints = get_type_hints(TrainConfig)
    known: dict[str, Any] = {}
    for key, value in values.items():
        if key not in hints:
            near = difflib.get_close_matches(str(key), hints, n=1, cutoff=0.4)
            hint = f"Did you mean `{near[0]}`?" if near else f"Known are: {', '.join(hints)}."
            raise StudioError(f"{source} hold an unknown key: {key!r}.", hint)
        known[key] = _as(hints[key], key, value)
    return TrainConfig(**known)


def problems_in(values: Mapping[str, Any]) -> dict[str, SettingProblem]:
    """What is wrong with settings given as values or as typed text, by field; {} where nothing is.

    Settings left out are taken as their defaults.
    """
    found: dict[str, SettingProblem] = {}
    good: dict[str, Any] = {info.name: getattr(TrainConfig, info.name) for info in FIELDS}
    hints = get_type_hints(TrainConfig)
    for info in FIELDS:
        if info.name not in values:
            continue
        try:
            value = good[info.name] = _as(hints[info.name], info.name, values[info.name])
            if reason := info.problem_with(value):
                raise SettingProblem(info.name, reason)
        except SettingProblem as problem:
            found[info.name] = problem
    for between in _problems_between(good):
        found.setdefault(between.field, between)
    return found


def _problems_between(values: Mapping[str, Any]) -> Iterator[SettingProblem]:
    """What does not go together."""
    size, heads = values["latent_dim"], values["num_heads"]
    if heads > 0 and (size % heads or size % 2):
        yield SettingProblem(
            "latent_dim", f"{size} must be even and divisible by the number of heads ({heads}).",
            "Take 256 and 4, as published.",
        )  # fmt: skip
    if values["variable_lengths"] and values["min_frames"] > values["max_frames"]:
        yield SettingProblem(
            "min_frames",
            f"{values['min_frames']} frames is more than the longest ({values['max_frames']}).",
            "Change `min_frames` or `max_frames`.",
        )


def parse_setting(text: str) -> tuple[str, Any]:
    """Read "key=value" from a command line. Raises StudioError."""
    key, equals, value = text.partition("=")
    if not equals:
        raise StudioError(f"{text!r} is no setting.", "Write it as key=value.")
    try:
        return key.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise StudioError(f"{text!r} cannot be read.", "Write it as key=value.") from error


def load_config(path: Path) -> TrainConfig:
    """Read a YAML file. Raises FileProblem or StudioError saying what is wrong in it."""
    try:
        values = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(f"{path} cannot be read: {error}.", "Choose another file.") from error
    except yaml.YAMLError as error:
        raise FileProblem(
            f"{Path(path).name} is no YAML: {str(error).splitlines()[0]}.", "Mend or replace it."
        ) from error
    if not isinstance(values, dict):
        raise FileProblem(
            f"{Path(path).name} holds no settings.", "Write one `key: value` on a line."
        )
    return from_values(values, Path(path).name)


def save_config(path: Path, config: TrainConfig) -> None:
    """Write a YAML file that :func:`load_config` reads, in the order of the fields."""
    with written_whole(Path(path)) as temporary:
        temporary.write_text(
            yaml.safe_dump(dataclasses.asdict(config), sort_keys=False), encoding="utf-8"
        )


def _as(hint: Any, key: str, value: Any) -> Any:
    """Return a value as the field's type; YAML reads 1e-5 as text and 2 as a whole number."""
    assert get_origin(hint) is None and not get_args(hint)
    try:
        if hint is bool and isinstance(value, bool):
            return value
        if hint is int and not isinstance(value, bool) and float(value) == int(float(value)):
            return int(float(value))
        if hint is float and not isinstance(value, bool) and math.isfinite(float(value)):
            return float(value)
        if hint is str and isinstance(value, str):
            return value
    except (TypeError, ValueError, OverflowError):
        pass
    kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    raise SettingProblem(key, f"must be {kinds[hint]}, not {value!r}.")
