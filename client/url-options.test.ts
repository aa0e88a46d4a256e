import { describe, expect, it } from 'vitest';
import { parseUrlOptions } from './url-options.ts';

describe('options in the address', () => {
  it('are all off without a query', () => {
    expect(parseUrlOptions('')).toEqual({ autostart: false, portraitId: null, codec: null, demo: false });
  });

  it('start by themselves with ?autostart, unless it is 0 or false', () => {
    expect(parseUrlOptions('?autostart').autostart).toBe(true);
    expect(parseUrlOptions('?autostart=1').autostart).toBe(true);
    expect(parseUrlOptions('?autostart=0').autostart).toBe(false);
    expect(parseUrlOptions('?autostart=false').autostart).toBe(false);
  });

  it('choose a portrait and a codec', () => {
    expect(parseUrlOptions('?autostart&portrait=old-sailor&codec=h264')).toMatchObject({
      portraitId: 'old-sailor',
      codec: 'H264',
    });
    expect(parseUrlOptions('?codec=VP8').codec).toBe('VP8');
  });

  it('count as absent where they are malformed', () => {
    expect(parseUrlOptions('?portrait=../etc&codec=av1')).toMatchObject({ portraitId: null, codec: null });
    expect(parseUrlOptions(`?portrait=${'x'.repeat(65)}`).portraitId).toBeNull();
  });
});
