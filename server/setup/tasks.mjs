/**
 * @typedef {'worker' | 'onnxruntime' | 'chromium' | 'face-models' | 'raster-kernel' | 'client' | 'vulkan'} Need
 * @typedef {object} Task
 * @property {Need[]} needs besides Node 24 and the npm packages, which all of them need
 * @property {string[][]} commands argument lists for Node 24, run one after the other while they succeed
 * @property {boolean} [examines] it tells what is missing, so it runs without it
 * @property {boolean} [argumentsSelect] its arguments select a part of it, which may not need everything
 */

/** What `npm start`, `npm test` and the others are. The arguments of the caller go to the last command. @type {Record<string, Task>} */
export const tasks = {
  start: {
    needs: ['worker', 'onnxruntime', 'face-models', 'raster-kernel', 'client'],
    commands: [['server/house/main.ts']],
  },
  test: {
    needs: ['worker', 'onnxruntime', 'face-models', 'raster-kernel', 'client', 'chromium', 'vulkan'],
    commands: [['node_modules/vitest/vitest.mjs', 'run']],
    argumentsSelect: true,
  },
  animate: {
    needs: ['onnxruntime', 'face-models', 'raster-kernel'],
    commands: [['server/cli/animate.ts']],
  },
  bench: {
    needs: ['worker', 'onnxruntime', 'face-models', 'raster-kernel'],
    commands: [['server/cli/bench.ts']],
  },
  'bench:quality': {
    needs: ['onnxruntime', 'face-models', 'raster-kernel'],
    commands: [['server/cli/bench-quality.ts']],
  },
  packs: {
    needs: [],
    commands: [['server/cli/packs.ts']],
  },
  doctor: {
    needs: ['worker', 'onnxruntime', 'face-models', 'raster-kernel'],
    commands: [['server/cli/doctor.ts']],
    examines: true,
  },
  check: {
    needs: [],
    commands: [
      ['node_modules/typescript/bin/tsc', '--noEmit'],
      ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'server/setup'],
      ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'server/packs/mesh/raster/kernel'],
      ['node_modules/@biomejs/biome/bin/biome', 'check'],
    ],
  },
};
