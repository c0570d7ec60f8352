"""VIBE and PARE against arrays the original code wrote, plain and in the form that runs."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from core.estimators.pare.model import PareModel
from core.estimators.pare.model import built as built_pare
from core.estimators.pare.network import PareNetwork
from core.estimators.vibe.model import built as built_vibe
from core.estimators.vibe.network import VibeNetwork
from core.rotation_torch import rot6d_columns_to_rotmat, rotmat_to_rotvec
from tests.core.estimators.crop_networks import golden


@cache
def numbers(name: str) -> dict[str, np.ndarray]:
    return {key: value.numpy() for key, value in golden.weights(name).items()}


@cache
def vibe_network() -> VibeNetwork:
    return VibeNetwork(numbers("vibe"), numbers("spin"), device="cpu")


@cache
def spin_network() -> VibeNetwork:
    """SPIN alone: no temporal encoder, its own regressor."""
    return VibeNetwork(None, numbers("spin"), device="cpu")


@cache
def pare_model() -> PareModel:
    return built_pare(numbers("pare"))


@cache
def pare_network() -> PareNetwork:
    return PareNetwork(numbers("pare"), device="cpu")


def close(found: object, name: str, network: str, tolerance: float) -> None:
    expected = golden.arrays(network)[name]
    found = np.asarray(found)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", ["vibe", "spin", "pare"])
def test_parameters_have_the_published_names_and_shapes(name: str) -> None:
    from core.estimators.checkpoints import LAYOUTS

    published = {k: v for k, v in golden.manifest(name).items() if "num_batches" not in k}
    assert LAYOUTS[name].shapes({}) == published


def test_the_plain_resnet_gives_the_original_maps_and_features() -> None:
    backbone, _, _ = built_vibe(None, numbers("spin"))
    with torch.inference_mode():
        maps = backbone.stages(torch.from_numpy(golden.crops()))
        features = backbone(torch.from_numpy(golden.crops()))
    close(maps[0][:, ::32, ::8, ::8], "layer1", "vibe", 2e-5)
    close(maps[3][:, ::16], "layer4", "vibe", 2e-5)
    close(features, "features", "vibe", 2e-5)


def test_the_fast_resnet_gives_the_original_features() -> None:
    close(vibe_network().features(golden.crops()), "features", "vibe", 2e-5)


def test_the_regressor_gives_each_of_the_original_rounds() -> None:
    _, _, regressor = built_vibe(None, numbers("spin"))
    features = torch.from_numpy(golden.arrays("vibe")["features"])
    with torch.inference_mode():
        rounds = torch.stack(regressor.iterations(features), 1)
    close(rounds, "hmr_iter_params", "vibe", 2e-5)


def theta(regressed) -> np.ndarray:
    """(T, 85) as the original writes it: camera, axis-angle, betas."""
    rotvec = rotmat_to_rotvec(torch.from_numpy(regressed.rotmats).double()).reshape(-1, 72)
    return np.concatenate([regressed.cam, rotvec.numpy(), regressed.betas], 1)


def test_spin_gives_the_original_bodies_from_images() -> None:
    found = spin_network().decode(spin_network().features(golden.crops()))
    close(found.rotmats, "hmr_rotmat", "vibe", 1e-4)
    close(theta(found), "hmr_theta", "vibe", 1e-4)


def test_the_temporal_encoder_gives_the_original_features() -> None:
    _, encoder, _ = built_vibe(numbers("vibe"), numbers("spin"))
    assert encoder is not None
    features = torch.from_numpy(golden.arrays("vibe")["vibe_features_in"][0, :16])
    with torch.inference_mode():
        close(encoder(features)[None], "vibe_encoder", "vibe", 2e-5)


def test_vibe_gives_the_original_bodies_over_a_sequence() -> None:
    features = golden.arrays("vibe")["vibe_features_in"][0]
    found = vibe_network().decode(features[:16])
    close(found.rotmats[None], "vibe_rotmat", "vibe", 1e-4)
    close(theta(found)[None], "vibe_theta", "vibe", 1e-4)
    close(theta(vibe_network().decode(features))[None], "vibe_theta_len40", "vibe", 1e-4)


JOINTS_54_OF_49 = (
    *(24, 12, 17, 19, 21, 16, 18, 20, 0, 2, 5, 8, 1, 4, 7, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34),
    *(8, 5, 45, 46, 4, 7, 21, 19, 17, 16, 18, 20, 47, 48, 49, 50, 51, 52, 53, 24, 26, 25, 28, 27),
)


def projected(cam: np.ndarray) -> np.ndarray:
    """(T, 49, 2): the stand-in body's joints through the crop's camera."""
    joints = np.zeros((54, 3))
    joints[:45] = golden.arrays("vibe")["fake_smpl_joints45"]
    points = joints[list(JOINTS_54_OF_49)] + translation(cam)[:, None]
    return 5000 * points[..., :2] / points[..., 2:] / 112


def translation(cam: np.ndarray) -> np.ndarray:
    """(T, 3) metres, as the original places a body before its camera of 5000 pixels."""
    cam = cam.astype(np.float64)
    return np.stack([cam[:, 1], cam[:, 2], 2 * 5000 / (224 * cam[:, 0] + 1e-9)], 1)


def test_cameras_project_as_in_the_original() -> None:
    found = vibe_network().decode(golden.arrays("vibe")["vibe_features_in"][0, :16])
    close(projected(found.cam)[None], "vibe_kp_2d", "vibe", 1e-4)
    hmr = spin_network().decode(golden.arrays("vibe")["features"])
    close(projected(hmr.cam), "hmr_kp_2d", "vibe", 1e-4)
    bodies = pare_network().regress(golden.crops())
    close(translation(bodies.cam), "pred_cam_t", "pare", 1e-4)
    close(projected(bodies.cam), "smpl_joints2d", "pare", 1e-4)


@pytest.mark.parametrize("form", ["plain", "fast"])
def test_pare_gives_all_the_original_arrays(form: str) -> None:
    plain = pare_model()
    crops = torch.from_numpy(golden.crops())
    with torch.inference_mode():
        if form == "plain":
            maps = plain.backbone(crops)
            out = plain.head(maps)
            part = plain.head.keypoint_deconv_layers(maps)
            body = plain.head.smpl_deconv_layers(maps)
        else:
            fast = pare_network()._model
            crops = crops.to(memory_format=torch.channels_last)
            raised = fast.backbone.raised(crops)
            maps, out = torch.cat(raised, 1), fast.head(raised)
            both = fast.head.first(*raised).split([128, 128], 1)
            part, body = fast.head.part(both[0]), fast.head.body(both[1])
    close(maps[:, ::16, ::8, ::8], "backbone_sub", "pare", 2e-4)
    close(maps.mean((2, 3)), "backbone_channel_mean", "pare", 2e-4)
    close(part[:, ::8, ::8, ::8], "part_feats_sub", "pare", 1e-4)
    close(body[:, ::8, ::8, ::8], "smpl_feats_sub", "pare", 1e-4)
    close(out.segm_logits, "pred_segm_mask", "pare", 1e-4)
    close(out.point_features, "point_local_feat", "pare", 1e-4)
    close(out.shape_features, "cam_shape_feats", "pare", 1e-4)
    close(out.rot6d, "pred_rot6d", "pare", 1e-4)
    close(out.betas, "pred_shape", "pare", 1e-4)
    close(out.cam, "pred_cam", "pare", 1e-4)
    close(rot6d_columns_to_rotmat(out.rot6d), "pred_pose", "pare", 2e-5)


def test_attention_is_the_softmax_of_the_parts_and_costs_nothing_else() -> None:
    found = pare_network().regress(golden.crops(), attention=True)
    assert found.attention is not None
    logits = golden.arrays("pare")["pred_segm_mask"][:, 1:].astype(np.float64)
    share = np.exp(logits - logits.max((2, 3), keepdims=True))
    share /= share.sum((2, 3), keepdims=True)
    np.testing.assert_allclose(found.attention, share, atol=1e-5)
    without = pare_network().regress(golden.crops())
    assert without.attention is None and np.array_equal(without.rotmats, found.rotmats)


def test_a_crop_gives_the_same_whatever_stands_beside_it() -> None:
    crops = np.concatenate([golden.crops()] * 5)  # ten: a whole chunk and a part of one
    features = vibe_network().features(crops)
    np.testing.assert_allclose(features[8:], features[:2], atol=2e-6)
    bodies = pare_network().regress(crops[:3])
    np.testing.assert_allclose(bodies.rotmats[2], bodies.rotmats[0], atol=2e-6)


def test_no_crops_give_no_bodies() -> None:
    nothing = np.zeros((0, 3, 224, 224), np.float32)
    assert vibe_network().features(nothing).shape == (0, 2048)
    assert len(vibe_network().decode(np.zeros((0, 2048), np.float32))) == 0
    found = pare_network().regress(nothing, attention=True)
    assert len(found) == 0 and found.attention is not None


def degrees_between(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(T, 24) angles between rotations."""
    trace = np.einsum("tjab,tjab->tj", one.astype(np.float64), other.astype(np.float64))
    return np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1)))


