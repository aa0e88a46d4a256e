import { describe, expect, it } from 'vitest';
import { chooseCodec } from './codec-choice.ts';

describe('choice of the codec', () => {
  it('is VP8 where the browser names it first', () => {
    expect(chooseCodec(['video/VP8', 'video/rtx', 'video/VP9', 'video/H264'], null)).toBe('VP8');
  });

  it('is H264 where the browser names it first, as Safari does', () => {
    expect(chooseCodec(['video/H264', 'video/H265', 'video/VP8'], null)).toBe('H264');
  });

  it('looks past codecs that are not spoken here', () => {
    expect(chooseCodec(['video/AV1', 'video/rtx', 'video/h264', 'video/vp8'], null)).toBe('H264');
  });

  it('is VP8 where the browser tells nothing', () => {
    expect(chooseCodec([], null)).toBe('VP8');
  });

  it('is what the address asks for', () => {
    expect(chooseCodec(['video/VP8'], 'H264')).toBe('H264');
    expect(chooseCodec(['video/H264'], 'VP8')).toBe('VP8');
  });
});
