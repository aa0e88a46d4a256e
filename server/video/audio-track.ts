import {
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_AC3,
  AV_CODEC_ID_ALAC,
  AV_CODEC_ID_EAC3,
  AV_CODEC_ID_MP3,
  AV_CODEC_ID_OPUS,
  AVMEDIA_TYPE_AUDIO,
} from 'node-av/constants';
import { CodecParameters, type FormatContext, Packet, type Stream } from 'node-av/lib';
import { AudioTranscoder } from './audio-transcoder.ts';
import { openMediaInput, startTimeUs } from './media-input.ts';
import { microsecondsToTicks, type TimeBase, ticksToMs } from './time-base.ts';

/** What an MP4 file holds as it is, and players play. Everything else is coded anew, as AAC. */
const COPIED_CODECS = new Set<number>([
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_MP3,
  AV_CODEC_ID_ALAC,
  AV_CODEC_ID_AC3,
  AV_CODEC_ID_EAC3,
  AV_CODEC_ID_OPUS,
]);

/** The sound of a media file as packets for an MP4 file, their timestamps counted from the file's start. */
export interface AudioTrack {
  readonly codecParameters: CodecParameters;
  readonly timeBase: TimeBase;
  /** Start of the packet that `take` gives next, milliseconds; null at the end. */
  readonly nextMs: number | null;
  /** The next packet, which becomes the caller's to free. Only while `nextMs` is not null. */
  take(): Promise<Packet>;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the best audio stream of a file: copied where MP4 can hold it, else transcoded. Null where there is no sound.
 * Throws an Error where there is sound that cannot be decoded.
 */
export async function openAudioTrack(path: string): Promise<AudioTrack | null> {
  const input = await openMediaInput(path);
  const stream = input.streams[input.findBestStream(AVMEDIA_TYPE_AUDIO)];
  const parameters = new CodecParameters();
  parameters.alloc();
  const startUs = startTimeUs(input);
  if (stream && COPIED_CODECS.has(stream.codecpar.codecId)) {
    stream.codecpar.copy(parameters);
    parameters.codecTag = 0;
    const { num, den } = stream.timeBase;
    return await PacketTrack.open(parameters, { num, den }, startUs, copiedPackets(input, stream));
  }
  const index = stream?.index;
  await input.closeInput();
  return index === undefined ? null : openTranscodedTrack(path, index, startUs, parameters);
}

async function openTranscodedTrack(
  path: string,
  streamIndex: number,
  startUs: number,
  parameters: CodecParameters,
): Promise<AudioTrack> {
  const transcoder = await AudioTranscoder.open(path, streamIndex, startUs);
  const packets = transcoder.packets();
  const first = await packets.next();
  if (first.done) throw new Error('the sound cannot be decoded');
  const { encoder } = transcoder;
  encoder.parametersFromContext(parameters);
  return new PacketTrack(parameters, { num: 1, den: encoder.sampleRate }, 0, packets, first.value);
}

async function* copiedPackets(input: FormatContext, stream: Stream): AsyncGenerator<Packet, void, undefined> {
  try {
    for (;;) {
      const packet = new Packet();
      packet.alloc();
      if ((await input.readFrame(packet)) < 0) {
        packet.free();
        return;
      }
      if (packet.streamIndex === stream.index && packet.size > 0) yield packet;
      else packet.free();
    }
  } finally {
    await input.closeInput();
  }
}

/** A track over a stream of packets, of which it holds the next one. */
class PacketTrack implements AudioTrack {
  readonly codecParameters: CodecParameters;
  readonly timeBase: TimeBase;
  readonly #startTicks: bigint;
  readonly #packets: AsyncGenerator<Packet, void, undefined>;
  #next: Packet | null;

  constructor(
    codecParameters: CodecParameters,
    timeBase: TimeBase,
    startUs: number,
    packets: AsyncGenerator<Packet, void, undefined>,
    first: Packet | null,
  ) {
    this.codecParameters = codecParameters;
    this.timeBase = timeBase;
    this.#startTicks = BigInt(microsecondsToTicks(startUs, timeBase));
    this.#packets = packets;
    this.#next = first && this.#fromStart(first);
  }

  static async open(
    codecParameters: CodecParameters,
    timeBase: TimeBase,
    startUs: number,
    packets: AsyncGenerator<Packet, void, undefined>,
  ): Promise<PacketTrack> {
    const first = await packets.next();
    return new PacketTrack(codecParameters, timeBase, startUs, packets, first.done ? null : first.value);
  }

  get nextMs(): number | null {
    return this.#next && ticksToMs(Number(this.#next.dts), this.timeBase);
  }

  async take(): Promise<Packet> {
    const packet = this.#next;
    if (!packet) throw new Error('the sound is at its end');
    const following = await this.#packets.next();
    this.#next = following.done ? null : this.#fromStart(following.value);
    return packet;
  }

  async close(): Promise<void> {
    this.#next?.free();
    this.#next = null;
    await this.#packets.return();
  }

  #fromStart(packet: Packet): Packet {
    packet.pts -= this.#startTicks;
    packet.dts -= this.#startTicks;
    return packet;
  }
}
