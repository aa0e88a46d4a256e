import type { Config } from '../../config/config.ts';
import { describeRefusals } from '../../inference/execution-providers.ts';
import { type Check, failed, note, ok, oneLine } from './check.ts';

const TEST_SIDE_PX = 64;
const TEST_BITRATE_BPS = 300_000;

/** What Effigy itself is made of. Native parts are loaded by each check alone: one that is broken fails there. */
export function effigyChecks(config: Config, packEnvironment: NodeJS.ProcessEnv): Check[] {
  return [
    { name: 'Page port', look: () => lookAtPort(config) },
    { name: 'mediasoup worker', look: () => lookAtWorker(config) },
    { name: 'Codecs', look: lookAtCodecs },
    { name: 'Face models', look: () => lookAtFaceModels(config) },
    { name: 'Packs', look: () => lookAtPacks(config) },
    { name: `Pack ${config.pack}`, look: () => lookAtChosenPack(config, packEnvironment) },
  ];
}

async function lookAtPort({ host, port }: Config) {
  const { listen, ListenError } = await import('../../house/http/listeners.ts');
  try {
    const servers = await listen(host, port, null, (_, response) => response.end());
    for (const server of servers) server.close();
    return ok(`${host}:${port} is free`);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    return failed(oneLine(error), 'end the other program (it may be Effigy itself), or choose another --port');
  }
}

/** Starts the real program with its first media port. */
async function lookAtWorker(config: Config) {
  const { SfuWorker } = await import('../../sfu/sfu-worker.ts');
  const { SfuError } = await import('../../sfu/sfu-error.ts');
  try {
    const worker = await SfuWorker.start({
      workerBin: config.mediasoupWorker || undefined,
      listenIps: config.rtcListenIps,
      announcedAddress: config.rtcAnnouncedAddress,
      port: config.rtcBasePort,
    });
    worker.close();
    return ok(`starts; media port ${config.rtcBasePort} (UDP and TCP) is free`);
  } catch (error) {
    const advice =
      error instanceof SfuError
        ? 'choose another --rtc-base-port, or --rtc-listen-ips that this machine has'
        : 'npm start fetches or builds the program; --mediasoup-worker names one of your own';
    return failed(oneLine(error), advice);
  }
}

/** A picture there and back. */
async function lookAtCodecs() {
  const { VideoEncoder } = await import('../../studio/codec/video-encoder.ts');
  const { VideoDecoder } = await import('../../studio/codec/video-decoder.ts');
  const { createRgbaImage } = await import('../../imaging/rgba-image.ts');
  const broken: string[] = [];
  const codecs = ['VP8', 'H264'] as const;
  for (const codec of codecs) {
    try {
      const size = { width: TEST_SIDE_PX, height: TEST_SIDE_PX };
      const encoder = await VideoEncoder.open({ codec, ...size, bitrateBps: TEST_BITRATE_BPS });
      const decoder = await VideoDecoder.open(codec);
      const { data } = encoder.encode(createRgbaImage(TEST_SIDE_PX, TEST_SIDE_PX), { keyframe: true, intervalMs: 40 });
      const decoded = decoder.decode(Buffer.from(data), 0);
      if (!decoded.ok) throw new Error(decoded.message);
      encoder.close();
      decoder.close();
    } catch (error) {
      broken.push(`${codec}: ${oneLine(error)}`);
    }
  }
  if (broken.length === 0) return ok(codecs.join(' and '));
  return failed(broken.join('; '), 'node-av brings them: remove node_modules and run npm start again');
}

async function lookAtFaceModels({ modelsDir }: Config) {
  const { FaceModels } = await import('../../face/face-models.ts');
  try {
    const models = await FaceModels.load({ modelsDir });
    await models.close();
    return ok(modelsDir);
  } catch (error) {
    return failed(oneLine(error), `delete ${modelsDir} and run npm start: it makes them again`);
  }
}

async function lookAtPacks({ packsDir }: Config) {
  const { PackStore } = await import('../../packs/store/pack-store.ts');
  const listings = await new PackStore(packsDir).list();
  const names = listings.flatMap(({ name, problem }) => (problem ? [] : [name]));
  const broken = listings.flatMap(({ name, problem }) => (problem ? [`${name}: ${problem.message}`] : []));
  if (broken.length > 0) return note(broken.join('; '), 'npm run packs -- verify, remove or install');
  return ok(names.length > 0 ? names.join(', ') : 'none installed; mesh is built in');
}

/** Loads what sessions would be animated with, as a studio does. */
async function lookAtChosenPack({ pack }: Config, environment: NodeJS.ProcessEnv) {
  const { openLiveModel } = await import('../../studio/live-model.ts');
  try {
    const live = await openLiveModel({ onLost: () => {} }, environment);
    const { executionProvider, refusedProviders = [] } = live.info;
    await live.close();
    if (refusedProviders.length === 0) return ok(`runs on ${executionProvider}`);
    const better = refusedProviders as Parameters<typeof describeRefusals>[0];
    return note(`runs on ${executionProvider}`, `faster ones cannot be used: ${describeRefusals(better)}`);
  } catch (error) {
    return failed(oneLine(error), pack === 'mesh' ? undefined : '--pack mesh runs everywhere');
  }
}
