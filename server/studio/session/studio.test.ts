import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../shared/settings.ts';
import type { RgbaImage } from '../../imaging/rgba-image.ts';
import type { RtcpEvent } from '../rtp/rtcp.ts';
import { timestampDistance } from '../rtp/sequence-numbers.ts';
import type { ViewedFrame } from '../testing/camera-and-viewer.ts';
import { CameraAndViewer, pause } from '../testing/camera-and-viewer.ts';
import { middleColor, solidPicture } from '../testing/moving-picture.ts';
import { IDLE_COLOR, landmarksAt, PORTRAIT_COLOR, portraitOf } from '../testing/scripted-performer.ts';
import { StudioUnderTest } from '../testing/studio-under-test.ts';

let under: StudioUnderTest;
beforeEach(() => {
  under = new StudioUnderTest();
});
afterEach(() => under.close());

function isColor(image: RgbaImage | null, color: readonly [number, number, number]): boolean {
  return image !== null && middleColor(image).every((value, channel) => Math.abs(value - color[channel]!) < 12);
}
const isDriven = ({ image }: ViewedFrame): boolean => isColor(image, PORTRAIT_COLOR);
const isIdle = ({ image }: ViewedFrame): boolean => isColor(image, IDLE_COLOR);
const areIncreasing = (frames: readonly ViewedFrame[]): boolean =>
  frames.every(({ timestamp }, i) => i === 0 || timestampDistance(frames[i - 1]!.timestamp, timestamp) > 0);

/** Drives until a frame fits, of those received from index `from` on. */
async function driveUntil(
  peer: CameraAndViewer,
  fits: (frame: ViewedFrame) => boolean,
  from = 0,
): Promise<ViewedFrame> {
  for (;;) {
    const found = peer.frames.slice(from).find(fits);
    if (found) return found;
    await peer.drive();
  }
}

async function driveForSenderReport(peer: CameraAndViewer): Promise<Extract<RtcpEvent, { type: 'senderReport' }>> {
  for (;;) {
    await peer.drive();
    const report = peer.rtcp.find((event) => event.type === 'senderReport');
    if (report) return report;
  }
}

describe.each(['VP8', 'H264'] as const)('a session in %s', (codec) => {
  it('answers each driving frame with an animated one of the same timestamp', async () => {
    const peer = await under.start('a', codec);
    for (let i = 0; i < 15; i += 1) await peer.drive();
    const driven = peer.frames.filter(isDriven);
    expect(driven.length).toBeGreaterThanOrEqual(15);
    expect(driven.every(({ timestamp }) => peer.sentTimestamps.includes(timestamp))).toBe(true);
    expect(areIncreasing(peer.frames)).toBe(true);
    expect(peer.frames[0]?.image?.width).toBe(128);
    expect(peer.frames.map(({ keyframe }) => keyframe)).toEqual(peer.frames.map((_, index) => index === 0));
    expect([...under.performers[0]!.sizesSeen]).toEqual(['320x320']);
  });

  it('demands a keyframe after loss, and goes on with it', async () => {
    const peer = await under.start('a', codec);
    await peer.drive();
    const toldBefore = under.told.length;
    const lost = peer.sendFrame({ keyframe: true, lose: (index) => index === 1 });
    await peer.sendFrames(6);
    await under.nextTold('session.keyframeNeeded', () => true, toldBefore);
    const unusable = peer.sentTimestamps.slice(peer.sentTimestamps.indexOf(lost));
    await peer.drive({ keyframe: true });
    expect(peer.frames.filter(({ timestamp }) => unusable.includes(timestamp)).filter(isDriven)).toEqual([]);
    const stats = await under.nextTold('session.stats', ({ droppedFrames }) => droppedFrames > 0, toldBefore);
    expect(stats.droppedFrames).toBeGreaterThan(0);
  });

  it('sends a keyframe when a viewer or the house asks', async () => {
    const peer = await under.start('a', codec);
    await peer.drive();
    peer.sendPictureLossIndication();
    const first = await driveUntil(peer, ({ keyframe }) => keyframe, 1);
    await under.studio.receive({ type: 'session.keyframe', sessionId: 'a' });
    await driveUntil(peer, ({ keyframe }) => keyframe, peer.frames.indexOf(first) + 1);
  });

  it('sends smaller frames when the network carries less', async () => {
    const peer = await under.start('a', codec, { portrait: portraitOf('large', 256) });
    under.performers[0]!.drawTexture();
    const meanBytes = async (): Promise<number> => {
      await peer.sendFrames(20);
      const from = peer.frames.length;
      await peer.sendFrames(15);
      const bytes = peer.frames.slice(from).map((frame) => frame.bytes);
      return bytes.reduce((sum, each) => sum + each, 0) / bytes.length;
    };
    // So far apart that it shows at any frame rate that a busy machine leaves.
    await under.studio.receive({ type: 'session.bitrate', sessionId: 'a', bitrateBps: 3_000_000 });
    const before = await meanBytes();
    await under.studio.receive({ type: 'session.bitrate', sessionId: 'a', bitrateBps: 60_000 });
    expect(await meanBytes()).toBeLessThan(before / 2);
  });
});

