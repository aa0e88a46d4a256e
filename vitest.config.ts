import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

const testFiles = (kind: string) => `{server,client,shared,models,loadtest}/**/*${kind}.{ts,mjs}`;
const endToEnd = testFiles('.e2e.test');

export default defineConfig({
  test: {
    environment: 'node',
    // Two already keep a small machine busy: the tests run real workers, codecs and models.
    maxWorkers: Math.min(2, availableParallelism()),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [testFiles('.test')],
          exclude: [...configDefaults.exclude, endToEnd],
          testTimeout: 20_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // A real server, a real browser and real time: alone on the machine, one file after the other, and last.
        extends: true,
        test: {
          name: 'e2e',
          include: [endToEnd],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
