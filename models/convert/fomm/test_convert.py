"""python3 -m unittest test_convert: an official checkpoint becomes a pack, and what is not one is refused."""

from __future__ import annotations

import common_path  # noqa: F401 (first: the others need it)

import json
import os
import tempfile
import unittest
from collections import OrderedDict
from pathlib import Path
from unittest import mock

import numpy as np
import onnx
import torch
from onnx import TensorProto

import convert
from checkpoint import load_parts
from common.parameters import CheckpointError
from config import CONFIGS, TINY_64
from model import Fomm
from pack import write_pack
from random_weights import random_fomm


class Malicious:
    """Would make a folder where it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


class ConvertTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "vox-cpk.pth.tar"
        self.model = random_fomm(TINY_64, 3, align_corners=False)

    def save(self, content: object, **options: object) -> None:
        torch.save(content, self.file, **options)

    def parts(self) -> dict[str, dict[str, torch.Tensor]]:
        """As the official trainer saves them, with what it saves besides."""
        return {
            "kp_detector": self.model.kp_detector.state_dict(),
            "generator": self.model.generator.state_dict(),
            "discriminator": OrderedDict(weight=torch.zeros(2)),
            "optimizer_generator": {"state": {0: {"step": 7}}, "param_groups": [{"lr": 2e-4, "betas": (0.5, 0.999)}]},
            "epoch": 99,
        }

    def load(self) -> Fomm:
        return Fomm.of_checkpoint(load_parts(self.file), TINY_64, align_corners=False)

    def test_loads_both_formats_to_the_last_bit(self) -> None:
        for zipped in (False, True):
            self.save(self.parts(), _use_new_zipfile_serialization=zipped)
            loaded = self.load().state_dict()
            for name, values in self.model.state_dict().items():
                self.assertTrue(torch.equal(values, loaded[name]), name)

    def test_loads_what_was_saved_before_batches_were_counted(self) -> None:
        parts = self.parts()
        for part in ("kp_detector", "generator"):
            parts[part] = {name: v for name, v in parts[part].items() if not name.endswith("num_batches_tracked")}
        self.save(parts)
        self.load()

    def test_executes_nothing(self) -> None:
        trap = self.folder / "trap"
        for zipped in (False, True):
            self.save({**self.parts(), "extra": Malicious(trap)}, _use_new_zipfile_serialization=zipped)
            self.assertRefused("is not a plain checkpoint: it wants to use posix.mkdir")
            self.assertFalse(trap.exists())

    def test_refuses_other_files(self) -> None:
        self.assertRefused("there is no such file")
        self.file.write_bytes(b"GIF89a" + bytes(100))
        self.assertRefused("vox-cpk.pth.tar: ")
        self.save(self.parts())
        self.file.write_bytes(self.file.read_bytes()[:5000])
        self.assertRefused("vox-cpk.pth.tar: ")
        self.save([1, 2])
        self.assertRefused("holds list")
        self.save({"state_dict": {}, "generator": {}})
        self.assertRefused(r"has no kp_detector \(there is: generator, state_dict\)")
        self.save({**self.parts(), "generator": {"first": 3}})
        self.assertRefused("generator is not a table of tensors")

    def test_says_which_parameters_do_not_fit(self) -> None:
        parts = self.parts()
        del parts["generator"]["final.bias"]
        parts["generator"]["second.bias"] = torch.zeros(3)
        parts["generator"]["final.weight"] = torch.zeros(3, 8, 5, 5)
        self.save(parts)
        self.assertRefused(
            "the generator does not fit the configuration: it lacks final.bias; it has the unknown second.bias; "
            r"it has final.weight \(3, 8, 5, 5\) instead of \(3, 8, 7, 7\)"
        )

    def test_refuses_values_that_are_no_numbers(self) -> None:
        parts = self.parts()
        parts["kp_detector"]["kp.bias"][0] = float("nan")
        self.save(parts)
        self.assertRefused("the keypoint detector has values that are no numbers in kp.bias")

    def test_the_command_writes_a_pack(self) -> None:
        self.save(self.parts())
        out = self.folder / "pack"
        with mock.patch.dict(CONFIGS, {"vox-256": TINY_64}):
            arguments = ["convert.py", str(self.file), "--config", "vox-256", "--out", str(out), "--align-corners"]
            with mock.patch("sys.argv", arguments), mock.patch("builtins.print"):
                self.assertEqual(convert.main(), 0)
        manifest = json.loads((out / "pack.json").read_text(encoding="utf-8"))
        self.assertEqual([manifest["weights"], manifest["options"]["alignCorners"]], ["trained", True])
        self.assertTrue(manifest["licence"]["nonCommercial"])
        for file in manifest["files"]:
            self.assertEqual((out / file["name"]).stat().st_size, file["bytes"])

    def test_the_command_fails_in_one_line(self) -> None:
        arguments = ["convert.py", str(self.file), "--config", "vox-256", "--out", str(self.folder / "pack")]
        with mock.patch("sys.argv", arguments), mock.patch("builtins.print") as output:
            self.assertEqual(convert.main(), 1)
        self.assertIn("there is no such file", output.call_args.args[0])
        self.assertFalse((self.folder / "pack").exists())

    def test_edges_are_single_precision_and_batches_free(self) -> None:
        for precision in ("float32", "float16-weights", "float16"):
            write_pack(self.model, self.folder / precision, name="tiny", precision=precision, weights="random")
            for graph in ("keypoints", "source", "frame"):
                model = onnx.load(str(self.folder / precision / f"{graph}.onnx"))
                for value in [*model.graph.input, *model.graph.output]:
                    self.assertEqual(value.type.tensor_type.elem_type, TensorProto.FLOAT)
                    self.assertEqual(value.type.tensor_type.shape.dim[0].dim_param, "batch")
                halves = sum(t.data_type == TensorProto.FLOAT16 for t in model.graph.initializer)
                self.assertEqual(halves > 0, precision != "float32")

    def test_the_same_seed_gives_the_same_lively_picture(self) -> None:
        again = random_fomm(TINY_64, 3, align_corners=False)
        torch.manual_seed(1)
        pictures = torch.rand(2, 3, 64, 64)
        results = []
        for model in (self.model, again):
            with torch.no_grad():
                value, jacobian = model.kp_detector(pictures)
                features, thumbnail = model.generator.encode(pictures)
                results.append(model.generator(features, thumbnail, value, jacobian, value.flip(0), jacobian.flip(0)))
        self.assertTrue(torch.equal(*results))
        self.assertTrue(bool(results[0].isfinite().all()))
        self.assertGreater(float(results[0].std()), 0.05)
        self.assertTrue(bool(np.all(np.abs(np.array(value)) <= 1)))

    def assertRefused(self, message: str) -> None:
        with self.assertRaisesRegex(CheckpointError, message):
            self.load()


if __name__ == "__main__":
    unittest.main()
