import { describe, expect, test } from 'vitest';
import { parseAnimateArguments } from './arguments.ts';

const parse = (...flags: string[]) =>
  parseAnimateArguments(['--portrait', 'a.jpg', '--driving', 'b.mp4', '--out', 'c.mp4', ...flags]);

describe('flags for LivePortrait', () => {
  test('ask for nothing where there are none', () => {
    expect(parse()).toMatchObject({ livePortrait: null, smoothing: 0, crop: 'auto' });
  });

  test('become its controls', () => {
    const flags = ['--region', 'lips', '--multiplier', '1.5', '--eye-ratio', 'driver', '--lip-ratio', '0.3'];
    expect(parse(...flags, '--own-rotation', '--no-stitching', '--smoothing', '0.4')).toMatchObject({
      smoothing: 0.4,
      livePortrait: {
        region: 'lips',
        multiplier: 1.5,
        eyeRatio: 'driver',
        lipRatio: 0.3,
        relativeRotation: false,
        stitching: false,
        pasteBack: false,
      },
    });
    expect(parse('--region', 'pose')?.livePortrait).toMatchObject({ eyeRatio: null, relativeRotation: true });
    expect(parse('--region', 'pose')?.livePortrait?.stitching).toBeUndefined();
  });

  test('animate the whole picture where the face is pasted back', () => {
    expect(parse('--paste-back')).toMatchObject({ crop: 'none', livePortrait: { pasteBack: true } });
    expect(() => parse('--paste-back', '--crop', 'auto')).toThrow(/--paste-back goes with --crop none alone/);
  });

  test.each([
    [['--region', 'nose'], /--region must be one of all, expression/],
    [['--multiplier', 'x'], /--multiplier must be a number of 0 to 3/],
    [['--multiplier', '9'], /--multiplier must be a number of 0 to 3/],
    [['--eye-ratio', '3'], /--eye-ratio must be "driver", or a ratio of 0 to 0.8/],
    [['--lip-ratio', ''], /--lip-ratio must be "driver"/],
    [['--smoothing', '2'], /--smoothing is a number of 0 to 1/],
  ])('are refused in a sentence: %j', (flags, message) => {
    expect(() => parse(...flags)).toThrow(message);
  });
});
