"""What stands in a scene and where it is now: bodies, their clips on the card, the camera.

Drawing is :class:`studio.viewport.scene.Scene`'s part. Uploads need a current GL context.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.viewport.camera import OrbitCamera, View
from studio.viewport.heat import heat_texture
from studio.viewport.items import BodyItem, frame_at
from studio.viewport.panes import TOGETHER, Layout, Pane
from studio.viewport.poses import PosedClip, footprints, posed_clip
from studio.viewport.trails import TrailVisual
from studio.viewport.visuals import BodyVisual, ClipUpload, ShadowVisual

Float = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MANY_SHAPES = 12
_VERSIONS = itertools.count()


@dataclass
class Body:
    """A body in the scene and what of it lies on the card."""

    item: BodyItem
    clip: PosedClip
    upload: ClipUpload
    trail: TrailVisual | None = None
    planted: tuple[Bools, Bools] | None = None
    heat: ClipUpload | None = None
    version: int = field(default_factory=lambda: next(_VERSIONS))  # of its motion and heat


class Contents:
    """Bodies, camera and clock of a scene. Methods change numbers and upload what is new."""

    def __init__(self) -> None:
        self.camera = OrbitCamera()
        self.selected: str | None = None
        self.looping = False
        self.seconds = 0.0
        self.layout: Layout = TOGETHER
        self._bodies: dict[str, Body] = {}
        self._visuals: dict[tuple[str, str, bytes], BodyVisual] = {}
        self._shadows: dict[tuple[str, bytes], ShadowVisual] = {}

    def set_bodies(self, items: Sequence[BodyItem]) -> None:
        """Show these bodies; what is on the card already for the same key and motion stays."""
        old, self._bodies = self._bodies, {}
        for item in items:
            body = old.pop(item.key, None)
            if body is None:
                clip = posed_clip(item.motion)
                body = Body(item=item, clip=clip, upload=ClipUpload(clip.texture))
            elif body.item.motion is not item.motion:
                body.clip = posed_clip(item.motion)
                body.upload.replace(body.clip.texture)
                body.version = next(_VERSIONS)
                body.trail = body.planted = None
            self._bodies[item.key] = body
            self._warm(body, item)
            body.item = item
        for body in old.values():
            body.upload.delete()
            if body.heat is not None:
                body.heat.delete()
        self._forget_shapes()
        if self.selected not in self._bodies:
            self.selected = None

    @staticmethod
    def _warm(body: Body, item: BodyItem) -> None:
        """Bring a body's heat on the card in line with its item: one upload for a whole clip."""
        if body.item.heat is item.heat and (body.heat is None) == (item.heat is None):
            return
        body.version = next(_VERSIONS)
        if item.heat is None:
            if body.heat is not None:
                body.heat.delete()
            body.heat = None
            return
        texture = heat_texture(item.heat)
        if body.heat is None:
            body.heat = ClipUpload(texture)
        else:
            body.heat.replace(texture)

    def _forget_shapes(self) -> None:
        """Free the meshes of people who left, once there are many: a shape is half a megabyte."""
        if len(self._visuals) <= MANY_SHAPES:
            return
        shown = {body.clip.shape for body in self._bodies.values()}
        self._visuals = {k: v for k, v in self._visuals.items() if k[1:] in shown}
        self._shadows = {k: v for k, v in self._shadows.items() if k in shown}

    @property
    def items(self) -> list[BodyItem]:
        """The bodies shown, in order."""
        return [body.item for body in self._bodies.values()]

    def frame_of(self, item: BodyItem, seconds: float | None = None) -> float:
        """Return the fractional frame of a body at the scene's time (or another)."""
        at = self.seconds if seconds is None else seconds
        return frame_at(item.motion, at - item.start, looping=self.looping)

    def joints_now(self, key: str) -> Float:
        """(24, 3) world positions of a body's joints at the scene's time."""
        body = self._bodies[key]
        frame = self.frame_of(body.item)
        low = int(frame)
        high = min(low + 1, len(body.clip.joints) - 1)
        part = frame - low
        joints = body.clip.joints[low] * (1 - part) + body.clip.joints[high] * part
        return np.asarray(joints + np.asarray(body.item.position), np.float64)

    def floor_place(self, key: str) -> tuple[float, float]:
        """(x, z) on the floor under a body, steady where it stays and gliding where it travels."""
        body = self._bodies[key]
        centre = body.clip.span.mean(axis=0)
        if body.clip.travels:
            root = body.clip.joints[:, 0, ::2]
            frame = round(self.frame_of(body.item))
            # half a second on both sides, equally: a straight walk is followed without lag
            half = min(round(0.5 * body.item.motion.fps), frame, len(root) - 1 - frame)
            centre = root[frame - half : frame + half + 1].mean(axis=0)
        x, _, z = body.item.position
        return float(centre[0] + x), float(centre[1] + z)

    def feet(self, key: str) -> Float:
        """(N, 3) where a body's feet touch or come near the floor, toes included.

        Over the whole clip for one that stays in its place, now for one that travels: a label set
        below these points neither covers a foot nor jumps about.
        """
        body = self._bodies[key]
        feet = body.clip.feet
        if body.clip.travels:
            frame = round(self.frame_of(body.item))
            feet = footprints(body.clip.joints[frame : frame + 1])
        return np.asarray(feet + np.asarray(body.item.position), np.float64)

    def extent(self, key: str | None = None) -> Float:
        """(N, 3) points that surround all bodies, or one, over their whole motion."""
        points = [
            body.clip.around + np.asarray(body.item.position)
            for body in self._bodies.values()
            if key is None or body.item.key == key
        ]
        if not points:
            return np.array([[-0.6, 0.0, -0.3], [0.6, 1.75, 0.3]])
        return np.concatenate(points)

    def panes(self, size: tuple[int, int]) -> tuple[Pane, ...]:
        """Return where in a picture of ``size`` pixels which bodies are drawn."""
        return self.layout.panes(size, list(self._bodies))

    def framed(self, aspect: float, *, key: str | None = None, **options: Any) -> View:
        """Return the view from the camera's side that holds all bodies (or one) in motion."""
        return self.camera.framed(self.extent(key), aspect, **options)