describe('a session whose camera stops', () => {
  it('goes on with idle frames, later timestamps, and comes back', async () => {
    const peer = await under.start('a');
    await peer.drive();
    await peer.frame(isIdle);
    await driveUntil(peer, isDriven, peer.frames.length);
    expect(areIncreasing(peer.frames)).toBe(true);
    const stats = await under.nextTold('session.stats', ({ state }) => state === 'holding');
    expect(stats.serverMs === null || stats.serverMs >= 0).toBe(true);
  });

  it('still answers a new viewer with a keyframe', async () => {
    const peer = await under.start('a');
    under.performers[0]!.idleState = 'still';
    await peer.drive();
    const idle = await peer.frame(isIdle);
    peer.sendPictureLossIndication();
    const keyframe = await peer.frame((frame) => frame.keyframe, peer.frames.indexOf(idle));
    expect(isIdle(keyframe)).toBe(true);
  });

  it('follows timestamps that begin anew elsewhere', async () => {
    const peer = await under.start('a');
    await peer.drive();
    peer.jumpTimestamps(0x9000_0000);
    await peer.drive();
    await peer.drive();
    const { performedAtMs } = under.performers[0]!;
    expect(performedAtMs).toEqual(performedAtMs.toSorted((a, b) => a - b));
    expect(performedAtMs.at(-1)! - performedAtMs[0]!).toBeLessThan(60_000);
  });
});

it('shows the still portrait where no camera frame has ever come', async () => {
  const peer = await under.start('a');
  under.performers[0]!.idleState = 'waiting';
  const frame = await peer.frame();
  expect(isIdle(frame) && frame.keyframe).toBe(true);
  await under.nextTold('session.keyframeNeeded');
});

it('reports frame rate, time and state twice a second, nothing being invented', async () => {
  await under.open('a');
  const first = await under.nextTold('session.stats');
  expect(first).toMatchObject({ state: 'waiting', fps: null, serverMs: null, stages: null, droppedFrames: 0 });
  const peer = await under.start('b');
  // The report that tells of the change of state comes at once, and may have nothing to count yet.
  const live = () =>
    under.all('session.stats').find(({ state, sessionId, fps }) => sessionId === 'b' && state === 'live' && fps);
  while (!live()) await peer.drive();
  expect(live()?.fps).toBeGreaterThan(0);
  expect(live()?.serverMs).toBeGreaterThan(0);
  const { receiveMs = 0, performMs = 0, sendMs = 0 } = live()?.stages ?? {};
  expect(Math.min(receiveMs, performMs, sendMs)).toBeGreaterThan(0);
  expect(live()?.sentFrames).toBeGreaterThan(0);
});

it('sends the outlines of the face, in shares of the camera picture', async () => {
  const peer = await under.start('a');
  await peer.drive();
  const { contours } = await under.nextTold('session.tracking');
  expect(contours?.flat(2).every((value) => value === 0.1)).toBe(true);
});

