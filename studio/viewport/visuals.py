"""What is drawn: backdrop, floor, shadows, bodies. Each visual is one small program on the card.

They sit directly on ``vispy.gloo``: a body costs one draw call and seven uniforms a frame, whatever
its number of vertices. A visual belongs to one GL context; nothing here is shared between canvases.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from vispy import gloo

from core.skeleton import CHILDREN, JOINT_INDEX
from studio.viewport import shaders
from studio.viewport.clip_texture import ClipTexture, bone_coordinate
from studio.viewport.heat import heat_ramp
from studio.viewport.look import Rgb
from studio.viewport.mesh import RestMesh

Float = npt.NDArray[np.float64]

_CORNERS = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)


@dataclass(frozen=True, kw_only=True)
class Lights:
    """One pane's constants: clip_from_world (4, 4), (3,) vectors, size and lower left in pixels."""

    clip_from_world: Float
    eye: Float
    key: Float
    fill: Float
    back: Float
    resolution: tuple[float, float]
    origin: tuple[float, float]
    backdrop_mid: Rgb
    backdrop_edge: Rgb


def linear(color: Rgb) -> Rgb:
    """Turn an sRGB colour into linear light (the shaders' gamma)."""
    return color[0] ** 2.2, color[1] ** 2.2, color[2] ** 2.2


class BackdropVisual:
    """The studio's backdrop: a soft vertical glow that fills the picture."""

    def __init__(self) -> None:
        self._program = gloo.Program(shaders.BACKDROP_VERTEX, shaders.BACKDROP_FRAGMENT)
        self._program["a_corner"] = gloo.VertexBuffer(_CORNERS)

    def draw(self, lights: Lights) -> None:
        program = self._program
        program["u_resolution"] = lights.resolution
        program["u_origin"] = lights.origin
        program["u_backdrop_mid"] = lights.backdrop_mid
        program["u_backdrop_edge"] = lights.backdrop_edge
        program.draw("triangle_strip")


class ClipUpload:
    """A clip's texture on the card; replacing it by one of the same size only copies texels."""

    def __init__(self, clip: ClipTexture) -> None:
        self._clip = clip
        self.texture = gloo.Texture2D(
            clip.texels, interpolation="linear", wrapping="clamp_to_edge", internalformat="rgba32f"
        )

    def replace(self, clip: ClipTexture) -> None:
        """Upload another clip in place of this one."""
        if clip.texels.shape != self._clip.texels.shape:
            self.texture.resize(clip.texels.shape, internalformat="rgba32f")
        self.texture.set_data(clip.texels)
        self._clip = clip

    def delete(self) -> None:
        """Free the memory on the card."""
        self.texture.delete()

    def lookup(self, frame: float) -> tuple[float, float, float]:
        """See :meth:`ClipTexture.lookup`."""
        return self._clip.lookup(frame)


class BodyVisual:
    """A mesh moved by clip textures. One for each rest shape; drawn once for each body or ghost."""

    def __init__(self, mesh: RestMesh) -> None:
        self._buffers = {
            "a_position": gloo.VertexBuffer(mesh.positions),
            "a_normal": gloo.VertexBuffer(mesh.normals),
            "a_bones": gloo.VertexBuffer(bone_coordinate(mesh.bones)),
            "a_weights": gloo.VertexBuffer(mesh.weights),
            "a_shade": gloo.VertexBuffer(mesh.shade),
        }
        self._levels = [gloo.IndexBuffer(faces) for faces in mesh.levels]
        self._programs: dict[frozenset[str], gloo.Program] = {}
        self._lights: Lights | None = None
        self._ready: set[frozenset[str]] = set()  # programs that know the lights

    def begin(self, lights: Lights) -> None:
        """Set what all bodies of a pane share."""
        self._lights = lights
        self._ready.clear()

    def _program(self, kinds: frozenset[str]) -> gloo.Program:
        """The program for a body of these kinds, under the lights of :meth:`begin`.

        "VEIL" for ghosts, "HEAT" for bodies with heat, "COARSE" for those lit at their vertices.
        """
        program = self._programs.get(kinds)
        if program is None:
            defines = "".join(f"#define {kind}\n" for kind in sorted(kinds))
            program = self._programs[kinds] = gloo.Program(
                defines + shaders.source(shaders.BODY_VERTEX),
                defines + shaders.source(shaders.BODY_FRAGMENT),
            )
            for name, buffer in self._buffers.items():
                program[name] = buffer
            if "HEAT" in kinds:
                program["u_ramp"] = _ramp_texture()
        if kinds not in self._ready and self._lights is not None:
            self._light(program, self._lights, veil="VEIL" in kinds)
            self._ready.add(kinds)
        return program

    @staticmethod
    def _light(program: gloo.Program, lights: Lights, *, veil: bool) -> None:
        program["u_clip_from_world"] = lights.clip_from_world.T
        program["u_eye"] = lights.eye
        program["u_key"] = lights.key
        program["u_fill"] = lights.fill
        program["u_back"] = lights.back
        if veil:
            program["u_resolution"] = lights.resolution
            program["u_origin"] = lights.origin
            program["u_backdrop_mid"] = lights.backdrop_mid
            program["u_backdrop_edge"] = lights.backdrop_edge

    def draw(
        self,
        clip: ClipUpload,
        frame: float,
        offset: tuple[float, float, float],
        color: Rgb,
        *,
        rim: Rgb,
        opacity: float = 1.0,
        veil: bool = False,
        level: int = 0,
        heat: ClipUpload | None = None,
    ) -> None:
        """Draw one body at one (fractional) frame; colours are linear.

        ``level`` 0 with all triangles, higher with fewer, as far as there are such, and lit at
        their corners alone: in motion nobody sees it, and a software renderer saves a third;
        ``heat``: how hot each joint is, laid out as the clip itself (see ``heat.py``).
        """
        is_so = {"VEIL": veil, "HEAT": heat is not None, "COARSE": level > 0}
        program = self._program(frozenset(kind for kind, so in is_so.items() if so))
        if heat is not None:
            program["u_heat"] = heat.texture
        program["u_clip"] = clip.texture
        program["u_body"] = _own(clip.lookup(frame), opacity, offset, color, rim)
        program.draw("triangles", self._levels[min(level, len(self._levels) - 1)])


