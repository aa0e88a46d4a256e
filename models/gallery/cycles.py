"""Renders a packed scene (scene.py) with Blender's Cycles: path-traced light, skin that scatters, hair as strands.

    blender -b --factory-startup --python cycles.py -- scene.npz render.npz

Runs inside Blender 3.4 (its own Python, with NumPy). The scene is in the rig's axes (x to the person's left, y up,
z out of the face) and centimetres, one Blender unit each. `render.npz` gets `colour` (H, W, 4) linear, premultiplied by
its alpha; the diffuse light on it before its colour, `direct` and `indirect`, and that colour, `diffuse` (H, W, 3);
`albedo` and `normal` (H, W, 3), `depth` and `skin` (H, W; its coverage), which guide what develop.py does next: light is
scattered under the skin there, since it is hundreds of samples cheaper than here.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile

import bpy
import numpy as np
from mathutils import Vector

_TO_BLENDER = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], np.float32)
_PASSES = {
    "colour": "Image", "direct": "DiffDir", "indirect": "DiffInd", "diffuse": "DiffCol", "albedo": "Denoising Albedo",
    "normal": "Denoising Normal", "depth": "Depth", "skin": "skin",
}


def blender_axes(points: np.ndarray) -> np.ndarray:
    """Rig axes to Blender's, which has z up."""
    return np.ascontiguousarray(np.asarray(points, np.float32) @ _TO_BLENDER.T)


class Material:
    """A node material around one shader, its inputs set by value or by vertex attribute."""

    def __init__(self, name: str, shader: str) -> None:
        self.data = bpy.data.materials.new(name)
        self.data.use_nodes = True
        self.tree = self.data.node_tree
        self.tree.nodes.clear()
        self.output = self.node("ShaderNodeOutputMaterial")
        self.shader = self.node(shader)
        self.link(self.shader.outputs[0], self.output.inputs["Surface"])

    def node(self, kind: str):
        return self.tree.nodes.new(kind)

    def link(self, source, target) -> None:
        self.tree.links.new(source, target)

    def attribute(self, name: str, output: str = "Color"):
        node = self.node("ShaderNodeAttribute")
        node.attribute_name = name
        return node.outputs[output]

    def set(self, **values) -> Material:
        """Inputs of the shader by name, underscores for spaces."""
        for name, value in values.items():
            socket = self.shader.inputs[name.replace("_", " ")]
            if isinstance(value, bpy.types.NodeSocket):
                self.link(value, socket)
            else:
                socket.default_value = (*value, 1.0) if isinstance(value, tuple) and len(socket.default_value) == 4 else value
        return self

    def bump(self, height, strength: float, distance_cm: float) -> Material:
        """Bends the shader's normal by a height."""
        node = self.node("ShaderNodeBump")
        node.inputs["Strength"].default_value = strength
        node.inputs["Distance"].default_value = distance_cm
        self.link(height, node.inputs["Height"])
        self.link(node.outputs["Normal"], self.shader.inputs["Normal"])
        return self

    def noise(self, per_cm: float, detail: float):
        """Fractal noise fixed to the person (attribute `rest`)."""
        node = self.node("ShaderNodeTexNoise")
        node.inputs["Scale"].default_value = per_cm
        node.inputs["Detail"].default_value = detail
        self.link(self.attribute("rest", "Vector"), node.inputs["Vector"])
        return node.outputs["Fac"]

    def sum(self, first, second, share: float):
        """first + share * second."""
        node = self.node("ShaderNodeMath")
        node.operation = "MULTIPLY_ADD"
        node.inputs[1].default_value = share
        self.link(second, node.inputs[0])
        self.link(first, node.inputs[2])
        return node.outputs[0]


def skin(options: dict) -> Material:
    """Pores and fine unevenness as bump; colour and gloss from the mesh; marked in the pass `skin`."""
    made = Material("skin", "ShaderNodeBsdfPrincipled")
    mark = made.node("ShaderNodeOutputAOV")
    mark.name = "skin"
    mark.inputs["Value"].default_value = 1.0
    made.set(
        Base_Color=made.attribute("colour"), Specular=made.attribute("specular", "Fac"), Roughness=made.attribute("roughness", "Fac"),
        Clearcoat=made.attribute("wet", "Fac"), Clearcoat_Roughness=0.12,
    )
    pores = made.sum(made.noise(9.0, 3.0), made.noise(2.6, 3.0), 0.8)
    return made.bump(pores, options["pores"], 0.05)


