import { type ExpectedGraph, floats } from './expected-graph.ts';
import { PackError } from './pack-error.ts';
import type { Licence, PackKind, PackManifest } from './pack-manifest.ts';

/** A file that can be downloaded. */
export interface CatalogueFile {
  readonly name: string;
  readonly url: string;
  /** Of the published file; null where we do not know it for sure: then it is recorded at the first install. */
  readonly bytes: number | null;
  readonly sha256: string | null;
  /** For the free-space check and the progress bar. */
  readonly approximateBytes: number;
}

/** A pack that people can get, and how. */
export interface CatalogueEntry {
  readonly name: string;
  readonly kind: PackKind;
  readonly title: string;
  readonly version: string;
  readonly licence: Licence;
  readonly source: PackManifest['source'];
  readonly options: PackManifest['options'];
  /** Graphs of the published files; empty where only the converter knows them. */
  readonly graphs: Readonly<Record<string, ExpectedGraph>>;
  /** Empty where nobody publishes ONNX files. */
  readonly files: readonly CatalogueFile[];
  /** How to get the pack where it cannot be downloaded, one step a line. */
  readonly byHand: readonly string[];
}

const FASTER_LIVE_PORTRAIT = 'https://huggingface.co/warmshao/FasterLivePortrait/resolve/main/liveportrait_onnx/';

const fomm: CatalogueEntry = {
  name: 'fomm',
  kind: 'fomm',
  title: 'First Order Motion Model',
  version: '1',
  licence: {
    // LICENSE.md of the repository: this until June 2023, MIT since; neither names the weights.
    name: 'Creative Commons Attribution-NonCommercial 4.0 International',
    url: 'https://creativecommons.org/licenses/by-nc/4.0/legalcode',
    nonCommercial: true,
    notice:
      'The public weights of First Order Motion Model were released for non-commercial use only; name their authors ' +
      'when you use them. (The authors’ code is under the MIT licence since 2023.)',
  },
  source: {
    url: 'https://github.com/AliaksandrSiarohin/first-order-model',
    author: 'Aliaksandr Siarohin and others',
    paper: 'https://arxiv.org/abs/2003.00196',
  },
  options: { imageSizePx: 256, keypointCount: 10, alignCorners: false, config: 'vox-256' },
  graphs: {},
  files: [],
  byHand: [
    'Nobody publishes these weights as ONNX files, and the official ones lie behind pages for browsers.',
    '1. Download vox-cpk.pth.tar or vox-adv-cpk.pth.tar from one of the links of its README ("Pre-trained checkpoint"):',
    '   https://github.com/AliaksandrSiarohin/first-order-model#pre-trained-checkpoint',
    '2. npm run packs -- import fomm vox-adv-cpk.pth.tar',
    '   It converts the checkpoint on this machine (Python with torch and onnx; it says how to install them).',
  ],
};

/**
 * Facts about FasterLivePortrait's files. Names and use: its repository. Sizes and hashes, where given: the same in at
 * least two independent public projects that download and check these files; `landmark.onnx` also on the page of
 * KwaiVGI/LivePortrait. The others are recorded at the first install.
 */
