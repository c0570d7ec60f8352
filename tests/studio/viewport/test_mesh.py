"""The triangles: normals point outwards, the skeleton has all bones."""

from __future__ import annotations

import dataclasses

import numpy as np

from core.body import default_body
from studio.viewport.mesh import skeleton_mesh, vertex_normals
from studio.viewport.poses import skin_mesh
from studio.viewport.shade import fewer_faces, mesh_mark, shade_of


def test_normals_of_a_closed_box_point_outwards() -> None:
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    normals = vertex_normals(corners, faces)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, rtol=1e-6)
    assert (np.sum(normals * corners, axis=1) > 0.9).all()


def test_the_skeleton_has_a_rigid_part_on_every_joint_and_faces_outwards() -> None:
    mesh = skeleton_mesh(default_body().shaped(np.zeros(10)).joints)
    assert set(np.unique(mesh.bones)) == set(range(24))
    np.testing.assert_array_equal(mesh.weights.sum(axis=1), 1.0)
    assert mesh.faces.max() < len(mesh.positions)
    a, b, c = (mesh.positions[mesh.faces[:, i]] for i in range(3))
    flat = np.cross(b - a, c - a)
    meant = mesh.normals[mesh.faces].mean(axis=1)
    area = np.linalg.norm(flat, axis=1)
    outwards = np.sum(flat * meant, axis=1)[area > 1e-9] > 0
    assert outwards.mean() > 0.99  # backs of triangles are not drawn


def test_the_shipped_shade_belongs_to_the_shipped_body_and_darkens_the_armpits() -> None:
    body = default_body()
    shade = shade_of(body)
    assert shade.shape == (len(body.template),)
    assert shade.min() < 0.6, f"bake it again: tools/bake_shade.py (mark {mesh_mark(body)})"
    joints = body.shaped(np.zeros(10)).joints
    armpit = joints[16] + [-0.02, -0.09, 0.0]
    crown = body.template[np.argmax(body.template[:, 1])]
    near = np.linalg.norm(body.template - armpit, axis=1) < 0.05
    top = np.linalg.norm(body.template - crown, axis=1) < 0.05
    assert shade[near].mean() + 0.1 < shade[top].mean()


def test_the_free_body_has_fewer_and_fewer_triangles_between_its_own_vertices():
    body = default_body()
    mesh = skin_mesh(body, np.zeros(10, np.float32).tobytes())
    counts = [len(faces) for faces in mesh.levels]
    assert len(counts) == 3 and counts[0] > 2 * counts[1] > 4 * counts[2] > 4000
    size = mesh.positions.max(0) - mesh.positions.min(0)
    for faces in mesh.levels:
        seen = mesh.positions[np.unique(faces)]
        assert np.allclose(seen.max(0) - seen.min(0), size, atol=0.02)  # hands and feet stay
    stranger = dataclasses.replace(body, faces=body.faces[:100])
    assert fewer_faces(stranger) == ()