_Three = tuple[float, float, float]
_NONE = (0.0, 0.0, 0.0)


def _own(
    lookup: _Three, opacity: float, offset: _Three, color: Rgb = _NONE, rim: Rgb = _NONE
) -> npt.NDArray[np.float32]:
    """(4, 4) the columns of the shaders' ``u_body``."""
    return np.array([(*lookup, opacity), (*offset, 0.0), (*color, 0.0), (*rim, 0.0)], np.float32)


def _ramp_texture() -> gloo.Texture2D:
    """The colours of heat from 0 to 1, as linear light."""
    return gloo.Texture2D(
        heat_ramp()[None], interpolation="linear", wrapping="clamp_to_edge",
        internalformat="rgba32f",
    )  # fmt: skip


_SHADOW_RADIUS = {
    "pelvis": 0.13, "spine1": 0.12, "spine2": 0.12, "spine3": 0.13, "neck": 0.07, "head": 0.10,
    "hip": 0.085, "knee": 0.058, "ankle": 0.042, "foot": 0.040,
    "collar": 0.09, "shoulder": 0.058, "elbow": 0.042, "wrist": 0.036, "hand": 0.034,
}  # fmt: skip
"""Half the thickness of the body around each joint, in metres: coarse, the shadow is soft."""


def _radius(joint: int) -> float:
    from core.skeleton import JOINT_NAMES

    name = JOINT_NAMES[joint]
    return _SHADOW_RADIUS[name.removeprefix("left_").removeprefix("right_")]


def shadow_capsules(joints: Float) -> list[tuple[int, Float, Float, float, float]]:
    """Return (bone, start, end, radius, radius) of the capsules that stand for a body's shape.

    ``joints`` (24, 3) at rest. Heels, toes, head and hands reach beyond their last joint.
    """
    joints = np.asarray(joints, float)
    capsules = [
        (joint, joints[joint], joints[child], _radius(joint), _radius(child))
        for joint, children in enumerate(CHILDREN)
        for child in children
    ]
    for side in ("left_", "right_"):
        ankle, foot = joints[JOINT_INDEX[side + "ankle"]], joints[JOINT_INDEX[side + "foot"]]
        heel = ankle - np.array([0.0, ankle[1] - foot[1], 0.035])
        capsules.append((JOINT_INDEX[side + "ankle"], heel, foot, 0.038, 0.042))
        toes = foot + (foot - heel) * np.array([0.45, 0, 0.45])
        capsules.append((JOINT_INDEX[side + "foot"], foot, toes, 0.045, 0.034))
        wrist, hand = joints[JOINT_INDEX[side + "wrist"]], joints[JOINT_INDEX[side + "hand"]]
        capsules.append(
            (JOINT_INDEX[side + "hand"], hand, hand + 0.8 * (hand - wrist), 0.034, 0.02)
        )
    head = joints[JOINT_INDEX["head"]]
    capsules.append((JOINT_INDEX["head"], head, head + np.array([0, 0.10, 0.01]), 0.095, 0.085))
    return capsules


