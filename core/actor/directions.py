"""Directions of an action's latent space that are worth a slider.

ACTOR's prior is the same round N(0, I) for every action, so it has no directions of its own; what
differs is how strongly the decoder answers. The principal directions are those along which the
motion changes most: the eigenvectors of the mean of J^T J, J being the derivative of all joint
positions by the latent, averaged over samples of the action (the active subspace of the decoder;
Constantine 2015). Each is named after the measure of the motion that it changes most.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.actor.checkpoint import Checkpoint
from core.actor.kinematics import features_to_rotmats, forward_kinematics
from core.actor.measures import MEASURES, measured
from core.actor.sampling import decode_features, in_parallel, memory_of, stream
from core.skeleton import NUM_JOINTS

FloatArray = npt.NDArray[np.float32]

NUM_SAMPLES = 16  # latents at which the decoder's response is taken
NUM_PROBES = 8  # random combinations of all joint positions differentiated at each
NUM_BASES = 6  # latents at which a direction's effect is measured
REACH = 2.0  # standard deviations walked to either side for that
NEARLY = 0.75  # of the strongest effect: as good a name, if plainer
LEAST_EFFECT = 0.35  # spreads over the action's samples; below, no name fits

_cache: weakref.WeakKeyDictionary[Checkpoint, dict[tuple[str, int], tuple[Direction, ...]]]
_cache = weakref.WeakKeyDictionary()


@dataclass(frozen=True, kw_only=True, eq=False)
class Direction:
    """One direction: vector (D,) of length 1, that is one standard deviation of the prior.

    name is the measure it raises most (see MEASURES), or "shape n" where none answers clearly;
    effect is that rise over +-2 standard deviations in spreads of the action's samples;
    response is the root mean square motion of the joints, metres per standard deviation.
    """

    name: str
    vector: FloatArray
    effect: float
    response: float


def principal_directions(
    checkpoint: Checkpoint, label: str, count: int = 5
) -> tuple[Direction, ...]:
    """Return the ``count`` directions of an action that move the body most, strongest first.

    Deterministic; kept for as long as the checkpoint lives. Raises ModelProblem for an unknown
    action.
    """
    known = _cache.setdefault(checkpoint, {})
    if (label, count) not in known:
        most = min(count, checkpoint.config.latent_dim)
        work = in_parallel(lambda _: _find(checkpoint, label, most), [slice(0, 1)])
        (known[label, count],) = work  # on one thread: see in_parallel
    return known[label, count]


def _find(checkpoint: Checkpoint, label: str, count: int) -> tuple[Direction, ...]:
    width = checkpoint.config.latent_dim
    drawn = [torch.randn(width, generator=stream(-1, label, i)) for i in range(NUM_SAMPLES)]
    latents = torch.stack(drawn)
    vectors, response = _active_subspace(checkpoint, label, latents[:NUM_SAMPLES], count)
    effects = _effects(checkpoint, label, latents, vectors)
    chosen = _names(effects)
    directions = []
    for k, (name, effect) in enumerate(chosen):
        sign = -1.0 if effect < 0 else 1.0
        directions.append(
            Direction(
                name=name,
                vector=(sign * vectors[k]).astype(np.float32),
                effect=abs(effect),
                response=float(response[k]),
            )
        )
    return tuple(directions)


def _active_subspace(
    checkpoint: Checkpoint, label: str, latents: Tensor, count: int
) -> tuple[FloatArray, FloatArray]:
    """Unit vectors (count, D) and the joints' RMS motion along each, metres per unit."""
    z = latents.clone().requires_grad_()
    joints = _joints(checkpoint, memory_of(checkpoint, z, label))  # (B, T, 24, 3)
    generator = torch.Generator().manual_seed(0)
    rows = []
    for probe in range(NUM_PROBES):
        weights = torch.randn(joints.shape, generator=generator)
        kept = probe < NUM_PROBES - 1
        (gradient,) = torch.autograd.grad((joints * weights).sum(), z, retain_graph=kept)
        rows.append(gradient)  # J^T u with u ~ N(0, I): E[(J^T u)(J^T u)^T] = J^T J
    gradients = torch.cat(rows)
    _, singular, vectors = torch.linalg.svd(gradients, full_matrices=False)
    points = joints[0].numel() / 3
    response = singular[:count] / np.sqrt(len(gradients) * points)
    return vectors[:count].numpy(), response.numpy()


def _joints(checkpoint: Checkpoint, memory: Tensor) -> Tensor:
    """Decode (B, D) into joint positions (B, T, 24, 3) in the data's frame, differentiably."""
    features = checkpoint.model.decode_memory(memory, checkpoint.num_frames)
    _, joints = forward_kinematics(features_to_rotmats(features), torch.tensor(_rest_joints()))
    joints = joints.unflatten(0, (len(memory), -1))
    return joints + features[:, NUM_JOINTS, :3].transpose(1, 2)[:, :, None]


def _effects(
    checkpoint: Checkpoint, label: str, latents: Tensor, vectors: FloatArray
) -> FloatArray:
    """(count, measures): mean change over +-REACH, in spreads over the action's samples."""
    step = REACH * torch.from_numpy(vectors)  # (K, D)
    bases = latents[:NUM_BASES, None]  # (N, 1, D)
    walked = torch.stack((bases - step, bases + step))  # (2, N, K, D)
    batch = torch.cat((walked.flatten(0, 2), latents))
    features = decode_features(
        checkpoint, memory_of(checkpoint, batch, label), checkpoint.num_frames
    )
    values = measured(_upright_joints(features))
    spread = values[-len(latents) :].std(axis=0)
    low, high = values[: -len(latents)].reshape(2, NUM_BASES, len(vectors), -1)
    effect: FloatArray = (high - low).mean(axis=0) / np.maximum(spread, 1e-6)
    return effect


def _upright_joints(features: FloatArray) -> FloatArray:
    """Features (B, 25, 6, T) -> joint positions (B, T, 24, 3), y up."""
    rotmats = features_to_rotmats(torch.from_numpy(features))
    _, joints = forward_kinematics(rotmats, torch.tensor(_rest_joints()))
    positions = joints.unflatten(0, (len(features), -1)).numpy()
    path = np.moveaxis(features[:, NUM_JOINTS, :3], -1, 1)
    moved: FloatArray = positions + path[:, :, None]
    return moved


def _rest_joints() -> FloatArray:
    from core.body import default_body

    return np.array(default_body().rest_joints)


def _names(effects: FloatArray) -> list[tuple[str, float]]:
    """Name each direction after a strongest effect, no name twice, the clearest first.

    Among effects nearly as strong the one listed first is taken: MEASURES begins with the plainest.
    """
    names = list(MEASURES)
    chosen = [(f"shape {k + 1}", 0.0) for k in range(len(effects))]
    left = np.abs(effects)
    for _ in range(len(effects)):
        k = int(left.max(axis=1).argmax())
        strongest = left[k].max()
        if strongest < LEAST_EFFECT:
            break
        m = int(np.argmax(left[k] >= NEARLY * strongest))
        chosen[k] = (names[m], float(effects[k, m]))
        left[k, :] = -1.0
        left[:, m] = -1.0
    return chosen
