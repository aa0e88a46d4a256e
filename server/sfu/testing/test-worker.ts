import { createServer } from 'node:net';
import { SfuWorker } from '../sfu-worker.ts';

/** A port of loopback that nobody uses, TCP and, as far as one can tell, UDP. */
export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** A real mediasoup worker on loopback: the one that the bootstrap provided. */
export async function startTestWorker(port?: number): Promise<SfuWorker> {
  return SfuWorker.start({
    workerBin: process.env.EFFIGY_MEDIASOUP_WORKER || undefined,
    listenIps: ['127.0.0.1'],
    announcedAddress: '',
    port: port ?? (await freePort()),
  });
}
