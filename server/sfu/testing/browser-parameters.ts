import type { types } from 'mediasoup';

/** RTP parameters as Chromium's mediasoup-client sends them for a camera, with everything around the codec. */
export function cameraParameters(codec: 'VP8' | 'H264' = 'VP8', ssrc = 0x12345678): types.RtpParameters {
  const h264 = { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 };
  return {
    mid: '0',
    codecs: [
      {
        mimeType: `video/${codec}`,
        payloadType: 96,
        clockRate: 90_000,
        parameters: codec === 'H264' ? h264 : {},
        rtcpFeedback: [
          { type: 'goog-remb', parameter: '' },
          { type: 'transport-cc', parameter: '' },
          { type: 'ccm', parameter: 'fir' },
          { type: 'nack', parameter: '' },
          { type: 'nack', parameter: 'pli' },
        ],
      },
      { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 }, rtcpFeedback: [] },
    ],
    headerExtensions: [
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 1, encrypt: false, parameters: {} },
      {
        uri: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
        id: 5,
        encrypt: false,
        parameters: {},
      },
    ],
    encodings: [{ ssrc, rtx: { ssrc: ssrc + 1 }, maxBitrate: 1_200_000 }],
    rtcp: { cname: 'camera', reducedSize: true },
  };
}

/** What a browser can receive, as its mediasoup-client says after loading the router's capabilities. */
export function browserCapabilities(router: types.RtpCapabilities, codecs = /vp8|h264|rtx/i): types.RtpCapabilities {
  return { ...router, codecs: router.codecs?.filter(({ mimeType }) => codecs.test(mimeType)) };
}

/** DTLS parameters that are well-formed. */
export const BROWSER_DTLS: types.DtlsParameters = {
  role: 'client',
  fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'A5').join(':') }],
};
