import { BATCH, type ConversionSpec } from './tfjs-to-onnx.ts';

/**
 * The graphs of `@vladmandic/human` (MIT) that Effigy runs: three that it tracks faces with, Google MediaPipe's
 * (Apache-2.0), and one that tells people apart, for measuring alone, HSE FaceRes (Savchenko, PeerJ CS 5:e197, 2019).
 */
export const humanVersion = '3.3.6';

export const faceModelNames = ['blazeface', 'facemesh', 'iris', 'faceres'] as const;
export type FaceModelName = (typeof faceModelNames)[number];

export interface FaceModelSpec extends ConversionSpec {
  readonly name: FaceModelName;
  /** SHA-256 of the two source files in `@vladmandic/human` {@link humanVersion}. */
  readonly sha256: { readonly json: string; readonly bin: string };
}

export const faceModelSpecs: Readonly<Record<FaceModelName, FaceModelSpec>> = {
  /**
   * BlazeFace for rear cameras. Input: 1×3×256×256 RGB in −1..1. Outputs: logits and boxes (box centre, size, six
   * keypoints: pixels relative to the anchor) of 512 anchors on a 16×16 grid of stride 16, 2 each, and 384 on an
   * 8×8 grid of stride 32, 6 each.
   */
  blazeface: {
    name: 'blazeface',
    sha256: {
      json: 'cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f',
      bin: 'dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72',
    },
    input: { node: 'input', name: 'image' },
    outputs: [
      { node: 'Identity', name: 'fineLogits', shape: [1, 512, 1] },
      { node: 'Identity_1', name: 'coarseLogits', shape: [1, 384, 1] },
      { node: 'Identity_2', name: 'fineBoxes', shape: [1, 512, 16] },
      { node: 'Identity_3', name: 'coarseBoxes', shape: [1, 384, 16] },
    ],
  },
  /**
   * FaceMesh. Input: N×3×192×192 RGB in 0..1. Outputs: 468 points (x, y in pixels of the input, z in the same scale)
   * and whether there is a face, 0..1.
   */
  facemesh: {
    name: 'facemesh',
    sha256: {
      json: 'b60ca26f404724f43bd2b1575761d8265180e1f053cc0731caa68462927309e7',
      bin: '3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b',
    },
    input: { node: 'input_1', name: 'image' },
    outputs: [
      { node: 'Identity_2', name: 'points', shape: [BATCH, 1404] },
      { node: 'Identity_1', name: 'presence', shape: [BATCH, 1] },
    ],
  },
  /**
   * Iris. Input: N×3×64×64 RGB in 0..1, a right eye (left in the picture); the other eye mirrored. Output: 71 points
   * of the eye's contours and brow, then 5 of the iris (x, y in pixels of the input, z in the same scale).
   */
  iris: {
    name: 'iris',
    sha256: {
      json: '49038ac9dcc09aa05474d91d98e9db5b47af4830929bcf102ed5a56bfbabb465',
      bin: 'd7f296d184274213d4642681ae186112cbbec77fd2ab066257d3c56a1940bc71',
    },
    input: { node: 'input_1', name: 'image' },
    outputs: [{ node: 'Identity', name: 'points', shape: [BATCH, 228, 1, 1] }],
  },
  /**
   * FaceRes. Input: N×3×224×224 RGB in 0..255, the face upright. Output: 1024 features, none negative, whose
   * directions are alike for pictures of one person.
   */
  faceres: {
    name: 'faceres',
    sha256: {
      json: '5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df',
      bin: '2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b',
    },
    input: { node: 'input_1', name: 'image' },
    outputs: [{ node: 'global_pooling/Mean', name: 'features', shape: [BATCH, 1024] }],
  },
};
