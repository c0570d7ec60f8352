"""Every setting of a training, described once: form, command line and checks come from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "text", "choice", "whole", "number", "switch", "dataset", "recogniser", "device", "file"
]

GROUPS = ("Data", "Length", "Losses", "Network", "Optimiser", "Meanwhile", "Machine")


@dataclass(frozen=True, kw_only=True)
class FieldInfo:
    """One setting: its field of ``TrainConfig``, words for people, and what values it takes."""

    name: str
    label: str
    help: str
    group: str
    kind: Kind = "whole"
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""

    def problem_with(self, value: Any) -> str:
        """Return what is wrong with a value, "" when nothing is."""
        if self.choices and value not in self.choices:
            return f"{value!r} is not one of {', '.join(self.choices)}."
        if self.minimum is not None and value < self.minimum:
            return f"{value} is less than {self.minimum:g}."
        if self.maximum is not None and value > self.maximum:
            return f"{value} is more than {self.maximum:g}."
        if self.kind in ("text", "dataset", "device") and not str(value).strip():
            return "it is empty."
        return ""


FIELDS: tuple[FieldInfo, ...] = (
    FieldInfo(name="name", label="Name", group="Data", kind="text",
              help="What the training is called in lists and files"),
    FieldInfo(name="dataset", label="Data set", group="Data", kind="dataset",
              help="Name of a data set of the Data page, or its folder; `demo` always exists"),
    FieldInfo(name="split", label="Clips", group="Data", kind="choice", choices=("all", "train"),
              help="All clips, as published, or only the training part of the data set's split"),
    FieldInfo(name="mirror", label="Mirror", group="Data", kind="switch",
              help="Show half of the clips in the mirror; not for actions of one side"),
    FieldInfo(name="num_frames", label="Frames", group="Length", minimum=4, maximum=1000,
              unit="frames", help="Length of the windows cut from the clips"),
    FieldInfo(name="variable_lengths", label="Variable lengths", group="Length", kind="switch",
              help="Draw each batch's lengths between the shortest and the longest, so that the "
                   "model learns other durations"),
    FieldInfo(name="min_frames", label="Shortest", group="Length", minimum=4, maximum=1000,
              unit="frames", help="With variable lengths: the shortest window"),
    FieldInfo(name="max_frames", label="Longest", group="Length", minimum=4, maximum=1000,
              unit="frames", help="With variable lengths: the longest window"),
    FieldInfo(name="lambda_kl", label="KL weight", group="Losses", kind="number", minimum=0,
              maximum=1000, help="Of the divergence summed over the batch, as published: 1e-5 for "
                                 "batches of 20. Too much freezes the motion"),
    FieldInfo(name="lambda_rc", label="Pose weight", group="Losses", kind="number", minimum=0,
              maximum=1000, help="Of the squared differences of the 6D rotations and the path"),
    FieldInfo(name="lambda_rcxyz", label="Body weight", group="Losses", kind="number", minimum=0,
              maximum=1000, help="Of the squared differences of the body's points"),
    FieldInfo(name="lambda_vel", label="Velocity weight", group="Losses", kind="number", minimum=0,
              maximum=1000, help="Of frame-to-frame differences; not in the published training"),
    FieldInfo(name="loss_body", label="Body loss", group="Losses", kind="choice",
              choices=("vertices", "joints", "none"),
              help="All vertices in closed form, the 24 joints, or no body at all"),
    FieldInfo(name="body", label="Body", group="Losses", kind="file",
              help="File of the body the loss is taken on; empty: the free body"),
    FieldInfo(name="exact_vertices", label="Exact vertices", group="Losses", kind="switch",
              help="For a body with pose blend shapes: pose every vertex, about 90 times the cost "
                   "of the closed form, which leaves these shapes out"),
    FieldInfo(name="num_layers", label="Layers", group="Network", minimum=1, maximum=64,
              help="Of the encoder, and again of the decoder"),
    FieldInfo(name="latent_dim", label="Latent size", group="Network", minimum=4, maximum=4096,
              help="Width of the tokens and of the latent vector"),
    FieldInfo(name="ff_size", label="Feed-forward size", group="Network", minimum=4, maximum=65536,
              help="Hidden width of the feed-forward blocks"),
    FieldInfo(name="num_heads", label="Heads", group="Network", minimum=1, maximum=64,
              help="Of the attention"),
    FieldInfo(name="dropout", label="Dropout", group="Network", kind="number", minimum=0,
              maximum=0.95, help="Share of values set to zero while training"),
    FieldInfo(name="epochs", label="Epochs", group="Optimiser", minimum=1, maximum=10_000_000,
              help="Times every clip is seen, each time another window of it"),
    FieldInfo(name="max_steps", label="Steps at most", group="Optimiser", minimum=0,
              maximum=1_000_000_000, help="Ends the training earlier; 0: no limit"),
    FieldInfo(name="batch_size", label="Batch size", group="Optimiser", minimum=1, maximum=65536,
              unit="clips", help="Clips in a step, over all devices together"),
    FieldInfo(name="lr", label="Learning rate", group="Optimiser", kind="number", minimum=1e-9,
              maximum=10, help="Of AdamW, the same throughout"),
    FieldInfo(name="weight_decay", label="Weight decay", group="Optimiser", kind="number",
              minimum=0, maximum=10, help="Of AdamW"),
    FieldInfo(name="clip_norm", label="Clip gradients", group="Optimiser", kind="number",
              minimum=0, maximum=1e6, help="Largest norm of the gradient; 0: as it comes"),
    FieldInfo(name="ema", label="Average weights", group="Optimiser", kind="number", minimum=0,
              maximum=0.99999, help="Decay of the running average that is kept as the model; "
                                    "0: the last weights"),
    FieldInfo(name="seed", label="Seed", group="Optimiser", minimum=0, maximum=2**31 - 1,
              help="Of first weights, order, windows, noise and dropout"),
    FieldInfo(name="checkpoint_every", label="Checkpoint every", group="Meanwhile", minimum=1,
              maximum=10_000_000, unit="epochs", help="The model and its samples are written then"),
    FieldInfo(name="sample_actions", label="Actions shown", group="Meanwhile", minimum=1,
              maximum=1000, help="Of how many actions samples are written at each checkpoint"),
    FieldInfo(name="sample_seeds", label="Seeds shown", group="Meanwhile", minimum=1, maximum=100,
              help="Samples of each of these actions"),
    FieldInfo(name="measure_every", label="Measure every", group="Meanwhile", minimum=0,
              maximum=10_000_000, unit="epochs",
              help="FID and accuracy with the recogniser; 0: not measured"),
    FieldInfo(name="recogniser", label="Recogniser", group="Meanwhile", kind="recogniser",
              help="Name or file of the recogniser that measures"),
    FieldInfo(name="tensorboard", label="TensorBoard", group="Meanwhile", kind="switch",
              help="Write event files too, where the package is installed"),
    FieldInfo(name="device", label="Device", group="Machine", kind="device",
              help="`auto` takes the first CUDA device, else the CPU"),
    FieldInfo(name="threads", label="Threads", group="Machine", minimum=0, maximum=1024,
              help="On a CPU; 0: as many as there are cores"),
    FieldInfo(name="bf16", label="bfloat16", group="Machine", kind="switch",
              help="Half as many bits in the products: faster, not the same to the last digit"),
    FieldInfo(name="compile", label="Compile", group="Machine", kind="switch",
              help="torch.compile: a minute of waiting first; pays on CUDA"),
)  # fmt: skip

FIELD: dict[str, FieldInfo] = {info.name: info for info in FIELDS}
