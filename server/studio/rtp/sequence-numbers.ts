/** Arithmetic on RTP's wrapping counters (RFC 1982 serial numbers, as RFC 3550 appendix A.1 uses them). */

/** Signed distance from one 16-bit sequence number to another, −32768..32767; positive: `to` comes later. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** The sequence number `count` packets after `sequenceNumber`. */
export function advanceSequence(sequenceNumber: number, count = 1): number {
  return (sequenceNumber + count) & 0xffff;
}

/** Signed distance between two 32-bit RTP timestamps in clock ticks; positive: `to` comes later. */
export function timestampDistance(from: number, to: number): number {
  return (to - from) | 0;
}
