import { freemem, totalmem } from 'node:os';
import { type Check, failed, note, ok } from './check.ts';

const MIN_NODE_MAJOR = 24;
const GIB = 2 ** 30;
/** A house, a darkroom, and one studio with its models. */
const MIN_MEMORY_GIB = 2;
/** Besides the house, so much for each studio. */
const STUDIO_GIB = 0.5;

export function nodeCheck(version = process.versions.node): Check {
  return {
    name: 'Node',
    look: async () => {
      const [major] = version.split('.').map(Number);
      if (major >= MIN_NODE_MAJOR) return ok(version);
      return failed(version, `Node ${MIN_NODE_MAJOR} or newer is needed; npm start fetches it by itself`);
    },
  };
}

/** @param studios how many the settings ask for */
export function memoryCheck(studios: number, total = totalmem(), free = freemem()): Check {
  return {
    name: 'Memory',
    look: async () => {
      const found = `${(total / GIB).toFixed(1)} GiB, ${(free / GIB).toFixed(1)} GiB of it free`;
      if (total < MIN_MEMORY_GIB * GIB) return failed(found, `${MIN_MEMORY_GIB} GiB at least are needed`);
      const wanted = MIN_MEMORY_GIB + studios * STUDIO_GIB;
      if (total >= wanted * GIB) return ok(found);
      return note(found, `${studios} studios like ${wanted.toFixed(0)} GiB: take fewer with --studios`);
    },
  };
}
