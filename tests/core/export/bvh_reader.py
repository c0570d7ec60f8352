"""A small BVH reader of the tests' own, sharing no line with the writer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass
class Node:
    name: str
    parent: int
    offset: np.ndarray = field(default_factory=lambda: np.zeros(3))
    channels: list[str] = field(default_factory=list)


@dataclass
class BvhFile:
    nodes: list[Node]
    frame_time: float
    frames: np.ndarray

    @property
    def names(self) -> list[str]:
        return [n.name for n in self.nodes if not n.name.startswith("End of")]

    def columns(self) -> dict[tuple[str, str], np.ndarray]:
        """{(joint, channel): (T,)} of every channel."""
        keys = [(n.name, c) for n in self.nodes for c in n.channels]
        assert len(keys) == self.frames.shape[1]
        return {key: self.frames[:, i] for i, key in enumerate(keys)}

    def positions(self, frames: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """{joint: (T, 3)} by multiplying the channels from left to right, one axis at a time."""
        frames = self.frames if frames is None else frames
        at, world = 0, []
        out = {}
        for node in self.nodes:
            local = np.broadcast_to(np.eye(4), (len(frames), 4, 4)).copy()
            local[:, :3, 3] = node.offset
            for channel in node.channels:
                value = frames[:, at]
                at += 1
                axis = "XYZ".index(channel[0])
                step = np.broadcast_to(np.eye(4), (len(frames), 4, 4)).copy()
                if channel.endswith("position"):
                    step[:, axis, 3] = value
                else:
                    i, j = (axis + 1) % 3, (axis + 2) % 3
                    c, s = np.cos(np.radians(value)), np.sin(np.radians(value))
                    step[:, i, i] = step[:, j, j] = c
                    step[:, i, j], step[:, j, i] = -s, s
                local = local @ step
            world.append(local if node.parent < 0 else world[node.parent] @ local)
            out[node.name] = world[-1][:, :3, 3]
        return out


def read_bvh(path: Path) -> BvhFile:
    hierarchy, motion = path.read_text("ascii").split("MOTION")
    words = hierarchy.split()
    assert words.pop(0) == "HIERARCHY"
    nodes: list[Node] = []
    open_nodes: list[int] = []
    while words:
        match words.pop(0):
            case "ROOT" | "JOINT":
                nodes.append(Node(words.pop(0), open_nodes[-1] if open_nodes else -1))
            case "End":
                assert words.pop(0) == "Site"
                nodes.append(Node(f"End of {nodes[open_nodes[-1]].name}", open_nodes[-1]))
            case "{":
                open_nodes.append(len(nodes) - 1)
            case "}":
                open_nodes.pop()
            case "OFFSET":
                nodes[-1].offset = np.array([float(words.pop(0)) for _ in range(3)])
            case "CHANNELS":
                nodes[-1].channels = [words.pop(0) for _ in range(int(words.pop(0)))]
            case other:
                raise AssertionError(f"unexpected word {other}")
    assert not open_nodes
    head = re.match(r"\s*Frames: (\d+)\nFrame Time: ([\d.]+)\n", motion)
    assert head
    frames = np.array([line.split() for line in motion[head.end() :].splitlines()], dtype=float)
    assert len(frames) == int(head[1])
    return BvhFile(nodes, float(head[2]), frames)
