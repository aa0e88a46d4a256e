import { resolve } from 'node:path';
import { Decoder, Demuxer, FilterAPI } from 'node-av/api';
import { AV_CODEC_FLAG_GLOBAL_HEADER, AV_SAMPLE_FMT_FLTP, FF_ENCODER_AAC } from 'node-av/constants';
import { Codec, CodecContext, type Frame, Packet, Rational } from 'node-av/lib';
import { checkReturn } from '../studio/codec/ffmpeg.ts';

const BITRATE_BPS = 192_000;
/** Samples in one AAC frame. */
const FRAME_SAMPLES = 1024;
const SAMPLE_RATES_HZ = [48_000, 44_100, 96_000, 88_200, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000];

/**
 * Decodes one audio stream of a file and codes it as AAC, keeping its place in time: silence fills what is missing at
 * the start and in gaps. Timestamps are samples since `startUs` of the file's clock.
 */
export class AudioTranscoder {
  readonly #demuxer: Demuxer;
  readonly #decoder: Decoder;
  readonly #filter: FilterAPI;
  readonly #streamIndex: number;
  readonly #encoder = new CodecContext();
  #encoderOpen = false;

  private constructor(demuxer: Demuxer, decoder: Decoder, filter: FilterAPI, streamIndex: number) {
    this.#demuxer = demuxer;
    this.#decoder = decoder;
    this.#filter = filter;
    this.#streamIndex = streamIndex;
  }

  /** Throws an Error where there is no decoder for the stream. */
  static async open(path: string, streamIndex: number, startUs: number): Promise<AudioTranscoder> {
    const demuxer = await Demuxer.open(resolve(path), { copyTs: true, options: { protocol_whitelist: 'file' } });
    const stream = demuxer.streams[streamIndex];
    const decoder = await Decoder.create(stream);
    const filter = FilterAPI.create(
      [
        `asetpts=PTS-${startUs}e-6/TB`,
        'aresample=async=1:first_pts=0',
        `aformat=sample_fmts=fltp:sample_rates=${SAMPLE_RATES_HZ.join('|')}:channel_layouts=mono|stereo|5.1`,
        `asetnsamples=n=${FRAME_SAMPLES}:p=0`,
      ].join(','),
    );
    return new AudioTranscoder(demuxer, decoder, filter, streamIndex);
  }

  /** The encoder, whose parameters are known from the first packet on. */
  get encoder(): CodecContext {
    return this.#encoder;
  }

  /** All packets; each becomes the caller's to free. Frees the transcoder at its end. */
  async *packets(): AsyncGenerator<Packet, void, undefined> {
    try {
      const source = this.#demuxer.packets(this.#streamIndex);
      for await (const frame of this.#filter.frames(this.#decoder.frames(source))) {
        if (frame && !this.#encoderOpen) await this.#openEncoder(frame);
        if (this.#encoderOpen) yield* this.#encode(frame);
        frame?.free();
      }
    } finally {
      this.#filter.close();
      this.#decoder.close();
      this.#encoder.freeContext();
      await this.#demuxer.close();
    }
  }

  async #openEncoder(frame: Frame): Promise<void> {
    const codec = Codec.findEncoderByName(FF_ENCODER_AAC);
    if (!codec) throw new Error('FFmpeg has no AAC encoder');
    const encoder = this.#encoder;
    encoder.allocContext3(codec);
    encoder.sampleFormat = AV_SAMPLE_FMT_FLTP;
    encoder.sampleRate = frame.sampleRate;
    encoder.channelLayout = frame.channelLayout;
    encoder.timeBase = new Rational(1, frame.sampleRate);
    encoder.bitRate = BigInt(BITRATE_BPS);
    encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    checkReturn(await encoder.open2(codec), 'open audio encoder');
    this.#encoderOpen = true;
  }

  /** Null ends the stream and brings what the encoder still holds. */
  async *#encode(frame: Frame | null): AsyncGenerator<Packet, void, undefined> {
    checkReturn(await this.#encoder.sendFrame(frame), 'encode audio');
    for (;;) {
      const packet = new Packet();
      packet.alloc();
      if ((await this.#encoder.receivePacket(packet)) < 0) {
        packet.free();
        return;
      }
      yield packet;
    }
  }
}