const livePortrait: CatalogueEntry = {
  name: 'liveportrait',
  kind: 'liveportrait',
  title: 'LivePortrait (FasterLivePortrait’s ONNX files)',
  version: '1',
  licence: {
    name: 'MIT',
    url: 'https://github.com/KwaiVGI/LivePortrait/blob/main/LICENSE',
    nonCommercial: false,
    notice:
      'LivePortrait’s code and weights are under the MIT licence (Kuaishou). Its own programs also use face detectors ' +
      'of InsightFace, which are for non-commercial research only; Effigy neither downloads nor uses those. The files ' +
      'come from the converted ones of FasterLivePortrait, whose authors refer to the licences of the originals.',
  },
  source: {
    url: 'https://huggingface.co/warmshao/FasterLivePortrait',
    author: 'Kuaishou (LivePortrait), warmshao (ONNX files)',
    paper: 'https://arxiv.org/abs/2407.03168',
  },
  options: { imageSizePx: 256, outputSizePx: 512, landmarkSizePx: 224, keypointCount: 21, volumeSampling: '5d' },
  graphs: {
    appearance: {
      file: 'appearance_feature_extractor.onnx',
      inputs: [floats('img', 1, 3, 256, 256)],
      outputs: [floats('output', 1, 32, 16, 64, 64)],
    },
    motion: {
      file: 'motion_extractor.onnx',
      inputs: [floats('img', 1, 3, 256, 256)],
      outputs: [
        floats('pitch', 1, 66),
        floats('yaw', 1, 66),
        floats('roll', 1, 66),
        floats('t', 1, 3),
        floats('exp', 1, 63),
        floats('scale', 1, 1),
        floats('kp', 1, 63),
      ],
    },
    warping: {
      file: 'warping_spade.onnx',
      inputs: [floats('feature_3d', 1, 32, 16, 64, 64), floats('kp_driving', 1, 21, 3), floats('kp_source', 1, 21, 3)],
      outputs: [floats('out', 1, 3, 512, 512)],
    },
    stitching: { file: 'stitching.onnx', inputs: [floats('input', 1, 126)], outputs: [floats('output', 1, 65)] },
    eyeRetargeting: {
      file: 'stitching_eye.onnx',
      inputs: [floats('input', 1, 66)],
      outputs: [floats('output', 1, 63)],
    },
    lipRetargeting: {
      file: 'stitching_lip.onnx',
      inputs: [floats('input', 1, 65)],
      outputs: [floats('output', 1, 63)],
    },
    // Two coarser sets of points come first; 203 points × (x, y) are the third.
    landmarks: { file: 'landmark.onnx', inputs: [floats('input', 1, 3, 224, 224)], outputs: [floats(2, 1, 406)] },
  },
  files: [
    published('appearance_feature_extractor.onnx', 3_355_896, {
      sha256: 'd070afccca7f528ffb0ef5052b21588b42225a996661833f7bdede562d1ab921',
    }),
    published('motion_extractor.onnx', 112_648_514, {
      sha256: '219a46174297b2b411bb3c5dce48d3a8c8e07a9d82120a0da21f49f58b67fca6',
    }),
    published('warping_spade.onnx', 421_233_096, {
      sha256: 'b0e7a566db8fba690c23523bcd2faa4f0d13f05418db84a779397a851062ad69',
    }),
    published('stitching.onnx', 182_363),
    published('stitching_eye.onnx', 580_926),
    published('stitching_lip.onnx', 150_609),
    published('landmark.onnx', 114_666_491, {
      sha256: '31d22a5041326c31f19b78886939a634a5aedcaa5ab8b9b951a1167595d147db',
    }),
  ],
  byHand: [
    'Whoever has FasterLivePortrait already has the files (checkpoints/liveportrait_onnx):',
    '  npm run packs -- import liveportrait checkpoints/liveportrait_onnx/*.onnx',
    'Whoever has them not gets them with:',
    '  npm run packs -- install liveportrait',
  ],
};

/** A file of FasterLivePortrait. A hash makes the size binding, too. */
function published(name: string, bytes: number, { sha256 = null }: { sha256?: string | null } = {}): CatalogueFile {
  const url = new URL(name, FASTER_LIVE_PORTRAIT).href;
  return { name, url, bytes: sha256 === null ? null : bytes, sha256, approximateBytes: bytes };
}

/** Packs that can be had, by name. */
export const catalogue: readonly CatalogueEntry[] = [fomm, livePortrait];

/** @throws PackError `unknown-pack`, naming those that there are */
export function catalogueEntry(name: string, entries: readonly CatalogueEntry[] = catalogue): CatalogueEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = entries.map((candidate) => candidate.name).join(', ');
  throw new PackError('unknown-pack', `there is no pack "${name}" to be had; there are ${names}`);
}
