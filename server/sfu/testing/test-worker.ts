import { SfuWorker } from '../sfu-worker.ts';
import { freePort } from './free-port.ts';

/** A real mediasoup worker on loopback: the one that the bootstrap provided. */
export async function startTestWorker(port?: number): Promise<SfuWorker> {
  return SfuWorker.start({
    workerBin: process.env.EFFIGY_MEDIASOUP_WORKER || undefined,
    listenIps: ['127.0.0.1'],
    announcedAddress: '',
    port: port ?? (await freePort()),
  });
}