class ShadowVisual:
    """A body's soft shadow: each limb a blurred capsule on the floor, sharp where it touches.

    Driven by the same clip texture as the body, so it costs no upload and few pixels.
    """

    def __init__(self, joints: Float) -> None:
        capsules = shadow_capsules(joints)
        count = len(capsules)
        repeat = np.repeat(np.arange(count), 4)
        bone, start, end, r0, r1 = (np.array(column) for column in zip(*capsules, strict=True))
        self._program = gloo.Program(shaders.source(shaders.SHADOW_VERTEX), shaders.SHADOW_FRAGMENT)
        self._program["a_corner"] = gloo.VertexBuffer(np.tile(_CORNERS, (count, 1)))
        self._program["a_bone"] = gloo.VertexBuffer(bone_coordinate(bone)[repeat])
        self._program["a_start"] = gloo.VertexBuffer(start[repeat].astype(np.float32))
        self._program["a_end"] = gloo.VertexBuffer(end[repeat].astype(np.float32))
        radius = np.stack([r0, r1], axis=1)[repeat].astype(np.float32)
        self._program["a_radius"] = gloo.VertexBuffer(radius)
        base = np.arange(count)[:, None] * 4
        faces = np.concatenate([base + np.array([0, 1, 2]), base + np.array([2, 1, 3])])
        self._faces = gloo.IndexBuffer(faces.astype(np.uint32))

    def begin(self, lights: Lights) -> None:
        """Set what all shadows of a pane share."""
        self._program["u_clip_from_world"] = lights.clip_from_world.T
        # the main light stands high: the shadow leans away from it only a little
        self._program["u_slide"] = (-lights.key[0] * 0.22, -lights.key[2] * 0.22)

    def draw(self, clip: ClipUpload, frame: float, offset: _Three, strength: float) -> None:
        """Darken the floor under one body."""
        self._program["u_clip"] = clip.texture
        self._program["u_body"] = _own(clip.lookup(frame), strength, offset)
        self._program.draw("triangles", self._faces)


class FloorVisual:
    """The ground grid (half-metre cells, metres stronger) that fades with the distance."""

    HALF = 12.0
    CELL = 0.5

    def __init__(self) -> None:
        self._program = gloo.Program(shaders.FLOOR_VERTEX, shaders.FLOOR_FRAGMENT)
        ticks = np.arange(-self.HALF, self.HALF + 1e-6, self.CELL, dtype=np.float32)
        along = np.arange(-self.HALF, self.HALF + 1e-6, 1.0, dtype=np.float32)
        at, a = np.meshgrid(ticks, along[:-1], indexing="ij")
        _, b = np.meshgrid(ticks, along[1:], indexing="ij")
        ends = np.stack([np.stack([at, a], -1), np.stack([at, b], -1)], axis=2).reshape(-1, 2)
        strong = np.isclose(ends[:, 0] % 1.0, 0.0)
        alpha = np.where(strong, 1.0, 0.45).astype(np.float32)
        self._program["a_floor"] = gloo.VertexBuffer(
            np.concatenate([ends, ends[:, ::-1]]).astype(np.float32)
        )
        self._program["a_alpha"] = gloo.VertexBuffer(np.tile(alpha, 2))

    def draw(
        self, lights: Lights, centre: tuple[float, float], reach: float, color: Rgb, strength: float
    ) -> None:
        """Draw the grid around ``centre`` (x, z), faded out at ``reach`` metres."""
        whole = (round(centre[0]), round(centre[1]))
        program = self._program
        program["u_clip_from_world"] = lights.clip_from_world.T
        program["u_centre"] = whole
        program["u_reach"] = min(reach, self.HALF)
        program["u_color"] = color
        program["u_strength"] = strength
        program.draw("lines")


class DiscVisual:
    """A flat disc on the floor: the pool of light under the bodies, the ring of the selected."""

    def __init__(self) -> None:
        self._program = gloo.Program(shaders.DISC_VERTEX, shaders.DISC_FRAGMENT)
        self._program["a_corner"] = gloo.VertexBuffer(_CORNERS)

    def draw(
        self,
        lights: Lights,
        centre: tuple[float, float],
        radius: float,
        color: Rgb,
        strength: float,
        ring: float = 0.0,
    ) -> None:
        """Draw at ``centre`` (x, z); ``ring`` in 0..1 of the radius, 0 for a filled pool."""
        program = self._program
        program["u_clip_from_world"] = lights.clip_from_world.T
        program["u_place"] = (*centre, radius)
        program["u_color"] = (*color, strength)
        program["u_ring"] = ring
        program.draw("triangle_strip")