it('sends sender reports that map the wall clock to the camera’s timestamps', async () => {
  const peer = await under.start('a');
  const report = await driveForSenderReport(peer);
  expect(Math.abs(report.ntpMs - Date.now())).toBeLessThan(60_000);
  const ticks = timestampDistance(peer.sentTimestamps[0]!, report.rtpTimestamp);
  expect(ticks).toBeGreaterThanOrEqual(0);
  expect(ticks).toBeLessThan(30 * 90_000);
});

describe('when frames come faster than they can be used', () => {
  it('performs the latest one and counts the others', async () => {
    const peer = await under.start('a');
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const performing = new Promise<void>((resolve) => {
      under.performers[0]!.beforePerform = () => {
        resolve();
        return held;
      };
    });
    const first = peer.sendFrame();
    await performing;
    await peer.sendFrames(5);
    await under.nextTold('session.stats', ({ droppedFrames }) => droppedFrames === 4);
    release();
    const last = peer.sentTimestamps.at(-1);
    await peer.frame(({ timestamp }) => timestamp === last);
    expect(peer.frames.map(({ timestamp }) => timestamp)).toEqual([first, last]);
  });

  it('thins a fast camera out to the highest frame rate by its timestamps', async () => {
    const peer = await under.start('a', 'VP8', { maxFps: 10 });
    for (let i = 0; i < 8; i += 1) await peer.drive();
    const timestamps = peer.frames.filter(isDriven).map(({ timestamp }) => timestamp);
    expect(timestamps.every((timestamp) => peer.sentTimestamps.includes(timestamp))).toBe(true);
    const intervalsMs = timestamps.slice(1).map((timestamp, i) => timestampDistance(timestamps[i]!, timestamp) / 90);
    expect(Math.min(...intervalsMs)).toBeGreaterThan(39);
  });
});

describe('a performer that fails', () => {
  it('is covered by its idle frame, and tried again with the next', async () => {
    const peer = await under.start('a');
    const performer = under.performers[0]!;
    await peer.drive();
    let failures = 0;
    performer.beforePerform = () => {
      failures += 1;
      if (failures <= 3) throw new Error('out of order');
    };
    expect(isIdle(await peer.drive())).toBe(true);
    await driveUntil(peer, isDriven, peer.frames.length);
    expect(failures).toBeGreaterThan(3);
    expect(under.all('session.failed')).toEqual([]);
  });

  it('for good ends its session, told to the house, and no other', async () => {
    const broken = await under.start('broken');
    const well = await under.start('well');
    const [performer] = under.performers;
    performer!.beforePerform = () => {
      throw new Error('out of order');
    };
    performer!.beforeIdle = () => {
      throw new Error('out of order, too');
    };
    while (under.all('session.failed').length === 0) await Promise.all([broken.sendFrames(1), well.sendFrames(1)]);
    const failed = await under.nextTold('session.failed');
    expect(failed).toMatchObject({ sessionId: 'broken', message: expect.stringContaining('out of order') });
    expect(performer!.closed).toBe(true);
    expect(under.studio.sessionCount).toBe(1);
    expect(isDriven(await well.drive())).toBe(true);
    expect(broken.frames).toEqual([]);
  });

  it('and never again succeeds ends its session too, though its idle frames were fine', async () => {
    const peer = await under.start('a');
    under.performers[0]!.beforePerform = () => {
      throw new Error('out of order');
    };
    while (under.all('session.failed').length === 0) await peer.sendFrames(1);
    expect(peer.frames.length).toBeGreaterThan(0);
    expect(peer.frames.every(isIdle)).toBe(true);
  });

  it('and hands back the camera’s picture is not believed', async () => {
    const peer = await under.start('a');
    const performer = under.performers[0]!;
    const perform = performer.perform.bind(performer);
    performer.perform = async (frame, timeMs) => ({ ...(await perform(frame, timeMs)), image: frame });
    await peer.sendFrames(5);
    await peer.frame();
    expect(peer.frames.every(isIdle)).toBe(true);
  });
});

