"""Catmull-Clark subdivision of any per-vertex values over the rig's quads and triangles."""

from __future__ import annotations

import numpy as np

from rig import Floats, Ints


class Subdivision:
    """One step of Catmull-Clark for a fixed set of faces; vertices keep their place in the order, new ones follow."""

    def __init__(self, faces: Ints, vertex_count: int) -> None:
        """`faces` (n, 4), a fourth index of -1 marking a triangle."""
        self.vertex_count = vertex_count
        quad = faces[:, 3] >= 0
        last = np.where(quad, 3, 2)
        self._corner_face = np.repeat(np.arange(len(faces)), last + 1)
        self._corner_vertex = faces[faces >= 0]
        start = np.concatenate([[0], np.cumsum(last + 1)])
        place = np.arange(len(self._corner_vertex)) - start[self._corner_face]
        size = (last + 1)[self._corner_face]
        following = start[self._corner_face] + (place + 1) % size
        before = start[self._corner_face] + (place - 1) % size
        pair = np.sort(np.stack([self._corner_vertex, self._corner_vertex[following]], 1), axis=1)
        self._edges, self._corner_edge = np.unique(pair, axis=0, return_inverse=True)
        self._edge_faces = np.bincount(self._corner_edge, minlength=len(self._edges))
        self._face_size = last + 1
        first_face_point = vertex_count
        first_edge_point = vertex_count + len(faces)
        self.faces = np.stack(
            [
                self._corner_vertex,
                first_edge_point + self._corner_edge,
                first_face_point + self._corner_face,
                first_edge_point + self._corner_edge[before],
            ],
            1,
        ).astype(np.int32)
        self.parent_face = self._corner_face
        """For each new face, the face that it is a part of."""

    def _gather(self, index: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
        return np.stack([np.bincount(index, values[:, k], count) for k in range(values.shape[1])], 1)

    def smooth(self, values: Floats) -> Floats:
        """(V, k) to (V + faces + edges, k) with Catmull-Clark weights; open borders keep their shape."""
        values = np.asarray(values, np.float64)
        corners = values[self._corner_vertex]
        face_points = self._gather(self._corner_face, corners, len(self._face_size)) / self._face_size[:, None]
        middle = values[self._edges].mean(1)
        inner = (self._edge_faces == 2)[:, None]
        across = self._gather(self._corner_edge, face_points[self._corner_face], len(self._edges))
        across /= np.maximum(self._edge_faces, 1)[:, None]
        edge_points = np.where(inner, (middle + across) / 2, middle)

        count = self.vertex_count
        faces_at = np.bincount(self._corner_vertex, minlength=count)
        face_mean = self._gather(self._corner_vertex, face_points[self._corner_face], count) / np.maximum(faces_at, 1)[:, None]
        ends, twice = self._edges.T.ravel(), np.concatenate([middle, middle])
        edges_at = np.bincount(ends, minlength=count)
        edge_mean = self._gather(ends, twice, count) / np.maximum(edges_at, 1)[:, None]
        n = np.maximum(faces_at, 1)[:, None]
        vertex_points = (face_mean + 2 * edge_mean + (n - 3) * values) / n
        border = self._edge_faces == 1
        on_border = np.bincount(self._edges[border].ravel(), minlength=count)
        along = self._gather(self._edges[border].T.ravel(), np.concatenate([middle[border]] * 2), count)
        vertex_points = np.where((on_border == 2)[:, None], (along + 2 * values) / 4, vertex_points)
        keep = (faces_at == 0) | ((on_border > 0) & (on_border != 2))
        vertex_points = np.where(keep[:, None], values, vertex_points)
        return np.concatenate([vertex_points, face_points, edge_points]).astype(np.float32)
