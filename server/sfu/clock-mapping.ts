import type { ClockMapping } from '../../shared/protocol.ts';

/** Seconds from 1900 (NTP's epoch) to 1970 (Unix's), RFC 5905 figure 4. */
const NTP_TO_UNIX_S = 2_208_988_800;

/** The fields of an RTCP sender report that tie a sender's clock to its RTP timestamps (RFC 3550 section 6.4.1). */
export interface SenderReport {
  readonly ntpSec: number;
  /** In units of 2⁻³² s. */
  readonly ntpFrac: number;
  readonly rtpTs: number;
}

/**
 * The sender's clock as the page understands it. mediasoup forwards the RTP timestamps of a stream with one encoding
 * unchanged, and the studio stamps each output frame with that of the frame that drove it, so `rtpTimestamp` is on
 * the scale of the stream that the page receives.
 */
export function clockMappingOf(report: SenderReport): ClockMapping {
  const unixS = report.ntpSec - NTP_TO_UNIX_S;
  return { ntpMs: unixS * 1000 + (report.ntpFrac / 2 ** 32) * 1000, rtpTimestamp: report.rtpTs };
}
