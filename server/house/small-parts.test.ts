import { describe, expect, test } from 'vitest';
import { announcement, pageAddresses } from './announcement.ts';
import { readableLine } from './log.ts';
import { KeyedLimiter, TokenBucket } from './rate-limiter.ts';
import { isAllowedOrigin } from './same-origin.ts';
import { SerialQueue } from './serial-queue.ts';

describe('a token bucket', () => {
  test('lets a burst through, then so many a second', () => {
    const bucket = new TokenBucket(2, 3, 0);
    expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([true, true, true, false]);
    expect(bucket.take(400)).toBe(false);
    expect(bucket.take(500)).toBe(true);
    expect(bucket.take(500)).toBe(false);
  });

  test('is one for each address', () => {
    const limiter = new KeyedLimiter(1, 1);
    expect(['a', 'b', 'a'].map((key) => limiter.take(key, 0))).toEqual([true, true, false]);
  });

  test('is forgotten when there are very many', () => {
    const limiter = new KeyedLimiter(1, 1);
    for (let i = 0; i < 30_000; i++) expect(limiter.take(`${i}`, i * 10)).toBe(true);
  });
});

describe('origins', () => {
  test.each([
    [undefined, 'effigy.example', true],
    ['https://effigy.example', 'effigy.example', true],
    ['http://localhost:8080', 'localhost:8080', true],
    ['http://localhost:8081', 'localhost:8080', false],
    ['https://evil.example', 'effigy.example', false],
    ['https://friend.example', 'effigy.example', true],
    ['null', 'effigy.example', false],
    ['https://effigy.example', undefined, false],
  ])('%s at %s: %s', (origin, host, allowed) => {
    expect(isAllowedOrigin({ origin, host }, ['https://friend.example'])).toBe(allowed);
  });
});

describe('a serial queue', () => {
  test('runs one task at a time, in order, past those that fail', async () => {
    const queue = new SerialQueue();
    const events: string[] = [];
    const task =
      (name: string, fails = false) =>
      async () => {
        events.push(`${name} begins`);
        await new Promise((done) => setImmediate(done));
        events.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      };
    const results = await Promise.allSettled([queue.run(task('a')), queue.run(task('b', true)), queue.run(task('c'))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });
});

describe('what is printed', () => {
  test('is the address that works: localhost alone, or the network’s first', () => {
    const local = { host: 'localhost', port: 8080, lan: false, cert: '' };
    expect(pageAddresses(local, ['192.168.1.20'])).toEqual(['http://localhost:8080']);
    const lan = { host: '0.0.0.0', port: 8443, lan: true, cert: '' };
    expect(pageAddresses(lan, ['192.168.1.20'])).toEqual(['https://192.168.1.20:8443', 'https://localhost:8443']);
    expect(announcement(lan, ['192.168.1.20'])).toContain('browsers warn once');
    expect(announcement(local, ['192.168.1.20'])).toContain('npm start -- --lan');
  });

  test('of the log is a line that people can read', () => {
    const line = readableLine('{"level":40,"time":0,"msg":"a studio died","pid":7,"studio":{"x":1}}\n');
    expect(line).toContain('warn');
    expect(line).toContain('a studio died');
    expect(line).toContain('pid=7 studio={"x":1}');
    expect(readableLine('not json')).toBe('not json');
  });
});
