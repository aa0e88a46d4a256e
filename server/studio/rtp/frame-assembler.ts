import type { CodedFrame, Depacketizer } from './payload-format.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { advanceSequence, sequenceDistance } from './sequence-numbers.ts';

/** One whole coded frame, as it was sent. */
export interface AssembledFrame extends CodedFrame {
  /** RTP timestamp, 90 kHz, 32 bits. */
  readonly timestamp: number;
}

export interface FrameAssemblerOptions {
  /**
   * How long packets behind a hole wait for it to be filled. The SFU asks the camera for what is lost, so this is a
   * round trip to it and a little more; waiting longer costs more than a keyframe does.
   */
  readonly maxWaitMs?: number;
  /** Packets kept behind a hole. */
  readonly maxReorderPackets?: number;
  /** Packets of one frame: some 1.2 MB, five times a 1080p keyframe. */
  readonly maxFramePackets?: number;
}

interface WaitingPacket {
  readonly packet: RtpPacket;
  readonly arrivedMs: number;
}

/** RFC 3550 appendix A.1: further off than this, a packet is of another, restarted stream. */
const MAX_SEQUENCE_JUMP = 3000;

/**
 * Packets of one stream in, in any order; whole frames out, in order. Pure: time comes in with each call.
 *
 * A frame that refers to a lost one is never let through: after a loss it drops to the next keyframe, and
 * `needsKeyframe` says that one has to be asked for. (A VP8 decoder would take such frames without an error.)
 */
export class FrameAssembler {
  readonly #depacketizer: Depacketizer;
  readonly #maxWaitMs: number;
  readonly #maxReorderPackets: number;
  readonly #maxFramePackets: number;

  /** Packets ahead of a hole, by sequence number; insertion order is arrival order. */
  readonly #waiting = new Map<number, WaitingPacket>();
  /** The unbroken packets of the frame being assembled. */
  #parts: RtpPacket[] = [];
  /** The sequence number that continues the stream; null before the first packet. */
  #expected: number | null = null;
  /** Skipping the rest of a frame whose beginning was not seen. */
  #seekingFrameStart = true;
  #seekTimestamp: number | null = null;
  #needsKeyframe = true;
  /** Where a restarted stream would continue. */
  #restartCandidate: number | null = null;

  #duplicatePackets = 0;
  #gaps = 0;
  #droppedFrames = 0;
  #malformedFrames = 0;

  constructor(depacketizer: Depacketizer, options: FrameAssemblerOptions = {}) {
    this.#depacketizer = depacketizer;
    this.#maxWaitMs = options.maxWaitMs ?? 100;
    this.#maxReorderPackets = options.maxReorderPackets ?? 512;
    this.#maxFramePackets = options.maxFramePackets ?? 1024;
  }

  /** True from the beginning and after each loss, until a keyframe has been assembled. */
  get needsKeyframe(): boolean {
    return this.#needsKeyframe;
  }

  /** To be called where the decoder refuses a frame: those that follow refer to it. */
  dropToKeyframe(): void {
    this.#needsKeyframe = true;
  }

  /** Takes one packet; returns the frames that it completes. */
  push(packet: RtpPacket, nowMs: number): AssembledFrame[] {
    const { sequenceNumber } = packet;
    this.#expected ??= sequenceNumber;
    const distance = sequenceDistance(this.#expected, sequenceNumber);
    if (Math.abs(distance) > MAX_SEQUENCE_JUMP) {
      if (sequenceNumber !== this.#restartCandidate) {
        this.#restartCandidate = advanceSequence(sequenceNumber);
        return [];
      }
      this.#restartAt(sequenceNumber);
    } else if (distance < 0 || this.#waiting.has(sequenceNumber)) {
      this.#duplicatePackets += 1;
      return [];
    }
    this.#restartCandidate = null;
    this.#waiting.set(sequenceNumber, { packet, arrivedMs: nowMs });
    const frames = this.#drain();
    this.#skipHolesThatTookTooLong(nowMs, frames);
    return frames;
  }

  /** To be called from a timer as well: the packet that would show a hole to be final may never come. */
  flush(nowMs: number): AssembledFrame[] {
    const frames: AssembledFrame[] = [];
    this.#skipHolesThatTookTooLong(nowMs, frames);
    return frames;
  }

  toJSON(): {
    duplicatePackets: number;
    gaps: number;
    droppedFrames: number;
    malformedFrames: number;
    waitingPackets: number;
    needsKeyframe: boolean;
  } {
    return {
      duplicatePackets: this.#duplicatePackets,
      gaps: this.#gaps,
      droppedFrames: this.#droppedFrames,
      malformedFrames: this.#malformedFrames,
      waitingPackets: this.#waiting.size,
      needsKeyframe: this.#needsKeyframe,
    };
  }

  #restartAt(sequenceNumber: number): void {
    this.#waiting.clear();
    this.#loseCurrentFrame();
    this.#expected = sequenceNumber;
  }