def test_bfloat16_stays_near_float32() -> None:
    half = VibeNetwork(numbers("vibe"), numbers("spin"), device="cpu", precision="bfloat16")
    crops = golden.crops()
    exact = vibe_network().decode(vibe_network().features(crops))
    near = half.decode(half.features(crops))
    assert degrees_between(exact.rotmats, near.rotmats).mean() < 1.0


def test_six_numbers_become_the_original_rotations() -> None:
    utils = golden.arrays("vibe", "utils")
    rotmats = rot6d_columns_to_rotmat(torch.from_numpy(utils["rot6d"]).double())
    np.testing.assert_allclose(rotmats, utils["rotmat"], atol=2e-5)
    np.testing.assert_allclose(rotmat_to_rotvec(rotmats), utils["aa"], atol=1e-4)


def test_where_onednn_is_missing_the_folded_network_gives_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from core.estimators.pare import network as pare
    from core.estimators.vibe import network as vibe

    monkeypatch.setattr(pare, "can_fuse", lambda device: False)
    monkeypatch.setattr(vibe, "can_fuse", lambda device: False)
    bodies = PareNetwork(numbers("pare"), device="cpu").regress(golden.crops())
    close(bodies.rotmats, "pred_pose", "pare", 2e-5)
    features = VibeNetwork(None, numbers("spin"), device="cpu").features(golden.crops())
    close(features, "features", "vibe", 2e-5)
