"""
Reading what `torch.save` wrote, from an untrusted file: nothing in it is executed.

PyTorch cannot be asked to do it. `torch.load` of version 1.13 ignores the `pickle_module` that it is given, and its
`weights_only` does not know the numbers of an optimiser's state, which the official checkpoints have.
"""

from __future__ import annotations

import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import torch
from torch import Tensor

# What a file from before PyTorch 1.6 begins with.
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_PROTOCOL = 1001

STORAGES = {
    ("torch", f"{name}Storage"): dtype
    for name, dtype in (
        ("Float", torch.float32),
        ("Double", torch.float64),
        ("Half", torch.float16),
        ("Long", torch.int64),
        ("Int", torch.int32),
        ("Short", torch.int16),
        ("Char", torch.int8),
        ("Byte", torch.uint8),
        ("Bool", torch.bool),
    )
}


class RefusedContent(Exception):
    """The file wants more than tensors and plain containers."""


class DamagedFile(Exception):
    """The file is not a checkpoint, or not a whole one."""


def read_checkpoint(path: Path) -> object:
    """
    The object in a file, its tensors on the CPU.

    :raises RefusedContent: it has something in it that would have to be executed
    :raises DamagedFile: it is of another format, or broken
    """
    with path.open("rb") as file:
        try:
            return _read_zip(file) if zipfile.is_zipfile(file) else _read_legacy(file, path.stat().st_size)
        except (RefusedContent, DamagedFile):
            raise
        except Exception as error:  # The unpickler fails on broken files with errors of any kind.
            raise DamagedFile(f"{type(error).__name__}: {error}") from error


class _Unpickler(pickle.Unpickler):
    """`storage` gives the memory of a storage: a flat tensor, perhaps filled only later."""

    def __init__(self, file: BinaryIO, storage: Callable[[torch.dtype, str, int], Tensor] | None = None) -> None:
        super().__init__(file, encoding="utf-8")
        self._storage = storage

    def find_class(self, module: str, name: str) -> object:
        known = {**_CALLABLE, **STORAGES}
        if (module, name) not in known:
            raise RefusedContent(f"it wants to use {module}.{name}")
        return known[module, name]

    def persistent_load(self, identity: object) -> Tensor:
        if self._storage is None or not isinstance(identity, tuple) or identity[0] != "storage":
            raise DamagedFile("a tensor where there should be none")
        _kind, dtype, key, _device, count, *view = identity
        if any(view):
            raise DamagedFile("storages that are parts of others are not read")
        if not isinstance(dtype, torch.dtype) or not isinstance(count, int) or count < 0:
            raise DamagedFile("a storage without a type or a size")
        return self._storage(dtype, str(key), count)


def _rebuild_tensor(storage: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_more: object) -> Tensor:
    # Checks that all of it lies within the storage.
    return storage.as_strided(size, stride, offset)


def _rebuild_parameter(data: Tensor, *_more: object) -> Tensor:
    return data


class _PlainDict(dict):
    """Stands for an ordered dictionary, whose attributes (versions of modules) are not needed."""

    def __setstate__(self, _state: object) -> None: ...


_CALLABLE = {
    ("collections", "OrderedDict"): _PlainDict,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
}


def _read_zip(file: BinaryIO) -> object:
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(names) != 1:
            raise DamagedFile("a zip archive, but not a checkpoint")
        folder = names[0].removesuffix("data.pkl")
        storages: dict[str, Tensor] = {}

        def storage(dtype: torch.dtype, key: str, count: int) -> Tensor:
            if key not in storages:
                entry = archive.getinfo(f"{folder}data/{key}")
                if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != count * _bytes_of(dtype):
                    raise DamagedFile(f"storage {key} has not the size it should have")
                storages[key] = _flat(bytearray(archive.read(entry)), dtype, count)
            return storages[key]

        with archive.open(names[0]) as pickled:
            return _Unpickler(pickled, storage).load()


def _read_legacy(file: BinaryIO, file_bytes: int) -> object:
    """Pickles of a magic number, a version, the machine, the object and its storages' names; then the storages."""
    file.seek(0)
    if _Unpickler(file).load() != LEGACY_MAGIC or _Unpickler(file).load() != LEGACY_PROTOCOL:
        raise DamagedFile("it does not begin as a checkpoint does")
    _Unpickler(file).load()
    storages: dict[str, Tensor] = {}

    def storage(dtype: torch.dtype, key: str, count: int) -> Tensor:
        if key not in storages:
            if count * _bytes_of(dtype) > file_bytes:
                raise DamagedFile(f"storage {key} is larger than the file")
            storages[key] = torch.zeros(count, dtype=dtype)
        return storages[key]

    content = _Unpickler(file, storage).load()
    for key in _Unpickler(file).load():
        flat = storages.pop(str(key))
        size = len(flat) * _bytes_of(flat.dtype)
        data = file.read(8 + size)
        if len(data) < 8 + size or struct.unpack_from("<q", data)[0] != len(flat):
            raise DamagedFile("it ends too early")
        flat.copy_(_flat(bytearray(data[8:]), flat.dtype, len(flat)))
    if storages:
        raise DamagedFile("tensors without values")
    return content


def _flat(data: bytearray, dtype: torch.dtype, count: int) -> Tensor:
    return torch.frombuffer(data, dtype=dtype, count=count) if count > 0 else torch.zeros(0, dtype=dtype)


def _bytes_of(dtype: torch.dtype) -> int:
    return torch.zeros((), dtype=dtype).element_size()