describe('a change of portrait', () => {
  it('leaves no gap: the old one performs until the new one is ready', async () => {
    const peer = await under.start('a');
    await peer.drive();
    let ready = (): void => {};
    under.beforeCreate = () => new Promise((resolve) => (ready = resolve));
    const changed = under.studio.receive({
      type: 'session.portrait',
      sessionId: 'a',
      portrait: portraitOf('second', 96),
    });
    for (let i = 0; i < 3; i += 1) expect(isDriven(await peer.drive())).toBe(true);
    expect(under.performers[0]!.closed).toBe(false);
    ready();
    await changed;
    const frame = await driveUntil(peer, ({ image }) => image?.width === 96);
    expect(frame.keyframe).toBe(true);
    expect(under.performers.map(({ portraitId, closed }) => [portraitId, closed])).toEqual([
      ['first', true],
      ['second', false],
    ]);
  });

  it('keeps the reference and the settings', async () => {
    const peer = await under.start('a');
    await peer.sendFrames(2);
    await under.studio.receive({ type: 'session.calibrate', sessionId: 'a' });
    const { reference } = await under.nextTold('session.calibrated');
    expect(reference?.points[0]).toBe(7);
    const settings = { ...DEFAULT_SETTINGS, poseStrength: 0.5 };
    await under.studio.receive({ type: 'session.settings', sessionId: 'a', settings });
    await under.studio.receive({ type: 'session.portrait', sessionId: 'a', portrait: portraitOf('second') });
    await peer.sendFrames(2);
    const [, second] = under.performers;
    expect(second?.references).toEqual([reference]);
    expect(second?.settings).toEqual(settings);
  });

  it('that cannot be made leaves the old portrait as it is', async () => {
    const peer = await under.start('a');
    under.beforeCreate = () => {
      throw new Error('no face');
    };
    await under.studio.receive({ type: 'session.portrait', sessionId: 'a', portrait: portraitOf('second') });
    expect(isDriven(await peer.drive())).toBe(true);
    expect(under.all('session.failed')).toEqual([]);
  });

  it('twice in a row ends with the last one', async () => {
    const waiting: (() => void)[] = [];
    await under.open('a');
    under.beforeCreate = () => new Promise((resolve) => waiting.push(resolve));
    const first = under.studio.receive({ type: 'session.portrait', sessionId: 'a', portrait: portraitOf('slow') });
    const second = under.studio.receive({ type: 'session.portrait', sessionId: 'a', portrait: portraitOf('last') });
    waiting[1]?.();
    await second;
    waiting[0]?.();
    await first;
    await pause(50);
    const open = under.performers.filter(({ closed }) => !closed);
    expect(open.map(({ portraitId }) => portraitId)).toEqual(['last']);
  });
});

it('gives a restarted session its reference back', async () => {
  const reference = landmarksAt(99);
  await under.open('a', { reference });
  expect(under.performers[0]!.references).toEqual([reference]);
});

it('tells the house when a session cannot be opened', async () => {
  under.beforeCreate = () => {
    throw new Error('no such pack');
  };
  const spec = { sessionId: 'a', portrait: portraitOf('p'), settings: DEFAULT_SETTINGS, maxFps: 30, reference: null };
  await under.studio.receive({ type: 'session.open', spec });
  expect(under.told).toEqual([{ type: 'session.failed', sessionId: 'a', message: 'no such pack' }]);
  expect(under.studio.sessionCount).toBe(0);
});

