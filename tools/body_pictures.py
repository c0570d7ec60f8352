"""Draw the free body's pictures in docs/pictures: poses from afar, folds and face from close.

    python tools/body_pictures.py [--out docs/pictures/body.jpg]

Needs OpenGL without a display (EGL), as the studio's own pictures do.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.body import floor_height
from core.motion import Motion
from core.skeleton import JOINT_INDEX
from studio.viewport.camera import View
from studio.viewport.items import BodyItem
from studio.viewport.offscreen import render

COLOR = "#9db4d8"
SPACING = 1.35
TARGET = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "body.jpg"

# joint -> axis-angle in radians; "both_" turns the left one and mirrors it to the right
POSES: tuple[dict[str, tuple[float, float, float]], ...] = (
    {"both_shoulder": (0, 0, -1.1), "both_collar": (0, 0, -0.1), "both_elbow": (0, -0.25, 0)},
    {"both_shoulder": (0, 0, 1.1), "both_collar": (0, 0, 0.35)},
    {"both_hip": (-1.45, 0, 0.1), "both_knee": (1.5, 0, 0), "both_shoulder": (0, -0.5, -1.0),
     "both_elbow": (0, -0.9, 0)},
    {"right_hip": (-1.3, 0, 0), "right_knee": (0.3, 0, 0), "left_shoulder": (0, -0.9, -0.7),
     "right_shoulder": (0, 0.3, 0.8), "left_elbow": (0, -1.0, 0)},
    {"both_hip": (-1.9, 0, 0.35), "both_knee": (2.1, 0, 0), "both_ankle": (-0.4, 0, 0),
     "spine1": (0.3, 0, 0), "both_shoulder": (0, -1.0, -0.6)},
)  # fmt: skip
# pose, yaw and pitch in degrees, distance and height in metres
CLOSE_UPS = ((0, 20, 5, 1.9, 1.3), (2, -70, 4, 2.2, 0.5), (1, 150, 5, 2.6, 1.35))


def posed(joints: dict[str, tuple[float, float, float]]) -> Motion:
    """One frame, standing on the floor."""
    poses = np.zeros((1, 24, 3))
    for name, rotvec in joints.items():
        if name.startswith("both_"):
            poses[0, JOINT_INDEX["left_" + name[5:]]] = rotvec
            poses[0, JOINT_INDEX["right_" + name[5:]]] = np.array(rotvec) * [1, -1, -1]
        else:
            poses[0, JOINT_INDEX[name]] = rotvec
    motion = Motion(poses=poses, trans=np.zeros((1, 3)))
    return motion.replace(trans=[[0, -floor_height(motion), 0]])


def item(index: int, x: float) -> BodyItem:
    """The pose as something the viewport draws."""
    motion = posed(POSES[index])
    return BodyItem(key=str(index), motion=motion, color=COLOR, label="", position=(x, 0, 0))


def main(target: Path) -> None:
    """Draw and write the picture."""
    middle = (len(POSES) - 1) / 2
    row = [item(i, (i - middle) * SPACING) for i in range(len(POSES))]
    poses = render(row, [0.0], (1500, 460), camera="front")[0]
    close = [
        render([item(index, 0.0)], [0.0], (500, 420), camera=View(
            target=(0.0, height, 0.1), distance=distance, yaw=yaw, pitch=pitch))[0]
        for index, yaw, pitch, distance, height in CLOSE_UPS
    ]  # fmt: skip
    picture = np.concatenate([poses, np.concatenate(close, axis=1)])[..., :3]
    target.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(target, quality=88, optimize=True)
    print(f"{target}: {target.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    main(parser.parse_args().out)