def eye(_: dict) -> Material:
    """A wet ball: colour from the mesh under a clear coat."""
    made = Material("eye", "ShaderNodeBsdfPrincipled")
    return made.set(
        Base_Color=made.attribute("colour"), Specular=0.35, Roughness=0.22, Clearcoat=1.0, Clearcoat_Roughness=0.015,
    )


def flesh(_: dict) -> Material:
    """Gums, tongue and teeth."""
    made = Material("flesh", "ShaderNodeBsdfPrincipled")
    return made.set(
        Base_Color=made.attribute("colour"), Specular=0.5, Roughness=made.attribute("roughness", "Fac"),
    )


def cloth(options: dict) -> Material:
    """Cloth with a sheen; its weave and knit come as the mesh's `height`."""
    made = Material("cloth", "ShaderNodeBsdfPrincipled")
    made.set(
        Base_Color=made.attribute("colour"), Roughness=made.attribute("roughness", "Fac"),
        Specular=made.attribute("specular", "Fac"), Sheen=options["sheen"], Sheen_Tint=0.6,
    )
    grain = made.sum(made.attribute("height", "Fac"), made.noise(7.0, 4.0), 0.35)
    return made.bump(grain, 0.6, 0.12)


def metal(_: dict) -> Material:
    """Spectacle frames and jewellery."""
    made = Material("metal", "ShaderNodeBsdfPrincipled")
    return made.set(
        Base_Color=made.attribute("colour"), Metallic=made.attribute("specular", "Fac"),
        Roughness=made.attribute("roughness", "Fac"), Clearcoat=0.3,
    )


def film(_: dict) -> Material:
    """What only mirrors, and lets light through: lenses, the tear line."""
    made = Material("film", "ShaderNodeMixShader")
    facing = made.node("ShaderNodeLayerWeight")  # not the Fresnel node, which takes a sheet's back for the inside of glass
    facing.inputs["Blend"].default_value = 0.2
    mirrored = made.node("ShaderNodeMath")
    mirrored.operation = "MULTIPLY_ADD"
    mirrored.inputs[1].default_value, mirrored.inputs[2].default_value = 0.4, 0.03
    clear, mirror = made.node("ShaderNodeBsdfTransparent"), made.node("ShaderNodeBsdfGlossy")
    mirror.inputs["Roughness"].default_value = 0.03
    made.link(facing.outputs["Facing"], mirrored.inputs[0])
    made.link(mirrored.outputs[0], made.shader.inputs[0])
    made.link(clear.outputs[0], made.shader.inputs[1])
    made.link(mirror.outputs[0], made.shader.inputs[2])
    return made


def veil(_: dict) -> Material:
    """Sheer cloth: denser where it is seen edge on."""
    made = Material("veil", "ShaderNodeMixShader")
    facing = made.node("ShaderNodeLayerWeight")
    facing.inputs["Blend"].default_value = 0.25
    dense = made.node("ShaderNodeMath")
    dense.operation = "MULTIPLY_ADD"
    dense.inputs[1].default_value, dense.inputs[2].default_value = 0.75, 0.22
    clear, woven = made.node("ShaderNodeBsdfTransparent"), made.node("ShaderNodeBsdfDiffuse")
    made.link(made.attribute("colour"), woven.inputs["Color"])
    made.link(facing.outputs["Facing"], dense.inputs[0])
    made.link(dense.outputs[0], made.shader.inputs[0])
    made.link(clear.outputs[0], made.shader.inputs[1])
    made.link(woven.outputs[0], made.shader.inputs[2])
    return made


def hair(options: dict) -> Material:
    """Strands by the colour that many of them scatter (Chiang et al., 2016)."""
    made = Material("hair", "ShaderNodeBsdfHairPrincipled")
    made.shader.parametrization = "COLOR"
    return made.set(
        Color=made.attribute("colour"), Roughness=options["hair_roughness"], Radial_Roughness=0.4, Coat=0.0,
        Random_Roughness=0.3, IOR=1.55,
    )


_MATERIALS = {"skin": skin, "eye": eye, "flesh": flesh, "cloth": cloth, "metal": metal, "film": film, "veil": veil}


