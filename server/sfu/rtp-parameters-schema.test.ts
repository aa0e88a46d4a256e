import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cameraRtpParametersSchema, dtlsParametersSchema, pageRtpCapabilitiesSchema } from './rtp-parameters-schema.ts';
import { BROWSER_DTLS, cameraParameters } from './testing/browser-parameters.ts';
import { ROUTER_CODECS } from './video-codecs.ts';

describe('the parameters of a camera', () => {
  test('as browsers send them are understood', () => {
    expect(cameraRtpParametersSchema.safeParse(cameraParameters('VP8')).success).toBe(true);
    expect(cameraRtpParametersSchema.safeParse(cameraParameters('H264')).success).toBe(true);
    expect(dtlsParametersSchema.safeParse(BROWSER_DTLS).success).toBe(true);
  });

  const camera = cameraParameters();
  const [vp8] = camera.codecs;
  test.each([
    ['no codec', { ...camera, codecs: [] }],
    ['audio', { ...camera, codecs: [{ ...vp8, mimeType: 'audio/opus' }] }],
    ['a payload type of 8 bits', { ...camera, codecs: [{ ...vp8, payloadType: 200 }] }],
    ['a fractional payload type', { ...camera, codecs: [{ ...vp8, payloadType: 96.5 }] }],
    ['no encoding', { ...camera, encodings: [] }],
    ['simulcast', { ...camera, encodings: [{ ssrc: 1 }, { ssrc: 2 }] }],
    ['spatial layers', { ...camera, encodings: [{ ssrc: 1, scalabilityMode: 'L3T3' }] }],
    ['an SSRC of 33 bits', { ...camera, encodings: [{ ssrc: 2 ** 32 }] }],
    ['a negative SSRC', { ...camera, encodings: [{ ssrc: -1 }] }],
    ['a header extension without a number', { ...camera, headerExtensions: [{ uri: 'x' }] }],
    ['thousands of codecs', { ...camera, codecs: Array.from({ length: 5000 }, () => vp8) }],
  ])('are refused with %s', (_, given) => {
    expect(cameraRtpParametersSchema.safeParse(given).success).toBe(false);
  });

  test('lose what nobody asked for', () => {
    const parsed = cameraRtpParametersSchema.parse({ ...camera, extra: { deep: [1] } });
    expect(parsed).not.toHaveProperty('extra');
  });
});

test('anything at all is parsed or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.anything({ maxDepth: 4 }), (given) => {
      for (const schema of [cameraRtpParametersSchema, pageRtpCapabilitiesSchema, dtlsParametersSchema]) {
        expect(typeof schema.safeParse(given).success).toBe('boolean');
      }
    }),
  );
});

test('a fingerprint that is none is refused', () => {
  for (const value of ['', 'A5', 'ZZ:'.repeat(31).concat('ZZ'), 'A5:'.repeat(500)]) {
    const given = { fingerprints: [{ algorithm: 'sha-256', value }] };
    expect(dtlsParametersSchema.safeParse(given).success).toBe(false);
  }
});

test('routers accept the codecs that the studio has', () => {
  expect(ROUTER_CODECS.map(({ mimeType }) => mimeType)).toEqual(['video/VP8', 'video/H264']);
});
