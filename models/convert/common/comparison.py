"""Comparing modules and their ONNX files with what official code gives: the ONNX files on the server's own runtime."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from common.graph import Graph

BATCH_BOUNDS = {"float32": 1e-5, "float16-weights": 1e-5, "float16": 1e-2}
"""By precision: graphs run in batches give what they give picture by picture, but for the order of sums."""
RUNNER = Path(__file__).with_name("run-graphs.ts")

Values = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    """One graph with a batch of inputs, and what the official code gives for them."""

    graph: str
    inputs: Mapping[str, Tensor]
    expected: Values

    @property
    def batch(self) -> int:
        return len(next(iter(self.inputs.values())))


def arrays(tensors: Mapping[str, Tensor]) -> Values:
    return {name: tensor.numpy() for name, tensor in tensors.items()}


def run_modules(graphs: list[Graph], cases: list[Case]) -> dict[str, Values]:
    """What the graphs' modules give, by the graph's name."""
    results = {}
    for case in cases:
        graph = _named(graphs, case.graph)
        with torch.no_grad():
            outputs = graph.module(*case.inputs.values())
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        results[case.graph] = arrays(dict(zip(graph.outputs, outputs)))
    return results


def run_onnx(
    graphs: list[Graph], cases: list[Case], export: Callable[[Graph, Path, str], None], precision: str
) -> dict[str, Values]:
    """
    What the exported graphs give, by the graph's name. Needs `node` with the project's packages.

    :raises RuntimeError: a batch gives other values than its parts
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        jobs = []
        for case in cases:
            export(_named(graphs, case.graph), folder / f"{case.graph}.onnx", precision)
            jobs += [_write_job(folder, case, part, chosen) for part, chosen in _parts(case)]
        (folder / "jobs.json").write_text(json.dumps(jobs))
        subprocess.run(["node", str(RUNNER), temporary], check=True)
        return {case.graph: _read_checked(folder, case, BATCH_BOUNDS[precision]) for case in cases}


def report(what: str, cases: list[Case], results: Mapping[str, Values]) -> float:
    """Prints and returns the largest absolute differences."""
    differences = {
        f"{case.graph} {name}": float(np.abs(results[case.graph][name] - expected).max())
        for case in cases
        for name, expected in case.expected.items()
    }
    print(f"  {what:22}", "  ".join(f"{name} {value:.1e}" for name, value in differences.items()), flush=True)
    return max(differences.values())


def _named(graphs: list[Graph], name: str) -> Graph:
    return next(graph for graph in graphs if graph.name == name)


def _parts(case: Case) -> list[tuple[str, slice]]:
    single = [(f"{i}", slice(i, i + 1)) for i in range(case.batch)] if case.batch > 1 else []
    return [("batch", slice(None)), *single]


def _write_job(folder: Path, case: Case, part: str, chosen: slice) -> dict[str, object]:
    inputs = {}
    for name, values in case.inputs.items():
        file = f"{case.graph}-{part}-{name}.in"
        array = values[chosen].contiguous().numpy().astype("<f4")
        (folder / file).write_bytes(array.tobytes())
        inputs[name] = {"file": file, "dims": list(array.shape)}
    outputs = {name: f"{case.graph}-{part}-{name}.out" for name in case.expected}
    return {"graph": str(folder / f"{case.graph}.onnx"), "inputs": inputs, "outputs": outputs}


def _read_checked(folder: Path, case: Case, bound: float) -> Values:
    whole, *singles = (_read(folder, case, part) for part, _chosen in _parts(case))
    for name, values in whole.items():
        if not singles:
            break
        apart = np.abs(values - np.concatenate([single[name] for single in singles])).max()
        if apart > bound:
            raise RuntimeError(f"{case.graph} {name}: a batch gives other values than its parts ({apart:.1e})")
    return whole


def _read(folder: Path, case: Case, part: str) -> Values:
    return {
        name: np.fromfile(folder / f"{case.graph}-{part}-{name}.out", "<f4").reshape(-1, *expected.shape[1:])
        for name, expected in case.expected.items()
    }