it('lets nothing of the camera out, whatever fails', async () => {
  const green = solidPicture(320, 320, [0, 255, 0]);
  const peer = await under.start('a');
  const performer = under.performers[0]!;
  const perform = performer.perform.bind(performer);
  const accidents: (() => void)[] = [
    () => {},
    () => (performer.beforePerform = () => Promise.reject(new Error('out of order'))),
    () => (performer.beforePerform = (frame) => void frame.data.fill(255)),
    () => (performer.perform = async (frame, timeMs) => ({ ...(await perform(frame, timeMs)), image: frame })),
    () => void under.studio.receive({ type: 'session.portrait', sessionId: 'a', portrait: portraitOf('second') }),
    () => void under.studio.receive(peer.startMessage('a')),
    () => void under.studio.receive({ type: 'session.close', sessionId: 'a' }),
  ];
  for (const happens of accidents) {
    happens();
    await peer.sendFrames(6, {
      picture: green,
      keyframe: true,
      lose: (index) => index === 2 && happens === accidents[4],
    });
  }
  expect(peer.frames.length).toBeGreaterThan(5);
  expect(peer.frames.every((frame) => isDriven(frame) || isIdle(frame))).toBe(true);
});

it('keeps sessions apart', async () => {
  const vp8 = await under.start('vp8', 'VP8');
  const h264 = await under.start('h264', 'H264');
  for (let i = 0; i < 5; i += 1) {
    const answers = await Promise.all([vp8.drive(), h264.drive()]);
    expect(answers.every(isDriven)).toBe(true);
  }
  await under.studio.receive({ type: 'session.close', sessionId: 'vp8' });
  expect(under.performers.map(({ closed }) => closed)).toEqual([true, false]);
  await h264.drive();
});

it('passes over garbage from its remote, and everything from elsewhere', async () => {
  const peer = await under.start('a');
  const port = await under.open('b');
  await peer.sendFrames(3);
  const stranger = createSocket('udp4');
  for (let i = 0; i < 300; i += 1) {
    const garbage = Buffer.from(Array.from({ length: i % 60 }, (_, at) => (i * 131 + at * 29) & 0xff));
    peer.sendDatagram(garbage);
    peer.sendDatagram(Buffer.concat([Buffer.from([0x80, 96 + (i % 2) * 104]), garbage]));
    stranger.send(garbage, port, '127.0.0.1');
  }
  await peer.drive();
  stranger.close();
  expect(under.all('session.failed')).toEqual([]);
});

it('does not listen to another sender, even one that sends the camera’s stream', async () => {
  const peer = await under.start('a');
  const impostor = await CameraAndViewer.create('VP8');
  impostor.connect(await under.open('b'));
  await peer.sendFrames(2);
  await impostor.sendFrames(3);
  expect(impostor.frames).toEqual([]);
  expect(under.performers[1]!.performedAtMs).toEqual([]);
  impostor.close();
});

it('can be linked to another camera', async () => {
  const first = await under.start('a');
  await first.drive();
  const second = await CameraAndViewer.create('H264', 77);
  const { port } = under.all('session.opened')[0]!;
  second.connect(port);
  await under.studio.receive(second.startMessage('a'));
  const before = first.frames.length;
  await Promise.all([first.sendFrames(4), second.drive()]);
  expect(isDriven(second.frames[0]!)).toBe(true);
  expect(first.frames.length).toBe(before);
  second.close();
});

it('closes while it opens and while it performs, and forgets the session', async () => {
  let ready = (): void => {};
  under.beforeCreate = () => new Promise((resolve) => (ready = resolve));
  const spec = { sessionId: 'a', portrait: portraitOf('p'), settings: DEFAULT_SETTINGS, maxFps: 30, reference: null };
  const opening = under.studio.receive({ type: 'session.open', spec });
  await under.studio.receive({ type: 'session.close', sessionId: 'a' });
  ready();
  await opening;
  expect(under.performers.every(({ closed }) => closed)).toBe(true);
  expect(under.all('session.opened')).toEqual([]);

  under.beforeCreate = () => {};
  const peer = await under.start('b');
  const performer = under.performers.at(-1)!;
  performer.beforePerform = () => pause(100);
  await peer.sendFrames(2);
  await under.studio.receive({ type: 'session.close', sessionId: 'b' });
  await under.studio.receive({ type: 'session.calibrate', sessionId: 'b' });
  await pause(150);
  expect(under.studio.sessionCount).toBe(0);
  expect(under.all('session.failed')).toEqual([]);
});
