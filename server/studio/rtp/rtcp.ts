import type { RtcpPacket } from 'rtp.js/packets';
import {
  CompoundPacket,
  type FeedbackPacket,
  GenericFeedbackPacket,
  PliPacket,
  SdesChunk,
  SdesPacket,
  SenderReportPacket,
} from 'rtp.js/packets';

/** What a studio has to know of the RTCP that reaches it; all else is passed over. */
export type RtcpEvent =
  /** PLI or FIR: someone who watches the stream `mediaSsrc` cannot decode it. */
  | { readonly type: 'keyframeRequest'; readonly mediaSsrc: number }
  /** The sender's clock: its RTP time `rtpTimestamp` was `ntpMs` (ms since the Unix epoch). */
  | { readonly type: 'senderReport'; readonly ssrc: number; readonly ntpMs: number; readonly rtpTimestamp: number };

const PAYLOAD_SPECIFIC_FEEDBACK = 206;
/** Feedback message type of Full Intra Request (RFC 5104 section 4.3.1). */
const FULL_INTRA_REQUEST = 4;
const FIR_ENTRY_BYTES = 8;
/** Seconds from NTP's epoch (1900) to Unix's (1970). */
const NTP_TO_UNIX_S = 2_208_988_800;
const SDES_CNAME = 1;

/** Reads a compound RTCP datagram. Malformed bytes give no events. */
export function parseRtcp(datagram: Buffer): RtcpEvent[] {
  const packets = parsePackets(datagram);
  const events: RtcpEvent[] = [];
  for (const packet of packets) {
    if (packet instanceof PliPacket) {
      events.push({ type: 'keyframeRequest', mediaSsrc: packet.getMediaSsrc() });
    } else if (packet instanceof GenericFeedbackPacket && isFullIntraRequest(packet)) {
      for (const mediaSsrc of fullIntraRequestTargets(packet)) events.push({ type: 'keyframeRequest', mediaSsrc });
    } else if (packet instanceof SenderReportPacket) {
      events.push({
        type: 'senderReport',
        ssrc: packet.getSsrc(),
        ntpMs: (packet.getNtpSeconds() - NTP_TO_UNIX_S + packet.getNtpFraction() / 2 ** 32) * 1000,
        rtpTimestamp: packet.getRtpTimestamp(),
      });
    }
  }
  return events;
}

/** rtp.js throws where lengths do not add up; a datagram from the network must not. */
function parsePackets(datagram: Buffer): RtcpPacket[] {
  try {
    return new CompoundPacket(viewOf(datagram)).getPackets();
  } catch {
    return [];
  }
}

function isFullIntraRequest(packet: FeedbackPacket): boolean {
  const messageType: number = packet.getMessageType();
  const packetType: number = packet.getPacketType();
  return packetType === PAYLOAD_SPECIFIC_FEEDBACK && messageType === FULL_INTRA_REQUEST;
}

/** A FIR names its streams in its body; the media SSRC of the header is 0. */
function fullIntraRequestTargets(packet: GenericFeedbackPacket): number[] {
  const body = packet.getBody();
  const targets: number[] = [];
  for (let offset = 0; offset + FIR_ENTRY_BYTES <= body.byteLength; offset += FIR_ENTRY_BYTES) {
    targets.push(body.getUint32(offset));
  }
  return targets;
}

export interface SenderReport {
  readonly ssrc: number;
  readonly cname: string;
  /** Wall clock, ms since the Unix epoch. */
  readonly ntpMs: number;
  /** The stream's RTP time at that moment. */
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  readonly payloadBytes: number;
}

/** A compound packet of sender report and source description (RFC 3550 sections 6.4.1 and 6.5). */
export function buildSenderReport(report: SenderReport): Buffer {
  const senderReport = new SenderReportPacket();
  senderReport.setSsrc(report.ssrc);
  senderReport.setNtpSeconds(Math.floor(report.ntpMs / 1000) + NTP_TO_UNIX_S);
  senderReport.setNtpFraction(Math.floor(((report.ntpMs % 1000) / 1000) * 2 ** 32));
  senderReport.setRtpTimestamp(report.rtpTimestamp >>> 0);
  senderReport.setPacketCount(report.packetCount >>> 0);
  senderReport.setOctetCount(report.payloadBytes >>> 0);
  const chunk = new SdesChunk();
  chunk.setSsrc(report.ssrc);
  chunk.addItem(SDES_CNAME, report.cname);
  const description = new SdesPacket();
  description.addChunk(chunk);
  return serialize([senderReport, description]);
}

function serialize(packets: RtcpPacket[]): Buffer {
  const compound = new CompoundPacket();
  compound.setPackets(packets);
  compound.serialize();
  const view = compound.getView();
  return Buffer.from(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
