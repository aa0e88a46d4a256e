import { parentPort } from 'node:worker_threads';
import { FaceModels } from '../face/face-models.ts';
import { FaceTracker } from '../face/face-tracker.ts';
import { ObservingTracker } from '../occlusion/observing-tracker.ts';
import type { FromTrackingThread, ToTrackingThread } from './tracking-thread-protocol.ts';

/** The program of a tracking thread: the face models, and a tracker for each of its performers. */

if (!parentPort) throw new Error('a tracking thread is started by TrackingThreads');
const port = parentPort;
const tell = (message: FromTrackingThread) => port.postMessage(message);

const models = await FaceModels.load();
const trackers = new Map<number, ObservingTracker>();
tell({ type: 'ready' });

port.on('message', async (message: ToTrackingThread) => {
  const { tracker } = message;
  if (message.type === 'forget') {
    trackers.delete(tracker);
    return;
  }
  const { width, height, picture } = message;
  const known = trackers.get(tracker) ?? new ObservingTracker(new FaceTracker(models));
  trackers.set(tracker, known);
  try {
    const face = await known.track({ width, height, data: new Uint8Array(picture, 0, width * height * 4) });
    tell({ type: 'tracked', tracker, face });
  } catch (error) {
    tell({ type: 'failed', tracker, message: error instanceof Error ? error.message : String(error) });
  }
});
