"""python3 -m unittest test_convert: official checkpoints become a pack, and what is none of them is refused."""

from __future__ import annotations

import common_path  # noqa: F401 (first: the others need it)

import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import onnx
import torch
from onnx import TensorProto
from torch import Tensor

import convert
from checkpoint import RETARGETING, USUAL_NAMES, load_parts
from common.parameters import CheckpointError
from config import TINY
from model import LivePortrait, WarpAndDecode
from pack import write_pack
from random_weights import random_live_portrait
from volumes import VolumeConv, of_slices, sample_volume, to_slices


class ConvertTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.model = random_live_portrait(TINY, 3, sampling="slices")

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def save(self) -> list[Path]:
        """The five files as they are published."""
        states = {part: getattr(self.model, part).state_dict() for part in LivePortrait.PARTS}
        files = {part: states[part] for part in ("appearance", "motion", "warping")}
        files["decoder"] = with_spectral_norm(states["decoder"])
        files["stitching"] = {
            name: {f"module.{key}": values for key, values in states[part].items()} for part, name in RETARGETING.items()
        }
        paths = []
        for part, content in files.items():
            paths.append(self.folder / USUAL_NAMES[part])
            torch.save(content, paths[-1])
        return paths

    def load(self, files: list[Path]) -> LivePortrait:
        return LivePortrait.of_parameters(load_parts(files), TINY, sampling="slices")

    def test_loads_the_five_files_in_any_order(self) -> None:
        loaded = self.load(self.save()[::-1]).state_dict()
        for name, values in self.model.state_dict().items():
            self.assertTrue(torch.allclose(values, loaded[name], rtol=1e-5, atol=1e-7), name)

    def test_refuses_what_is_not_the_five(self) -> None:
        files = self.save()
        self.assertRefused(files[:-2], "missing: spade_generator.pth, stitching_retargeting_module.pth")
        self.assertRefused([*files, files[1]], "motion_extractor.pth: motion is in another of the files already")
        torch.save({"generator": torch.zeros(1)}, files[0])
        self.assertRefused(files, r"is no part of LivePortrait \(there is: generator\)")
        self.assertRefused([self.folder / "none.pth"], "there is no such file")

    def test_refuses_weights_without_their_singular_vectors(self) -> None:
        files = self.save()
        decoder = torch.load(files[3])
        del decoder["up_1.conv_s.weight_v"]
        torch.save(decoder, files[3])
        self.assertRefused(files, "lacks the singular vectors of up_1.conv_s.weight")

    def test_says_which_parameters_do_not_fit(self) -> None:
        files = self.save()
        motion = torch.load(files[1])
        del motion["detector.fc_t.bias"]
        torch.save(motion, files[1])
        self.assertRefused(files, "the part motion does not fit the configuration: it lacks detector.fc_t.bias")

    def test_the_command_writes_a_pack(self) -> None:
        out = self.folder / "pack"
        arguments = ["convert.py", *map(str, self.save()), "--out", str(out), "--sampling", "volume"]
        with mock.patch.object(convert, "LIVE_PORTRAIT", TINY), mock.patch("builtins.print"):
            with mock.patch("sys.argv", arguments):
                self.assertEqual(convert.main(), 0)
        manifest = json.loads((out / "pack.json").read_text(encoding="utf-8"))
        self.assertEqual([manifest["weights"], manifest["options"]["volumeSampling"]], ["trained", "5d"])
        for file in manifest["files"]:
            self.assertEqual((out / file["name"]).stat().st_size, file["bytes"])

    def test_the_command_fails_in_one_line(self) -> None:
        arguments = ["convert.py", str(self.folder / "none.pth"), "--out", str(self.folder / "pack")]
        with mock.patch("sys.argv", arguments), mock.patch("builtins.print") as output:
            self.assertEqual(convert.main(), 1)
        self.assertIn("there is no such file", output.call_args.args[0])
        self.assertFalse((self.folder / "pack").exists())

    def test_edges_are_single_precision_and_batches_free(self) -> None:
        for precision in ("float32", "float16-weights", "float16"):
            write_pack(self.model, self.folder / precision, name="tiny", precision=precision, weights="random")
            for file in (self.folder / precision).glob("*.onnx"):
                model = onnx.load(str(file))
                for value in [*model.graph.input, *model.graph.output]:
                    self.assertEqual(value.type.tensor_type.elem_type, TensorProto.FLOAT)
                    self.assertEqual(value.type.tensor_type.shape.dim[0].dim_param, "batch")
                halves = sum(t.data_type == TensorProto.FLOAT16 for t in model.graph.initializer)
                self.assertEqual(halves > 0, precision != "float32", file)

    def test_only_slices_do_without_operators_on_volumes(self) -> None:
        for sampling, expected in (("slices", (16, 4)), ("volume", (20, 5))):
            folder = self.folder / sampling
            write_pack(self.model.with_sampling(sampling), folder, name="t", precision="float32", weights="random")
            model = onnx.load(str(folder / "warping.onnx"))
            weights = {tensor.name: len(tensor.dims) for tensor in model.graph.initializer}
            most = max(weights[node.input[1]] for node in model.graph.node if node.op_type == "Conv")
            self.assertEqual((model.opset_import[0].version, most), expected)
            self.assertFalse([node.op_type for node in model.graph.node if node.op_type in ("Shape", "SampleVolume")])

    def test_the_same_seed_gives_the_same_lively_picture(self) -> None:
        again = random_live_portrait(TINY, 3, sampling="volume")
        torch.manual_seed(1)
        pictures = torch.rand(2, 3, 32, 32)
        results = []
        for model in (self.model, again):
            with torch.no_grad():
                points = model.motion(pictures)[-1].reshape(2, -1, 3)
                results.append(WarpAndDecode(model)(model.appearance(pictures), points, points.flip(0)))
        self.assertLess(float((results[0] - results[1]).abs().max()), 1e-5)
        self.assertTrue(bool(results[0].isfinite().all()))
        self.assertGreater(float(results[0].std()), 0.05)

    def assertRefused(self, files: list[Path], message: str) -> None:
        with self.assertRaisesRegex(CheckpointError, message):
            self.load(files)


class VolumesTest(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(2)

    def test_samples_the_same_in_slices_also_far_outside(self) -> None:
        for depth in (1, 4, 6, 7, 16):
            volume = torch.randn(2, 3, depth, 5, 6)
            grid = (torch.rand(3, 2, 7, 8, 9) * 5 - 2.5).unbind(0)
            whole, sliced = (sample_volume(volume, *grid, in_slices=in_slices) for in_slices in (False, True))
            self.assertLess(float((whole - sliced).abs().max()), 1e-5)
            self.assertGreater(float(whole.abs().max()), 0.5)

    def test_convolves_the_same_in_slices(self) -> None:
        for kernel in (1, 3, 7):
            conv = VolumeConv(3, 2, kernel, 4)
            volume = torch.randn(2, 3, 4, 8, 8)
            sliced = of_slices(conv(to_slices(volume)), 4)
            self.assertLess(float((conv(volume) - sliced).abs().max()), 1e-5)


def with_spectral_norm(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """As the official decoder keeps its weights; the largest singular value is 2."""
    full = dict(state)
    for base in [name for name in state if name.endswith(("conv_0.weight", "conv_1.weight", "conv_s.weight"))]:
        weight = full.pop(base)
        u = torch.ones(len(weight))
        v = weight.flatten(1).T @ u
        full |= {f"{base}_orig": 2 * weight, f"{base}_u": u, f"{base}_v": v / (v @ v)}
    return full


if __name__ == "__main__":
    unittest.main()
