"""Read the skeleton and the animations of an FBX file (7.0 to 7.7, binary or text).

Bones with their pre-rotations and rotation orders, the pose the skin is bound in, one clip for each
animation stack that moves bones. Of several layers the first that moves a property counts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.errors import FileProblem, StudioError
from core.importing.fbx_scene import Curve, Model, Scene, curve_of, local_matrix, read_scene, sample
from core.importing.fbx_text import is_text, read_text
from core.importing.fbx_tree import AGAIN, read_bytes, read_tree
from core.importing.nodes import Clip, Node, to_source
from core.importing.origin import clip_provenance, origin_of
from core.importing.source import Array, Source, checked_density, checked_size, nice_fps

_RATES = {
    1: 120.0, 2: 100.0, 3: 60.0, 4: 50.0, 5: 48.0, 6: 30.0, 7: 30.0, 8: 30000 / 1001,
    9: 30000 / 1001, 10: 25.0, 11: 24.0, 13: 24000 / 1001, 15: 96.0, 16: 72.0, 17: 60000 / 1001,
    18: 120000 / 1001,
}  # fmt: skip
"""GlobalSettings' TimeMode -> frames a second; 14 is CustomFrameRate, 0 the default (30)."""
SPARSE = 9.0  # keys a second below which they are drawn by hand, not recorded
_KINDS = {"Lcl Translation": "T", "Lcl Rotation": "R", "Lcl Scaling": "S"}


def read(path: Path) -> list[Source]:
    """Read every animation of the file. Raises FileProblem saying what is wrong with it."""
    data = read_bytes(path)
    try:
        tree = read_text(data, path) if is_text(data) else read_tree(data, path)
        return _sources(read_scene(tree, path.name), path)
    except FileProblem:
        raise
    except StudioError as error:
        raise FileProblem(error.message, error.hint) from error
    except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise FileProblem(f"{path.name} is damaged: its contents do not fit.", AGAIN) from error


def _sources(scene: Scene, path: Path) -> list[Source]:
    models = list(scene.models.values())
    if not any(model.is_bone for model in models):
        _promote_nulls(scene)
    if not any(model.is_bone for model in models):
        raise FileProblem(f"{path.name} holds no skeleton.", "Choose a file with animated bones.")
    index = {model.key: i for i, model in enumerate(models)}
    nodes = [
        Node(
            model.name,
            index.get(model.parent, -1),
            model.is_bone,
            local_matrix(model.settings, {})[0],
            scene.binds.get(model.key),
        )
        for model in models
    ]
    origin = _origin(models)
    out = []
    for stack, name in scene.stacks.items():
        clip = _clip(scene, stack, name or path.stem, index)
        if clip is None:
            continue
        out.append(
            to_source(
                nodes, clip, path.name, file_format="FBX", binds_first=True,
                metres_per_unit=0.01 * scene.number("UnitScaleFactor", 1.0), up=_up(scene),
                origin=origin, provenance=clip_provenance(origin, clip.name),
            )
        )  # fmt: skip
    if not out:
        raise FileProblem(
            f"{path.name} holds a skeleton but no motion.", "Export it with animation."
        )
    return out


def _promote_nulls(scene: Scene) -> None:
    """Some programs write joints as nulls: without a bone, the nulls that move are the bones."""
    moved = {model for model, target in scene.targets.values() if target in _KINDS}
    for key in moved & scene.models.keys():
        if scene.models[key].kind == "Null":
            scene.models[key].kind = "LimbNode"


def _up(scene: Scene) -> str:
    axis = int(scene.number("UpAxis", 1))
    sign = "-" if scene.number("UpAxisSign", 1) < 0 else ""
    return sign + "xyz"[axis] if 0 <= axis < 3 else "y"


def _origin(models: list[Model]) -> dict[str, Any]:
    """What this program wrote into a file of its own."""
    for model in models:
        values = model.settings.get("MotionStudio")
        if values and isinstance(values[0], str):
            return origin_of(values[0])
    return {}


def _clip(scene: Scene, stack: int, name: str, index: dict[int, int]) -> Clip | None:
    curves: dict[int, dict[str, dict[str, Curve]]] = {}
    rest: dict[tuple[int, str], list[float]] = {}
    for layer in scene.layers.get(stack, []):
        for node in scene.nodes.get(layer, []):
            model, target = scene.targets.get(node, (0, ""))
            kind = _KINDS.get(target)
            if kind is None or model not in index or kind in curves.get(model, {}):
                continue
            found = {
                axis: curve_of(scene, scene.curves[key])
                for axis, key in scene.axes.get(node, {}).items()
            }
            found = {axis: curve for axis, curve in found.items() if len(curve.times)}
            if found:
                curves.setdefault(model, {})[kind] = found
                rest[model, kind] = _still(scene, node, model, target, kind)
    if not any(scene.models[model].is_bone for model in curves):
        return None
    every = [
        curve for kinds in curves.values() for axes in kinds.values() for curve in axes.values()
    ]
    times, fps = _times(scene, every)
    checked_size(len(times), sum(scene.models[model].is_bone for model in curves), scene.file)
    clip = Clip(name, fps, len(times))
    for model, kinds in curves.items():
        moving = {}
        for kind, axes in kinds.items():
            values = np.tile(np.array(rest[model, kind]), (len(times), 1))
            for i, axis in enumerate("XYZ"):
                if f"d|{axis}" in axes:
                    values[:, i] = sample(axes[f"d|{axis}"], times)
            moving[kind] = values
        matrices = local_matrix(scene.models[model].settings, moving)
        clip.locals_[index[model]] = matrices
    return clip


def _still(scene: Scene, node: int, model: int, target: str, kind: str) -> list[float]:
    """Values of the axes that have no curve: the curve node's own, else the model's."""
    settings = scene.models[model].settings.get(target) or []
    own = [float(v) for v in settings[:3]] if len(settings) >= 3 else [float(kind == "S")] * 3
    for i, axis in enumerate("XYZ"):
        value = scene.defaults.get(node, {}).get(f"d|{axis}")
        if value:
            own[i] = float(value[0])
    return own


def _times(scene: Scene, curves: list[Curve]) -> tuple[Array, float]:
    """Even times (T,) in seconds from the first key to the last, and the rate.

    The rate is the keys' own where they are dense and even, else the scene's.
    """
    first = min(float(curve.times[0]) for curve in curves)
    last = max(float(curve.times[-1]) for curve in curves)
    fps = _scene_rate(scene)
    densest = max(curves, key=lambda curve: len(curve.times)).times
    if len(densest) > 2:
        steps = np.diff(densest)
        step = float(np.median(steps))
        if step > 1e-5 and np.mean(np.abs(steps - step) < 0.02 * step) > 0.8:
            even = steps[np.abs(steps - step) < 0.02 * step]
            fps = _finer(nice_fps(float(even.mean())), fps)
    frames = round((last - first) * fps) + 1
    checked_density(frames, len(densest), scene.file)
    return first + np.arange(frames) / fps, fps


def _finer(keys: float, scene: float) -> float:
    """The keys' rate, unless they are only every second or tenth of the scene's frames."""
    multiple = scene / keys
    is_every_nth = multiple > 1.5 and abs(multiple - round(multiple)) < 0.01
    return scene if is_every_nth or keys < SPARSE else keys


def _scene_rate(scene: Scene) -> float:
    mode = int(scene.number("TimeMode", 6))
    custom = scene.number("CustomFrameRate", -1.0)
    if mode == 14 and 0.1 <= custom <= 10_000:
        return custom
    return _RATES.get(mode, 30.0)