def add_mesh(name: str, parts: dict[str, np.ndarray], material: Material, levels: int) -> None:
    """A mesh of quads and triangles with its attributes, smooth."""
    mesh = bpy.data.meshes.new(name)
    faces = parts.pop("faces")
    points = blender_axes(parts.pop("points"))
    corners = faces[faces >= 0]
    sizes = (faces >= 0).sum(1)
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", points.ravel())
    mesh.loops.add(len(corners))
    mesh.loops.foreach_set("vertex_index", corners.astype(np.int32))
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32))
    mesh.polygons.foreach_set("loop_total", sizes.astype(np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    _add_attributes(mesh, parts)
    mesh.update(calc_edges=True)
    mesh.validate()
    mesh.materials.append(material.data)
    shape = _link(name, mesh)
    if levels:
        finer = shape.modifiers.new("finer", "SUBSURF")
        finer.render_levels = levels


def _add_attributes(mesh, values: dict[str, np.ndarray]) -> None:
    for name, value in values.items():
        if name == "colour":
            rgba = np.concatenate([value, np.ones((len(value), 1))], 1).astype(np.float32)
            mesh.attributes.new(name, "FLOAT_COLOR", "POINT").data.foreach_set("color", rgba.ravel())
        elif value.ndim == 2:
            mesh.attributes.new(name, "FLOAT_VECTOR", "POINT").data.foreach_set("vector", value.astype(np.float32).ravel())
        else:
            mesh.attributes.new(name, "FLOAT", "POINT").data.foreach_set("value", value.astype(np.float32))


def add_strands(name: str, points: np.ndarray, radius: np.ndarray, colour: np.ndarray, material: Material) -> None:
    """Polylines (S, P, 3) as hair: drawn as edges, which geometry nodes turn to curves of `radius` (S, P)."""
    count, length = points.shape[:2]
    mesh = bpy.data.meshes.new(name + "-edges")
    mesh.vertices.add(count * length)
    mesh.vertices.foreach_set("co", blender_axes(points.reshape(-1, 3)).ravel())
    index = np.arange(count * length).reshape(count, length)
    edges = np.stack([index[:, :-1], index[:, 1:]], 2).reshape(-1, 2).astype(np.int32)
    mesh.edges.add(len(edges))
    mesh.edges.foreach_set("vertices", edges.ravel())
    _add_attributes(mesh, {"thickness": radius.ravel(), "colour": np.repeat(colour, length, axis=0)})
    source = _link(name + "-edges", mesh)
    source.hide_render = True

    tree = bpy.data.node_groups.new(name, "GeometryNodeTree")
    tree.outputs.new("NodeSocketGeometry", "Geometry")
    info = tree.nodes.new("GeometryNodeObjectInfo")
    info.inputs["Object"].default_value = source
    to_curve = tree.nodes.new("GeometryNodeMeshToCurve")
    read = tree.nodes.new("GeometryNodeInputNamedAttribute")
    read.data_type = "FLOAT"
    read.inputs["Name"].default_value = "thickness"
    thick = tree.nodes.new("GeometryNodeSetCurveRadius")
    paint = tree.nodes.new("GeometryNodeSetMaterial")
    paint.inputs["Material"].default_value = material.data
    out = tree.nodes.new("NodeGroupOutput")
    tree.links.new(info.outputs["Geometry"], to_curve.inputs["Mesh"])
    tree.links.new(to_curve.outputs["Curve"], thick.inputs["Curve"])
    tree.links.new(next(s for s in read.outputs if s.enabled), thick.inputs["Radius"])
    tree.links.new(thick.outputs["Curve"], paint.inputs["Geometry"])
    tree.links.new(paint.outputs["Geometry"], out.inputs[0])
    curves = bpy.data.hair_curves.new(name)
    curves.materials.append(material.data)
    grown = _link(name, curves)
    grown.modifiers.new("strands", "NODES").node_group = tree


def _link(name: str, data):
    made = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(made)
    return made


def _aim(thing, place, target) -> None:
    thing.location = Vector(blender_axes(np.array([place]))[0])
    toward = Vector(blender_axes(np.array([target]))[0]) - thing.location
    thing.rotation_euler = toward.to_track_quat("-Z", "Y").to_euler()


def add_light(light: dict) -> None:
    """A disc of light: `place`, `target`, `size` cm, `power` (watts, at centimetres), `colour`."""
    lamp = bpy.data.lights.new("light", "AREA")
    lamp.shape = "RECTANGLE" if "height" in light else "DISK"
    lamp.size, lamp.energy, lamp.color = light["size"], light["power"], light["colour"]
    if "height" in light:
        lamp.size_y = light["height"]
    stand = _link("light", lamp)
    stand.visible_camera = False
    _aim(stand, light["place"], light["target"])


def add_camera(camera: dict) -> None:
    """A lens of 85 mm; `side` is what the picture's side measures at `target`, `blur` its aperture in cm."""
    lens = bpy.data.cameras.new("camera")
    place, target = np.array(camera["place"], float), np.array(camera["target"], float)
    distance = float(np.linalg.norm(place - target))
    lens.lens = 85
    lens.sensor_width = 85 * camera["side"] / distance
    lens.clip_end = 1000
    lens.dof.use_dof = camera["aperture_cm"] > 0
    lens.dof.focus_distance = distance - camera["focus_ahead_cm"]
    lens.dof.aperture_fstop = 85 / 1000 / max(camera["aperture_cm"], 1e-6)  # one unit is a metre to the lens
    stand = _link("camera", lens)
    _aim(stand, place, target)
    bpy.context.scene.camera = stand


def add_sky(sky: list[float], ground: list[float]) -> None:
    """Light from everywhere: `sky` above, `ground` below, linear RGB."""
    world = bpy.data.worlds.new("world")
    bpy.context.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    place, split = tree.nodes.new("ShaderNodeTexCoord"), tree.nodes.new("ShaderNodeSeparateXYZ")
    height, blend = tree.nodes.new("ShaderNodeMapRange"), tree.nodes.new("ShaderNodeMixRGB")
    height.inputs["From Min"].default_value = -1
    blend.inputs["Color1"].default_value, blend.inputs["Color2"].default_value = (*ground, 1), (*sky, 1)
    tree.links.new(place.outputs["Generated"], split.inputs[0])
    tree.links.new(split.outputs["Z"], height.inputs["Value"])
    tree.links.new(height.outputs["Result"], blend.inputs["Fac"])
    tree.links.new(blend.outputs["Color"], tree.nodes["Background"].inputs["Color"])


def set_up(options: dict, folder: str) -> None:
    """The renderer's settings, and one file per pass."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x = scene.render.resolution_y = options["size"]
    scene.render.resolution_percentage = 100
    scene.render.film_transparent = True
    scene.render.threads_mode = "FIXED"
    scene.render.threads = options["threads"]
    scene.render.hair_type = "STRIP"
    cycles = scene.cycles
    cycles.samples, cycles.seed = options["samples"], options["seed"]
    cycles.use_adaptive_sampling, cycles.adaptive_threshold = True, options["noise"]
    cycles.adaptive_min_samples = 32
    cycles.use_denoising = False
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 8, 3, 2
    cycles.transmission_bounces, cycles.transparent_max_bounces = 6, 8
    cycles.sample_clamp_indirect, cycles.sample_clamp_direct = 3.0, 0.0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.filter_width = 1.3
    scene.view_settings.view_transform = "Raw"
    layer = scene.view_layers[0]
    layer.use_pass_z = layer.use_pass_diffuse_direct = layer.use_pass_diffuse_indirect = layer.use_pass_diffuse_color = True
    mark = layer.aovs.add()
    mark.name, mark.type = "skin", "VALUE"
    layer.cycles.denoising_store_passes = True
    scene.use_nodes = True
    tree = scene.node_tree
    layers = next(node for node in tree.nodes if node.type == "R_LAYERS")
    for name, output in _PASSES.items():
        file = tree.nodes.new("CompositorNodeOutputFile")
        file.base_path = folder
        file.file_slots[0].path = name
        file.format.file_format, file.format.color_depth, file.format.color_mode = "OPEN_EXR", "32", "RGBA"
        tree.links.new(layers.outputs[output], file.inputs[0])


def main() -> None:
    """Reads the scene, renders it, writes the passes."""
    source, target = sys.argv[sys.argv.index("--") + 1 :]
    packed = np.load(source)
    options = json.loads(str(packed["options"]))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    made = {name: make(options) for name, make in _MATERIALS.items()}
    for name, (material, levels) in options["meshes"].items():
        prefix = f"mesh/{name}/"
        parts = {key[len(prefix) :]: packed[key] for key in packed.files if key.startswith(prefix)}
        add_mesh(name, parts, made[material], levels)
    pigment = hair(options)
    for name in options["strands"]:
        points, radius, colour = (packed[f"strands/{name}/{key}"] for key in ("points", "radius", "colour"))
        add_strands(name, points, radius, colour, pigment)
    for light in options["lights"]:
        add_light(light)
    add_camera(options["camera"])
    add_sky(options["sky"], options["ground"])
    with tempfile.TemporaryDirectory() as folder:
        set_up(options, folder)
        bpy.ops.render.render()
        passes = {}
        for file in sorted(os.listdir(folder)):
            image = bpy.data.images.load(os.path.join(folder, file))
            image.colorspace_settings.name = "Raw"
            pixels = np.empty(image.size[0] * image.size[1] * 4, np.float32)
            image.pixels.foreach_get(pixels)
            name = file.removesuffix(".exr").rstrip("0123456789")
            passes[name] = pixels.reshape(image.size[1], image.size[0], 4)[::-1]
    channels = {"colour": slice(4), "depth": 0, "skin": 0}
    np.savez(target, **{name: image[..., channels.get(name, slice(3))] for name, image in passes.items()})


main()
