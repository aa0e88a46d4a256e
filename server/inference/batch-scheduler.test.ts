import { describe, expect, test } from 'vitest';
import {
  type BatchCall,
  type BatchEngine,
  BatchScheduler,
  type CallSource,
  type SchedulerClock,
  SupersededError,
} from './batch-scheduler.ts';
import type { FloatTensors } from './graph-runner.ts';
import { RunTimes } from './run-times.ts';

/** Time that passes only when told to, with everything that waits for promises done in between. */
class FakeClock implements SchedulerClock {
  #nowMs = 0;
  #timers: { atMs: number; callback: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settle();
      const next = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** A device that takes `fixedMs + perCallMs × size`, answers with twice the number it got, and cannot stand NaN. */
class FakeDevice implements BatchEngine {
  readonly batches: { graph: string; size: number; numbers: number[]; startMs: number }[] = [];
  readonly #clock: FakeClock;
  readonly #ms: (size: number) => number;

  constructor(clock: FakeClock, ms: (size: number) => number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  async runBatch(graph: string, calls: readonly BatchCall[], size: number) {
    const numbers = calls.map(({ inputs }) => inputs.x.data[0]);
    this.batches.push({ graph, size, numbers, startMs: this.#clock.now() });
    const ms = this.#ms(size);
    await new Promise<void>((done) => this.#clock.after(ms, done));
    if (numbers.some(Number.isNaN)) throw new Error('the device chokes');
    return { outputs: numbers.map((number) => tensors(2 * number)), ms };
  }
}

const tensors = (number: number): FloatTensors => ({ x: { data: Float32Array.of(number), dims: [1] } });

function setUp({ fixedMs = 8, perCallMs = 2, maxWaitMs = 8, sizes = [1, 2, 4, 8], graphs = ['frame'] } = {}) {
  const clock = new FakeClock();
  const ms = (size: number) => fixedMs + perCallMs * size;
  const device = new FakeDevice(clock, ms);
  const measured = () => new RunTimes(sizes.map((size) => [size, ms(size)] as const));
  const times = new Map(graphs.map((graph) => [graph, measured()]));
  const scheduler = new BatchScheduler({ engine: device, times, maxWaitMs, maxWaiting: 32, clock });
  return { clock, device, scheduler, times };
}

type House = ReturnType<typeof setUp>;

/** Sessions that each send a frame every `periodMs`, whether the last one came back or not. */
async function simulate({ clock, scheduler }: House, sessions: number, periodMs: number, totalMs: number) {
  const sources = Array.from({ length: sessions }, () => scheduler.openSource());
  const served = sources.map(() => 0);
  const delays: number[] = [];
  let mostWaiting = 0;
  const stepMs = 1;
  for (let nowMs = 0; nowMs < totalMs; nowMs += stepMs) {
    for (const [index, source] of sources.entries()) {
      if (Math.floor((nowMs - (index * periodMs) / sessions) % periodMs) !== 0) continue;
      const sentMs = clock.now();
      scheduler.call(source, 'frame', tensors(index), true).then(
        (outputs) => {
          expect(outputs.x.data[0]).toBe(2 * index);
          served[index]++;
          delays.push(clock.now() - sentMs);
        },
        (error) => expect(error).toBeInstanceOf(SupersededError),
      );
    }
    mostWaiting = Math.max(mostWaiting, scheduler.stats.waiting);
    await clock.advance(stepMs);
  }
  return { served, delays, mostWaiting };
}

describe('BatchScheduler', () => {
  test('runs a lone session at once: there is nobody to wait for', async () => {
    const house = setUp();
    const { delays, served } = await simulate(house, 1, 40, 400);
    expect(served[0]).toBe(10);
    expect(Math.max(...delays)).toBeLessThanOrEqual(11);
  });

  test('joins sessions that come together', async () => {
    const { clock, device, scheduler } = setUp();
    const sources = Array.from({ length: 5 }, () => scheduler.openSource());
    const results = sources.map((source, i) => scheduler.call(source, 'frame', tensors(i), true));
    await clock.advance(100);
    expect((await Promise.all(results)).map(({ x }) => x.data[0])).toEqual([0, 2, 4, 6, 8]);
    expect(device.batches.map(({ numbers }) => numbers)).toEqual([[0], [1, 2, 3, 4]]);
  });

  test('keeps up with more sessions than one by one could, without a queue', async () => {
    const house = setUp();
    const { served, delays, mostWaiting } = await simulate(house, 8, 40, 2000);
    expect(Math.min(...served)).toBeGreaterThanOrEqual(48);
    expect(mostWaiting).toBeLessThanOrEqual(8);
    // One batch under way, the bound, and one's own batch.
    expect(Math.max(...delays)).toBeLessThanOrEqual(24 + 8 + 24);
  });

  test('keeps the bound where runs of another graph come in between', async () => {
    const { clock, scheduler, device } = setUp({ fixedMs: 3, perCallMs: 0, graphs: ['slow', 'quick'], maxWaitMs: 8 });
    // Others have called the graph lately, often enough to be worth waiting for.
    const others = Array.from({ length: 6 }, () => scheduler.openSource());
    for (const source of others) {
      scheduler.call(source, 'slow', tensors(0), true).catch(() => {});
      await clock.advance(1);
    }
    await clock.advance(10);
    const lone = scheduler.openSource();
    const sentMs = clock.now();
    let endedMs = Number.POSITIVE_INFINITY;
    scheduler.call(lone, 'slow', tensors(1), true).then(() => {
      endedMs = clock.now();
    });
    const steady = scheduler.openSource();
    for (let i = 0; i < 30; i++) {
      scheduler.call(steady, 'quick', tensors(2), true).catch(() => {});
      await clock.advance(6);
    }
    expect(device.batches.filter(({ graph }) => graph === 'quick').length).toBeGreaterThan(20);
    // Of 6 ms the device is free for 3: the bound's 8 ms, what ran meanwhile, and its own run.
    expect(endedMs - sentMs).toBeLessThanOrEqual(8 + 4 * 3 + 3);
  });

  test('is fair and does not grow when there are far too many', async () => {
    const house = setUp({ fixedMs: 20, perCallMs: 20, sizes: [1, 2] });
    const { served, mostWaiting } = await simulate(house, 12, 40, 6000);
    expect(mostWaiting).toBeLessThanOrEqual(12);
    expect(Math.min(...served)).toBeGreaterThan(10);
    expect(Math.max(...served) - Math.min(...served)).toBeLessThanOrEqual(2);
    expect(house.scheduler.stats.superseded).toBeGreaterThan(1000);
  });

  test('lets a greedy session take no more than its turn', async () => {
    const { clock, device, scheduler } = setUp({ fixedMs: 10, perCallMs: 0, sizes: [1] });
    const [greedy, modest] = [scheduler.openSource(), scheduler.openSource()];
    const ignore = () => {};
    for (let i = 0; i < 100; i++) {
      scheduler.call(greedy, 'frame', tensors(1), true).catch(ignore);
      if (i % 10 === 0) scheduler.call(modest, 'frame', tensors(2), true).catch(ignore);
      await clock.advance(2);
    }
    const turns = device.batches.map(({ numbers }) => numbers[0]);
    expect(turns.filter((number) => number === 2).length).toBeGreaterThanOrEqual(9);
  });

  test('keeps the newest frame of a session and tells the older one', async () => {
    const { clock, device, scheduler } = setUp();
    const [busy, source] = [scheduler.openSource(), scheduler.openSource()];
    const first = scheduler.call(busy, 'frame', tensors(0), true);
    const older = scheduler.call(source, 'frame', tensors(1), true);
    const newer = scheduler.call(source, 'frame', tensors(2), true);
    await expect(older).rejects.toThrow(SupersededError);
    await clock.advance(100);
    expect([(await first).x.data[0], (await newer).x.data[0]]).toEqual([0, 4]);
    expect(device.batches.flatMap(({ numbers }) => numbers)).toEqual([0, 2]);
    expect(scheduler.stats).toMatchObject({ calls: 3, superseded: 1, waiting: 0 });
  });

  test('drops nothing of a portrait', async () => {
    const { clock, scheduler } = setUp();
    const source = scheduler.openSource();
    const calls = [1, 2, 3].map((n) => scheduler.call(source, 'frame', tensors(n), false));
    await clock.advance(100);
    expect((await Promise.all(calls)).map(({ x }) => x.data[0])).toEqual([2, 4, 6]);
  });

  test('runs the others again when one spoils their batch', async () => {
    const { clock, device, scheduler } = setUp();
    const sources = Array.from({ length: 4 }, () => scheduler.openSource());
    const blocker = scheduler.call(scheduler.openSource(), 'frame', tensors(9), true);
    const results = sources.map((source, i) =>
      scheduler.call(source, 'frame', tensors(i === 2 ? Number.NaN : i), true),
    );
    const ends = Promise.allSettled(results);
    await clock.advance(200);
    await blocker;
    expect((await ends).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    await expect(results[2]).rejects.toThrow('the device chokes');
    expect(device.batches.map(({ size }) => size)).toEqual([1, 4, 1, 1, 1, 1]);
    expect(scheduler.stats.splitBatches).toBe(1);
    const after = scheduler.call(sources[2], 'frame', tensors(5), true);
    await clock.advance(100);
    expect((await after).x.data[0]).toBe(10);
  });

  test('waits for company when the device is short of time, and never longer than the bound', async () => {
    const maxWaitMs = 6;
    const house = setUp({ fixedMs: 14, perCallMs: 1, maxWaitMs });
    await simulate(house, 6, 40, 1000);
    const { device } = house;
    const sizes = device.batches.slice(10).map(({ numbers }) => numbers.length);
    expect(sizes.reduce((sum, n) => sum + n, 0) / sizes.length).toBeGreaterThan(1.5);
    const ends = device.batches.map(({ startMs, size }) => startMs + 14 + size);
    const idle = device.batches.slice(1).map(({ startMs }, i) => startMs - ends[i]);
    expect(idle.some((ms) => ms > 0)).toBe(true);
    // Idle time is a wait for the first call, at most one period of a session in it, or for company.
    expect(Math.max(...idle)).toBeLessThanOrEqual(maxWaitMs + 40 / 6 + 1);
  });

  test('takes turns between graphs by age', async () => {
    const { clock, device, scheduler } = setUp({ graphs: ['keypoints', 'frame'] });
    const call = (source: CallSource, graph: string) => scheduler.call(source, graph, tensors(1), true);
    const [a, b, c] = [scheduler.openSource(), scheduler.openSource(), scheduler.openSource()];
    const calls = [call(a, 'keypoints')];
    await clock.advance(1);
    calls.push(call(b, 'frame'));
    await clock.advance(1);
    calls.push(call(c, 'keypoints'));
    await clock.advance(100);
    await Promise.all(calls);
    expect(device.batches.map(({ graph }) => graph)).toEqual(['keypoints', 'frame', 'keypoints']);
  });

  test('ends what waits when it is closed, after the batch under way', async () => {
    const { clock, scheduler } = setUp();
    const running = scheduler.call(scheduler.openSource(), 'frame', tensors(1), true);
    const waiting = scheduler.call(scheduler.openSource(), 'frame', tensors(2), true);
    const closed = scheduler.close();
    await expect(waiting).rejects.toThrow('the graph runner is closed');
    await clock.advance(50);
    await closed;
    expect((await running).x.data[0]).toBe(2);
    await expect(scheduler.call(scheduler.openSource(), 'frame', tensors(1), true)).rejects.toThrow('closed');
  });

  test('refuses what it does not know, and more than may wait', async () => {
    const { clock, scheduler } = setUp();
    const source = scheduler.openSource();
    await expect(scheduler.call(source, 'dense', tensors(1), true)).rejects.toThrow(
      'there is no graph dense; there are frame',
    );
    const calls = Array.from({ length: 34 }, () => scheduler.call(source, 'frame', tensors(1), false));
    const ends = Promise.allSettled(calls);
    await clock.advance(1000);
    expect((await ends).filter(({ status }) => status === 'rejected')).toHaveLength(1);
    await expect(calls[33]).rejects.toThrow('frame has 32 calls waiting already');
  });
});

describe('RunTimes', () => {
  test('takes the batch with the least time per call, padding included', () => {
    const gpu = new RunTimes([1, 2, 4, 8].map((n) => [n, 8 + 2 * n] as const));
    expect([1, 2, 3, 5, 7, 20].map((waiting) => gpu.bestSize(waiting))).toEqual([1, 2, 4, 4, 8, 8]);
    const cpu = new RunTimes([1, 2, 4].map((n) => [n, 10 * n] as const));
    expect([1, 2, 3, 9].map((waiting) => cpu.bestSize(waiting))).toEqual([1, 1, 1, 1]);
  });

  test('learns from what runs take', () => {
    const times = new RunTimes([
      [1, 10],
      [2, 12],
    ]);
    expect(times.bestSize(2)).toBe(2);
    for (let i = 0; i < 50; i++) times.learn(2, 30);
    expect(times.ms(2)).toBeCloseTo(30, 0);
    expect(times.bestSize(2)).toBe(1);
    expect(() => times.learn(3, 1)).toThrow(RangeError);
  });
});
