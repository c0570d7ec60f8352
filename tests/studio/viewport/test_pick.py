"""Clicks: which body the sight's ray meets."""

from __future__ import annotations

import numpy as np

from core.body import joint_positions
from studio.viewport.camera import OrbitCamera, View
from studio.viewport.pick import hit
from tests.studio.viewport.clips import swinging

SIZE = (600.0, 600.0)


def sight(camera: OrbitCamera, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y, _ = camera.project([point], SIZE)[0]
    return camera.ray(float(x), float(y), SIZE)


def test_a_ray_to_any_joint_hits_the_body_at_about_its_distance() -> None:
    joints = joint_positions(swinging(2))[0].astype(float)
    camera = OrbitCamera()
    camera.jump(View(distance=4.0, yaw=30.0, pitch=10.0))
    for joint in joints:
        depth = hit(*sight(camera, joint), joints)
        assert depth is not None
        assert abs(depth - np.linalg.norm(joint - camera.eye())) < 0.5


def test_a_ray_beside_the_body_hits_nothing() -> None:
    joints = joint_positions(swinging(2))[0].astype(float)
    camera = OrbitCamera()
    camera.jump(View(distance=4.0, yaw=0.0, pitch=0.0))
    assert hit(*sight(camera, np.array([0.6, 0.2, 0.0])), joints) is None
    origin, direction = sight(camera, joints[0])
    assert hit(origin, -direction, joints) is None  # behind the camera
