"""The scene that the window and the offscreen renderer share: bodies, floor, light, camera.

Knows vispy.gloo but no window: :meth:`Scene.draw` issues the calls into whatever is current.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from vispy import gloo

from studio.viewport.camera import OrbitCamera, View
from studio.viewport.items import BodyItem, frame_at, hex_to_rgb
from studio.viewport.look import DARK, Look
from studio.viewport.poses import MESHES, PosedClip, posed_clip, surrounded
from studio.viewport.trails import TrailVisual
from studio.viewport.visuals import (
    BackdropVisual,
    BodyVisual,
    ClipUpload,
    DiscVisual,
    FloorVisual,
    Lights,
    ShadowVisual,
    linear,
)

Float = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

GHOST_SECONDS = (-0.4, -0.2, 0.25)
"""When the ghosts of the selected body are: two behind, one ahead."""
MANY_SHAPES = 12
_OVER = ("src_alpha", "one_minus_src_alpha", "one", "one_minus_src_alpha")
_SHADOW_REACH = 0.75 * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
"""How far on the floor a joint's shadow, or the ring around a body, may reach, in metres."""
GHOST_OPACITY = (0.17, 0.28, 0.22)
_VERSIONS = itertools.count()
Box = tuple[int, int, int, int]
"""left, bottom, right, top in pixels, as OpenGL counts them."""


class Place(NamedTuple):
    """Where a body with its shadow is drawn, and what it looks like there (see ``places``)."""

    box: Box
    mark: object


@dataclass
class _Body:
    item: BodyItem
    clip: PosedClip
    upload: ClipUpload
    trail: TrailVisual | None = None
    planted: tuple[Bools, Bools] | None = None
    version: int = field(default_factory=lambda: next(_VERSIONS))  # of its motion


