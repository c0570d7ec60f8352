"""Texture coordinates travel where the body has them: corner by corner, seams and all."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest

from core.body import default_body, load_body, save_body
from core.export import export_motion
from core.export.self_check import check_file
from core.export.self_check.fbx_reader import parse
from core.export.self_check.glb_reader import Glb
from tests.core.export.motions import SHARED, lively_motion


@pytest.fixture(scope="module")
def body():
    """The free body with a seam: its left half lies in the left of the picture."""
    free = default_body()
    corners = free.template[free.faces]  # (F, 3, 3)
    is_left = corners[..., 0].mean(axis=1, keepdims=True) > 0
    across = np.where(is_left, 0.25, 0.75) + 0.2 * corners[..., 0]
    uvs = np.stack([across, 0.5 + 0.4 * corners[..., 1]], axis=-1).astype(np.float32)
    return dataclasses.replace(free, uvs=uvs)


def test_an_fbx_names_each_corners_place(tmp_path, body):
    motion, path = lively_motion(4), tmp_path / "a.fbx"
    export_motion(motion, path, body=body)
    objects = parse(path.read_bytes()).first("Objects")
    mesh = next(e for e in objects.inside if e.name == "Geometry")
    layer = mesh.first("LayerElementUV")
    found = layer.value("UV").reshape(-1, 2)[layer.value("UVIndex")]
    np.testing.assert_allclose(found, body.uvs.reshape(-1, 2), atol=1e-7)
    kinds = [e.value("Type") for e in mesh.first("Layer").inside if e.name == "LayerElement"]
    assert kinds == ["LayerElementNormal", "LayerElementUV", "LayerElementMaterial"]
    assert check_file(path, motion, body=body).vertex_mm < 0.02


def test_a_glb_doubles_vertices_at_the_seam_alone(tmp_path, body):
    motion, path = lively_motion(4), tmp_path / "a.glb"
    export_motion(motion, path, body=body)
    glb = Glb(path.read_bytes())
    primitive = glb.document["meshes"][0]["primitives"][0]
    faces = glb.values(primitive["indices"]).astype(int).ravel()
    uvs = glb.values(primitive["attributes"]["TEXCOORD_0"])[faces]
    wanted = body.uvs.reshape(-1, 2) * [1, -1] + [0, 1]  # glTF counts v downwards
    np.testing.assert_allclose(uvs, wanted, atol=1e-6)
    places = glb.values(primitive["attributes"]["POSITION"])
    rest = body.shaped(motion.betas).vertices[body.faces.ravel()]
    shift = places[faces] - rest
    np.testing.assert_allclose(shift, np.broadcast_to(shift[0], shift.shape), atol=1e-5)
    assert body.num_vertices < len(places) < 1.1 * body.num_vertices
    assert check_file(path, motion, body=body).vertex_mm < 0.02


def test_without_texture_coordinates_none_are_written(tmp_path):
    for ending in ("fbx", "glb"):
        export_motion(lively_motion(2), tmp_path / f"a.{ending}")
        data = (tmp_path / f"a.{ending}").read_bytes()
        assert b"LayerElementUV" not in data and b"TEXCOORD" not in data


def test_the_outside_checker_is_content(tmp_path, body):
    tool = SHARED / "tools" / "check_fbx.py"
    if not tool.exists():
        pytest.skip("the outside checker is not beside this checkout")
    for ending in ("fbx", "glb"):
        export_motion(lively_motion(5), tmp_path / f"a.{ending}", body=body)
        command = [sys.executable, str(tool), str(tmp_path / f"a.{ending}")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        report = json.loads(done.stdout)
        assert done.returncode == 0
        lint = report.get("lint", {"errors": [], "warnings": []})
        assert lint["errors"] == [] and lint["warnings"] == []


def test_a_users_file_keeps_its_coordinates_and_loses_those_that_do_not_fit(tmp_path, body):
    save_body(tmp_path / "own.npz", body)
    np.testing.assert_array_equal(load_body(tmp_path / "own.npz").uvs, body.uvs)
    with np.load(tmp_path / "own.npz") as archive:
        arrays = dict(archive)
    arrays["ft"] = arrays["ft"] + 10_000_000
    np.savez(tmp_path / "odd.npz", **arrays)
    assert load_body(tmp_path / "odd.npz").uvs is None
