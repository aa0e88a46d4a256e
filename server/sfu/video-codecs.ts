import type { types } from 'mediasoup';
import type { VideoCodecName } from '../studio/studio-protocol.ts';

/** Constrained Baseline 3.1 with level asymmetry: the H264 that every browser speaks (RFC 6184, RFC 7742 section 6.2). */
const H264_PARAMETERS = { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 };

/** Clock of every video codec, Hz. */
export const VIDEO_CLOCK_RATE_HZ = 90_000;

/** What routers accept: the two codecs that the studio decodes and encodes. */
export const ROUTER_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'video', mimeType: 'video/VP8', clockRate: VIDEO_CLOCK_RATE_HZ },
  { kind: 'video', mimeType: 'video/H264', clockRate: VIDEO_CLOCK_RATE_HZ, parameters: H264_PARAMETERS },
];

/** The codec's fixed parameters in RTP parameters. */
export function codecParametersOf(codec: VideoCodecName): Record<string, unknown> {
  return codec === 'H264' ? H264_PARAMETERS : {};
}

/** The codec of a stream; null for one that the studio does not know. */
export function videoCodecOf(rtpParameters: types.RtpParameters): VideoCodecName | null {
  const mimeType = rtpParameters.codecs[0]?.mimeType.toLowerCase();
  if (mimeType === 'video/vp8') return 'VP8';
  return mimeType === 'video/h264' ? 'H264' : null;
}

/**
 * Extensions that the page must not negotiate. With video-orientation a phone would send its pictures lying on the
 * side and only say so; without it the browser turns them upright.
 */
const NOT_FOR_PAGES = [/video-orientation/, /dependency-descriptor/, /mediasoup:params/];

/** The router's capabilities as a page may use them. */
export function capabilitiesForPage(router: types.RtpCapabilities): types.RtpCapabilities {
  return {
    codecs: router.codecs,
    headerExtensions: router.headerExtensions?.filter(({ uri }) => !NOT_FOR_PAGES.some((rule) => rule.test(uri))),
  };
}

/**
 * The router's capabilities as the studio's end of the loopback has them: no congestion control (the worker would
 * probe into it) and no retransmission.
 */
export function capabilitiesForStudio(router: types.RtpCapabilities): types.RtpCapabilities {
  return {
    codecs: router.codecs
      ?.filter(({ mimeType }) => !/\/rtx$/i.test(mimeType))
      .map((codec) => ({
        ...codec,
        rtcpFeedback: codec.rtcpFeedback?.filter(({ type }) => type !== 'transport-cc' && type !== 'goog-remb'),
      })),
    headerExtensions: [],
  };
}