class Scene:
    """Bodies on a floor. Methods only change numbers; :meth:`draw` needs a current GL context."""

    def __init__(self, look: Look = DARK) -> None:
        self.look = look
        self.camera = OrbitCamera()
        self.mode = "body"
        self.ghosts = False
        self.trails = False
        self.contacts = False
        self.selected: str | None = None
        self.looping = False
        self.seconds = 0.0
        self._bodies: dict[str, _Body] = {}
        self._visuals: dict[tuple[str, str, bytes], BodyVisual] = {}
        self._shadows: dict[tuple[str, bytes], ShadowVisual] = {}
        self._fixtures: tuple[BackdropVisual, FloorVisual, DiscVisual] | None = None
        self._drawn: list[_Body] = []  # in the picture that is being drawn

    # -- what is shown --

    def set_bodies(self, items: Sequence[BodyItem]) -> None:
        """Show these bodies; what is on the card already for the same key and motion stays."""
        old, self._bodies = self._bodies, {}
        for item in items:
            body = old.pop(item.key, None)
            if body is None:
                clip = posed_clip(item.motion)
                body = _Body(item=item, clip=clip, upload=ClipUpload(clip.texture))
            elif body.item.motion is not item.motion:
                body.clip = posed_clip(item.motion)
                body.upload.replace(body.clip.texture)
                body.version = next(_VERSIONS)
                body.trail = body.planted = None
            body.item = item
            self._bodies[item.key] = body
        for body in old.values():
            body.upload.delete()
        self._forget_shapes()
        if self.selected not in self._bodies:
            self.selected = None

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
        root = body.clip.joints[:, 0, ::2]
        centre = (root.min(axis=0) + root.max(axis=0)) / 2
        if float(np.max(root.max(axis=0) - root.min(axis=0))) > 0.8:
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
        joints = body.clip.joints
        root = joints[:, 0, ::2]
        if float(np.max(root.max(axis=0) - root.min(axis=0))) > 0.8:
            frame = round(self.frame_of(body.item))
            joints = joints[frame : frame + 1]
        else:
            joints = joints[:: max(1, len(joints) // 24)]
        ankles, balls = joints[:, [7, 8]], joints[:, [10, 11]]
        toes = balls + 0.75 * (balls - ankles)
        points = np.concatenate([balls, toes]).reshape(-1, 3).astype(np.float64)
        low = points[points[:, 1] < points[:, 1].min() + 0.12]
        low[:, 1] = np.minimum(low[:, 1], 0.0)
        return np.asarray(low + np.asarray(body.item.position), np.float64)

    def extent(self, key: str | None = None) -> Float:
        """(N, 3) points that surround all bodies, or one, over their whole motion."""
        points = []
        for body in self._bodies.values():
            if key is not None and body.item.key != key:
                continue
            step = max(1, len(body.clip.joints) // 200)
            joints = body.clip.joints[::step] + np.asarray(body.item.position)
            points.append(surrounded(joints.reshape(-1, 3)))
        if not points:
            return np.array([[-0.6, 0.0, -0.3], [0.6, 1.75, 0.3]])
        return np.concatenate(points)

    def framed(self, aspect: float, *, key: str | None = None, **options: Any) -> View:
        """Return the view from the camera's side that holds all bodies (or one) in motion."""
        return self.camera.framed(self.extent(key), aspect, **options)

    # -- drawing --

    def draw(self, size: tuple[int, int]) -> None:
        """Draw everything into the current framebuffer of ``size`` physical pixels."""
        self.draw_ground(size)
        self.draw_movers(size)

    def draw_ground(self, size: tuple[int, int]) -> None:
        """Draw what stands still while the camera does: the backdrop and the grid."""
        backdrop, floor, _ = self._fixed()
        lights = self._lights(size)
        gloo.set_viewport(0, 0, *size)
        gloo.set_state(depth_test=False, blend=True, cull_face=False, blend_func=_OVER)
        clear = (0.0, 0.0, 0.0, 0.0) if self.look.transparent else (0.0, 0.0, 0.0, 1.0)
        gloo.clear(color=clear, depth=False)
        if not self.look.transparent:
            backdrop.draw(lights)
        if self._sees_floor and self.look.grid_strength:
            floor.draw(lights, *self._grid_place(), self.look.grid, self.look.grid_strength)

    def ground_mark(self, size: tuple[int, int]) -> object:
        """Return a value that changes when :meth:`draw_ground` would draw something else."""
        return size, self.look, self.camera.view, self._grid_place()

    def draw_movers(
        self, size: tuple[int, int], *, coarse: bool = False, only: Collection[str] | None = None
    ) -> None:
        """Draw shadows, bodies and marks over the ground.

        ``coarse`` with fewer triangles; ``only`` some bodies, where the rest is known to be hidden
        by a scissor.
        """
        self._drawn = [b for k, b in self._bodies.items() if only is None or k in only]
        lights = self._lights(size)
        gloo.set_viewport(0, 0, *size)
        gloo.set_state(depth_test=False, blend=True, cull_face=False, blend_func=_OVER)
        gloo.set_depth_mask(True)
        gloo.clear(color=False, depth=True)
        if self._sees_floor:
            self._draw_floor(lights)
        # half of a closed skin looks away: not drawing it saves a software renderer a third
        gloo.set_state(depth_test=True, blend=False, cull_face="back")
        if self.ghosts and not self.look.transparent:
            self._draw_ghosts(lights, coarse)
        self._draw_bodies(lights, coarse)
        if self.trails:
            self._draw_trails(lights)

    def places(self, size: tuple[int, int]) -> dict[str, Place] | None:
        """Return where each body is drawn now, and a mark that changes when it looks different.

        Whatever changes a body's look must change its mark. None where the places are not known:
        ghosts and trails are elsewhere in time.
        """
        if self.ghosts or self.trails:
            return None
        points = []
        for key in self._bodies:
            joints = self.joints_now(key)
            floor = (joints[:, None, [0, 2]] + _SHADOW_REACH).reshape(-1, 2)
            flat = np.stack([floor[:, 0], np.zeros(len(floor)), floor[:, 1]], axis=1)
            points.append(np.concatenate([surrounded(joints), flat]))
        if not points:
            return {}
        pixels = self.camera.project(np.concatenate(points), (float(size[0]), float(size[1])))
        spans = pixels[:, :2].reshape(len(points), -1, 2)
        low, high = spans.min(axis=1) - 2, spans.max(axis=1) + 2
        left, right = np.clip([low[:, 0], high[:, 0]], 0, size[0]).astype(int)
        bottom, top = np.clip([size[1] - high[:, 1], size[1] - low[:, 1]], 0, size[1]).astype(int)
        boxes = np.stack([left, bottom, right, top], axis=1).tolist()
        return {
            key: Place((a, b, c, d), self._mark(body))
            for (key, body), (a, b, c, d) in zip(self._bodies.items(), boxes, strict=True)
        }

    def _mark(self, body: _Body) -> object:
        item = body.item
        is_chosen = item.key == self.selected and len(self._bodies) > 1
        look = (self.mode, self.contacts, item.color, item.opacity, is_chosen)
        return body.version, self.frame_of(item), item.position, look

    def _fixed(self) -> tuple[BackdropVisual, FloorVisual, DiscVisual]:
        if self._fixtures is None:
            self._fixtures = (BackdropVisual(), FloorVisual(), DiscVisual())
        return self._fixtures

    @property
    def _sees_floor(self) -> bool:
        return self.camera.view.pitch > -2.0  # from below it would lie over the bodies

    def _grid_place(self) -> tuple[tuple[float, float], float]:
        """Where the grid's middle is (x, z), and how far it reaches."""
        places = [self.floor_place(key) for key in self._bodies] or [(0.0, 0.0)]
        # in whole cells, as the lines are: it stays where it is while a clip is shaped
        x, z = np.round(np.mean(places, axis=0))
        return (float(x), float(z)), math.ceil(max(math.dist(p, (x, z)) for p in places)) + 6.0

    def _lights(self, size: tuple[int, int]) -> Lights:
        yaw = math.radians(self.camera.view.yaw)

        def towards(turn: float, height: float) -> Float:
            angle = yaw + math.radians(turn)
            v = np.array([math.sin(angle), height, math.cos(angle)])
            return np.asarray(v / np.linalg.norm(v))

        return Lights(
            clip_from_world=self.camera.clip_from_world(size[0] / size[1]),
            eye=self.camera.eye(),
            key=towards(-60.0, 0.85),
            fill=towards(70.0, 0.1),
            back=towards(142.0, 0.45),
            resolution=(float(size[0]), float(size[1])),
            backdrop_mid=self.look.backdrop_mid,
            backdrop_edge=self.look.backdrop_edge,
        )

    def _draw_floor(self, lights: Lights) -> None:
        disc = self._fixed()[2]
        look = self.look
        if self.selected in self._bodies and len(self._bodies) > 1:
            place = self.floor_place(self.selected)
            disc.draw(lights, place, 0.62, look.accent, 0.55, ring=0.66)
        if look.shadow_strength:
            for body in self._drawn:
                shadow = self._shadow_of(body)
                shadow.begin(lights, look.shadow_strength * body.item.opacity)
                shadow.draw(body.upload, self.frame_of(body.item), body.item.position)
        if self.contacts:
            self._draw_contacts(lights, disc)

    def _draw_contacts(self, lights: Lights, disc: DiscVisual) -> None:
        """A small light under each foot that stands, fading in and out over a few frames."""
        for body in self._drawn:
            if body.planted is None:
                from studio.panels.clip_facts import clip_facts  # the timeline's own measure

                body.planted = clip_facts(body.item.motion).contacts
            frame = round(self.frame_of(body.item))
            joints = self.joints_now(body.item.key)
            for planted, (ankle, ball) in zip(body.planted, ((7, 10), (8, 11)), strict=True):
                near = planted[max(0, frame - 2) : frame + 3]
                if near.any():
                    x, _, z = 0.45 * joints[ankle] + 0.55 * joints[ball]
                    disc.draw(
                        lights, (x, z), 0.17, self.look.contact, 0.85 * float(near.mean()), ring=0.8
                    )

    def _draw_trails(self, lights: Lights) -> None:
        gloo.set_state(blend=True, cull_face=False)
        gloo.set_depth_mask(False)
        for body in self._bodies.values():
            if body.clip.texture.num_frames < 2:
                continue
            if body.trail is None:
                body.trail = TrailVisual(body.clip.joints, body.item.motion.fps)
            red, green, blue = (0.45 + 0.55 * c for c in hex_to_rgb(body.item.color))
            frame = self.frame_of(body.item)
            body.trail.draw(lights, frame, body.item.position, (red, green, blue))
        gloo.set_depth_mask(True)

    def _draw_ghosts(self, lights: Lights, coarse: bool) -> None:
        keys = [self.selected] if self.selected in self._bodies else list(self._bodies)[:1]
        for key in keys:
            body = self._bodies[key]
            color = linear(hex_to_rgb(body.item.color))
            visual = self._visual_of(body)
            visual.begin(lights, veil=True)
            now = self.frame_of(body.item)
            for seconds, opacity in zip(GHOST_SECONDS, GHOST_OPACITY, strict=True):
                frame = self.frame_of(body.item, self.seconds + seconds)
                if abs(frame - now) < 0.5:
                    continue
                visual.draw(
                    body.upload, frame, body.item.position, color,
                    rim=(0.3, 0.3, 0.3), opacity=opacity, veil=True, coarse=coarse,
                )  # fmt: skip
        gloo.clear(color=False, depth=True)  # the bodies themselves always stand in front

    def _draw_bodies(self, lights: Lights, coarse: bool) -> None:
        begun: set[int] = set()
        bodies = sorted(self._drawn, key=lambda body: body.item.opacity < 1)
        for body in bodies:
            visual = self._visual_of(body)
            if id(visual) not in begun:
                visual.begin(lights)
                begun.add(id(visual))
            color = linear(hex_to_rgb(body.item.color))
            chosen = body.item.key == self.selected and len(self._bodies) > 1
            glow = 0.52 if chosen else 0.28
            red, green, blue = (glow * (0.25 + 0.75 * c) for c in color)
            rim = (red, green, blue)
            arguments = (body.upload, self.frame_of(body.item), body.item.position, color)
            if body.item.opacity < 1:
                # first the depth alone, then the colour: no insides shine through
                gloo.set_color_mask(False, False, False, False)
                visual.draw(*arguments, rim=rim, coarse=coarse)
                gloo.set_color_mask(True, True, True, True)
                gloo.set_state(blend=True, depth_func="lequal")
                visual.draw(*arguments, rim=rim, opacity=body.item.opacity, coarse=coarse)
                gloo.set_state(blend=False, depth_func="less")
            else:
                visual.draw(*arguments, rim=rim, coarse=coarse)

    def _visual_of(self, body: _Body) -> BodyVisual:
        key = (self.mode, *body.clip.shape)
        if key not in self._visuals:
            self._visuals[key] = BodyVisual(MESHES[self.mode](body.clip.body, body.clip.shape[1]))
        return self._visuals[key]

    def _shadow_of(self, body: _Body) -> ShadowVisual:
        if body.clip.shape not in self._shadows:
            self._shadows[body.clip.shape] = ShadowVisual(body.clip.rest.joints)
        return self._shadows[body.clip.shape]
