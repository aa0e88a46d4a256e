import { describe, expect, test } from 'vitest';
import { PackError } from './pack-error.ts';
import { checkManifest, formatManifest, isSettled, type PackManifest, parseManifest } from './pack-manifest.ts';
import { tinyManifest } from './testing/tiny-pack.ts';

const good = tinyManifest('tiny');

// biome-ignore lint/suspicious/noExplicitAny: manifests are broken here on purpose
type Loose = Record<string, any>;

/** What is said of a manifest after a change. */
function refusalOf(change: (manifest: Loose) => void): string {
  const manifest = structuredClone(good) as Loose;
  change(manifest);
  try {
    checkManifest(manifest, 'pack.json');
  } catch (error) {
    if (error instanceof PackError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

test('a manifest survives being written and read', () => {
  expect(parseManifest(formatManifest(good), 'pack.json')).toEqual(good);
  expect(isSettled(good)).toBe(false);
  const files = good.files.map(({ name }) => ({ name, bytes: 1, sha256: '0'.repeat(64) }));
  expect(isSettled({ ...good, files } as PackManifest)).toBe(true);
});

describe('a wrong manifest is refused, with the field and what it should be:', () => {
  test.each<[string, (manifest: Loose) => void, RegExp]>([
    ['a kind that there is not', (m) => (m.kind = 'magic'), /kind must be one of fomm, liveportrait/],
    ['no kind', (m) => delete m.kind, /kind must be one of/],
    ['a name that leads elsewhere', (m) => (m.name = '../../etc'), /name must be 1 to 64 of a–z/],
    ['the name of the built-in pack', (m) => (m.name = 'mesh'), /name is the name of the built-in pack/],
    ['no name', (m) => delete m.name, /name is missing/],
    ['a file outside its folder', (m) => (m.files[0].name = '../x.onnx'), /files\[0\]\.name must be a plain file name/],
    ['an absolute file', (m) => (m.files[0].name = '/etc/passwd'), /files\[0\]\.name must be a plain file name/],
    ['a hidden file', (m) => (m.files[0].name = '.ssh'), /files\[0\]\.name must be a plain file name/],
    ['a file with a null byte', (m) => (m.files[0].name = 'a\0.onnx'), /files\[0\]\.name must be a plain file name/],
    ['the manifest among its files', (m) => (m.files[0].name = 'Pack.JSON'), /files\[0\]\.name must not be pack\.json/],
    [
      'a file twice',
      (m) => m.files.push({ ...m.files[0], name: 'FRAME.onnx' }),
      /files\[3\]\.name names FRAME\.onnx a sec/,
    ],
    ['a hash that is none', (m) => (m.files[1].sha256 = 'abc'), /files\[1\]\.sha256 must be 64 lower-case hex digits/],
    ['a hash of another type', (m) => (m.files[1].sha256 = 5), /files\[1\]\.sha256 must be 64 hex digits, or null/],
    ['a size below one', (m) => (m.files[1].bytes = -5), /files\[1\]\.bytes must be at least 1/],
    ['a size beyond reason', (m) => (m.files[1].bytes = 2 ** 40), /files\[1\]\.bytes must be at most/],
    [
      'a graph of a file that is not listed',
      (m) => (m.graphs.frame.file = 'x.onnx'),
      /graphs\.frame\.file names x\.onnx/,
    ],
    [
      'a graph missing',
      (m) => delete m.graphs.source,
      /graphs\.source is missing; a pack of kind fomm needs keypoints/,
    ],
    ['a graph too many', (m) => (m.graphs.magic = m.graphs.frame), /graphs\.magic is not a graph of kind fomm/],
    [
      'an open size by another name',
      (m) => (m.graphs.frame.inputs[0].dims[0] = 'N'),
      /dims\[0\] must be a whole number/,
    ],
    [
      'an element type that there is not',
      (m) => (m.graphs.frame.inputs[0].type = 'double'),
      /type must be one of float32/,
    ],
    [
      'a licence that does not say',
      (m) => delete m.licence.nonCommercial,
      /licence\.nonCommercial is missing; it must be tr/,
    ],
    ['a licence without a notice', (m) => (m.licence.notice = ' '), /licence\.notice must be one or two sentences/],
    [
      'a terminal’s commands',
      (m) => {
        m.title = '\x1b[2Jmesh';
      },
      /title must hold no line breaks or other control/,
    ],
    [
      'a script for an address',
      (m) => (m.licence.url = 'javascript:alert(1)'),
      /licence\.url must be an http\(s\) address/,
    ],
    ['a file for an address', (m) => (m.source.url = 'file:///etc/passwd'), /source\.url must be an http\(s\) address/],
    ['weights that are neither', (m) => (m.weights = 'stolen'), /weights must be "trained", or "random"/],
    ['no options', (m) => delete m.options, /options is missing/],
    [
      'an option of another type',
      (m) => (m.options.alignCorners = 'yes'),
      /options\.alignCorners must be true or false/,
    ],
    [
      'an option that is not known',
      (m) => (m.options.aligncorners = true),
      /options has a field that is not known: aligncor/,
    ],
    [
      'a field that is not known',
      (m) => (m.postinstall = 'rm -rf'),
      /the manifest has a field that is not known: postinst/,
    ],
    [
      'another version of the format',
      (m) => (m.formatVersion = 2),
      /formatVersion must be 1; another version needs another/,
    ],
  ])('%s', (_, change, message) => expect(refusalOf(change)).toMatch(message));

  test.each(['', '{', '[]', 'null', '5', '"pack"'])('%j instead of a manifest', (json) => {
    expect(() => parseManifest(json, 'pack.json')).toThrow(/pack\.json is not (valid JSON|a pack manifest)/);
  });
});

test('a field named __proto__ changes nothing', () => {
  const json = JSON.stringify(good).replace('"graphs":{', '"graphs":{"__proto__":{"polluted":true},');
  expect(({} as Loose).polluted).toBeUndefined();
  expect(Object.keys(parseManifest(json, 'pack.json').graphs)).toEqual(['keypoints', 'source', 'frame']);
});

test('no more than a handful of problems is told', () => {
  const message = refusalOf((m) => {
    m.files = Array.from({ length: 40 }, () => ({ name: '..', bytes: 0, sha256: 'x' }));
  });
  expect(message).toMatch(/and \d+ more$/);
  expect(message.length).toBeLessThan(2000);
});
