import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { parseHouseMessage } from './house-messages.ts';
import type { HouseToStudio, SessionSpec } from './studio-protocol.ts';
import { landmarksAt, portraitOf } from './testing/scripted-performer.ts';

const sessionId = 'a';
const portrait = portraitOf('p', 32);
const spec: SessionSpec = { sessionId, portrait, settings: DEFAULT_SETTINGS, maxFps: 30, reference: landmarksAt(1) };
const stream = { codec: 'VP8', payloadType: 96, ssrc: 0xffffffff } as const;
const remote = { ip: '127.0.0.1', port: 40_000 };

const layers = { person: portrait.still, background: portrait.still };
const messages: HouseToStudio[] = [
  { type: 'session.open', spec },
  { type: 'session.start', sessionId, remote, camera: stream, output: { ...stream, cname: 'effigy' } },
  { type: 'session.settings', sessionId, settings: DEFAULT_SETTINGS },
  { type: 'session.portrait', sessionId, portrait },
  { type: 'session.portrait', sessionId, portrait: { ...portrait, layers } },
  { type: 'session.portrait', sessionId, portrait: { ...portrait, layers: null } },
  { type: 'session.calibrate', sessionId },
  { type: 'session.bitrate', sessionId, bitrateBps: 500_000 },
  { type: 'session.keyframe', sessionId },
  { type: 'session.close', sessionId },
];

describe('messages of the house', () => {
  it.each(messages)('pass: $type', (message) => {
    expect(parseHouseMessage(message)).toEqual(message);
  });

  it('with pictures and points of other sizes than they claim do not pass', () => {
    const refuse = (change: object) =>
      expect(() =>
        parseHouseMessage({ type: 'session.portrait', sessionId, portrait: { ...portrait, ...change } }),
      ).toThrow('not a message to a studio');
    const { still } = portrait;
    refuse({ still: { ...still, width: 33 } });
    refuse({ still: { ...still, width: 64 } });
    refuse({ still: { width: 3, height: 3, data: new Uint8Array(36) } });
    refuse({ still: { width: 20_000, height: 20_000, data: still.data } });
    refuse({ still: { ...still, data: [...still.data] } });
    refuse({ landmarks: { points: new Float32Array(3), confidence: 1 } });
    refuse({ landmarks: null });
    refuse({ layers: { person: still, background: { width: 16, height: 64, data: still.data } } });
    refuse({ layers: { person: still } });
    refuse({ mask: still });
  });

  it('bring pictures in memory of their own, wherever in the message they lay', () => {
    const { still } = portrait;
    const message = Buffer.concat([Buffer.from([1]), still.data, Buffer.from([2])]);
    const data = message.subarray(1, 1 + still.data.length);
    const parsed = parseHouseMessage({
      type: 'session.portrait',
      sessionId,
      portrait: { ...portrait, still: { ...still, data } },
    });
    if (parsed.type !== 'session.portrait') throw new Error('another message');
    const received = parsed.portrait.still.data;
    expect(received).toEqual(new Uint8Array(still.data));
    expect(Buffer.isBuffer(received)).toBe(false);
    expect([received.byteOffset, received.buffer.byteLength]).toEqual([0, still.data.length]);
  });

  it('with a field that is anything else are refused in words, or whole', () => {
    const fields = messages.flatMap((message) => Object.keys(message).map((field) => [message, field] as const));
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.anything(), ([message, field], value) => {
        const changed = { ...message, [field]: value };
        let parsed: HouseToStudio;
        try {
          parsed = parseHouseMessage(changed);
        } catch (error) {
          expect((error as Error).message).toContain('not a message to a studio');
          return;
        }
        expect(parseHouseMessage(parsed)).toEqual(parsed);
      }),
      { numRuns: 1000 },
    );
  });
});
