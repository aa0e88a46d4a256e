import { setPriority } from 'node:os';
import { FaceModels } from '../face/face-models.ts';
import { cutPortrait } from '../matting/cut-portrait.ts';
import type { DarkroomToHouse, HouseToDarkroom } from './darkroom-protocol.ts';
import { developPicture } from './develop-portrait.ts';
import { PictureError } from './picture-error.ts';

/**
 * The darkroom's process: reads pictures, one at a time, and knows nothing of sessions. It ends with its house, and
 * whenever the house is tired of waiting for it.
 */
/** Studios come first: a picture may take longer, a frame may not. */
const NICENESS = 12;

setPriority(NICENESS);
const send = (message: DarkroomToHouse) => process.send?.(message);
const models = FaceModels.load();
models.then(
  () => send({ type: 'ready' }),
  (error) => {
    console.error(`the face models cannot be loaded: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  },
);

let last: Promise<void> = Promise.resolve();
process.on('message', (message) => {
  last = last.then(() => work(message as HouseToDarkroom));
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches every process of a terminal; the house decides when this one ends.
process.on('SIGINT', () => {});

async function work(task: HouseToDarkroom): Promise<void> {
  const { jobId } = task;
  try {
    if (task.type === 'cut') {
      const { still, landmarks, others } = task.face;
      send({ type: 'cut', jobId, cut: cutPortrait(still, landmarks, others) });
    } else {
      send({ type: 'developed', jobId, picture: await developPicture(await models, task.bytes, task.options) });
    }
  } catch (error) {
    if (error instanceof PictureError) send({ type: 'refused', jobId, code: error.code, message: error.message });
    else
      send({ type: 'failed', jobId, message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
