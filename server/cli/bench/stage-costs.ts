import { DEFAULT_SETTINGS } from '../../../shared/settings.ts';
import type { FaceModels } from '../../face/face-models.ts';
import type { MotionModel } from '../../packs/motion-model.ts';
import { createPerformerFactory } from '../../studio/performer-factory.ts';
import { RtpPacketizer } from '../../studio/rtp/rtp-packetizer.ts';
import { CameraReceiver } from '../../studio/session/camera-receiver.ts';
import { CaptureClock } from '../../studio/session/capture-clock.ts';
import { OutputSender } from '../../studio/session/output-sender.ts';
import type { PreparedPortrait } from '../../studio/studio-protocol.ts';
import { CommandError } from '../command-error.ts';
import { CAMERA_FPS, type CameraFrames, FRAME_MS, FRAME_TICKS } from './camera-frames.ts';

/** Processor time of each stage for one frame, milliseconds, of the whole process: helper threads are in it. */
export interface StageCosts {
  /** RTP packets → coded frame → RGBA picture. */
  decode: number;
  track: number;
  motion: number;
  animate: number;
  mark: number;
  /** Picture → coded frame → RTP packets. */
  encode: number;
  /** The stages together. */
  total: number;
}

/** Until the just-in-time compiler is done; a short measurement does not wait for it. */
const WARM_UP_FRAMES = 75;
const CAMERA = { codec: 'VP8', payloadType: 96, ssrc: 1 } as const;
const OUTPUT = { codec: 'VP8', payloadType: 96, ssrc: 2, cname: 'bench' } as const;
const OUTPUT_BITRATE_BPS = 1_500_000;

/** One session's parts, wired as in a studio, but driven frame by frame without a socket or a wait in between. */
export async function measureStageCosts(
  models: FaceModels,
  model: MotionModel,
  portrait: PreparedPortrait,
  camera: CameraFrames,
  frameCount: number,
): Promise<StageCosts> {
  const failures: unknown[] = [];
  const createPerformer = createPerformerFactory(models, model, {
    onStageError: (_stage, error) => failures.push(error),
  });
  const performer = await createPerformer(portrait, DEFAULT_SETTINGS);
  const receiver = await CameraReceiver.open(CAMERA, new CaptureClock(0), CAMERA_FPS * 2);
  const sender = new OutputSender(OUTPUT, OUTPUT_BITRATE_BPS, () => {});
  const packetizer = new RtpPacketizer(CAMERA);
  const costs: StageCosts = { decode: 0, track: 0, motion: 0, animate: 0, mark: 0, encode: 0, total: 0 };
  let live = 0;

  const runFrame = async (index: number): Promise<void> => {
    const timeMs = index * FRAME_MS;
    const timestamp = index * FRAME_TICKS;
    const packets = packetizer.packetize(camera.frames[index % camera.frames.length].data, timestamp);
    const frameStartMs = cpuMs();
    const decodeStartMs = cpuMs();
    for (const packet of packets) receiver.receive(packet, timeMs);
    const frame = receiver.take();
    costs.decode += cpuMs() - decodeStartMs;
    if (!frame) throw new Error('a camera frame was not decoded');

    const { image, times, state } = await performer.perform(frame.image, frame.captureMs);
    if (failures.length > 0) throw failures[0];
    for (const stage of ['track', 'motion', 'animate', 'mark'] as const) costs[stage] += times[stage];
    if (state === 'live') live++;

    const encodeStartMs = cpuMs();
    await sender.send(image, timestamp, timeMs);
    costs.encode += cpuMs() - encodeStartMs;
    costs.total += cpuMs() - frameStartMs;
  };

  try {
    const warmUpFrames = Math.min(WARM_UP_FRAMES, frameCount);
    for (let index = 0; index < warmUpFrames; index++) await runFrame(index);
    live = 0;
    for (const stage of Object.keys(costs) as (keyof StageCosts)[]) costs[stage] = 0;
    for (let index = 0; index < frameCount; index++) await runFrame(warmUpFrames + index);
  } finally {
    performer.close();
    receiver.close();
    sender.close();
  }
  if (live < frameCount / 2) throw new CommandError('there is a face in less than half of the driving frames');
  for (const stage of Object.keys(costs) as (keyof StageCosts)[]) costs[stage] /= frameCount;
  return costs;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
