import { expect, test } from 'vitest';
import { clockMappingOf } from './clock-mapping.ts';

test('a sender report maps NTP to milliseconds since the Unix epoch', () => {
  // 2026-01-01T00:00:00.250Z
  const ntpSec = Date.UTC(2026, 0, 1) / 1000 + 2_208_988_800;
  expect(clockMappingOf({ ntpSec, ntpFrac: 2 ** 30, rtpTs: 0xfffffff0 })).toEqual({
    ntpMs: Date.UTC(2026, 0, 1) + 250,
    rtpTimestamp: 0xfffffff0,
  });
});