  /** Moves unbroken packets from the waiting room into frames. */
  #drain(): AssembledFrame[] {
    const frames: AssembledFrame[] = [];
    for (;;) {
      const next = this.#waiting.get(this.#expected!);
      if (!next) return frames;
      this.#waiting.delete(this.#expected!);
      this.#expected = advanceSequence(this.#expected!);
      this.#append(next.packet, frames);
    }
  }

  #append(packet: RtpPacket, frames: AssembledFrame[]): void {
    const isPadding = packet.payload.length === 0 && !packet.marker;
    if (isPadding || (this.#seekingFrameStart && !this.#reachesFrameStart(packet))) return;
    const first = this.#parts[0];
    if (first && first.timestamp !== packet.timestamp) this.#finishFrame(frames);
    if (this.#parts.length >= this.#maxFramePackets) {
      this.#loseCurrentFrame();
      return;
    }
    if (packet.payload.length > 0) this.#parts.push(packet);
    if (packet.marker) this.#finishFrame(frames);
  }

  /** After a hole: whether this packet opens a frame, by its own word or by what the packet before it was. */
  #reachesFrameStart(packet: RtpPacket): boolean {
    const followsOtherFrame = this.#seekTimestamp !== null && this.#seekTimestamp !== packet.timestamp;
    if (followsOtherFrame || this.#depacketizer.beginsFrame(packet.payload)) {
      this.#seekingFrameStart = false;
      this.#seekTimestamp = null;
      return true;
    }
    this.#seekTimestamp = packet.timestamp;
    if (packet.marker) {
      this.#seekingFrameStart = false;
      this.#seekTimestamp = null;
    }
    return false;
  }

  #finishFrame(frames: AssembledFrame[]): void {
    const parts = this.#parts;
    const first = parts[0];
    if (!first) return;
    this.#parts = [];
    const coded = this.#depacketizer.depacketize(parts.map((part) => part.payload));
    if (!coded) {
      this.#malformedFrames += 1;
      this.#needsKeyframe = true;
      return;
    }
    if (this.#needsKeyframe && !coded.keyframe) {
      this.#droppedFrames += 1;
      return;
    }
    this.#needsKeyframe = false;
    frames.push({ ...coded, timestamp: first.timestamp });
  }

  #skipHolesThatTookTooLong(nowMs: number, frames: AssembledFrame[]): void {
    for (;;) {
      const oldest = this.#waiting.values().next();
      if (oldest.done) return;
      const patient = nowMs - oldest.value.arrivedMs <= this.#maxWaitMs;
      if (patient && this.#waiting.size <= this.#maxReorderPackets) return;
      this.#gaps += 1;
      this.#loseCurrentFrame();
      this.#expected = this.#firstWaiting();
      frames.push(...this.#drain());
    }
  }

  #firstWaiting(): number {
    const expected = this.#expected!;
    let nearest = 0x8000;
    for (const sequenceNumber of this.#waiting.keys()) {
      nearest = Math.min(nearest, sequenceDistance(expected, sequenceNumber));
    }
    return advanceSequence(expected, nearest);
  }

  #loseCurrentFrame(): void {
    if (this.#parts.length > 0) this.#droppedFrames += 1;
    this.#parts = [];
    this.#seekingFrameStart = true;
    this.#seekTimestamp = null;
    this.#needsKeyframe = true;
  }
}
