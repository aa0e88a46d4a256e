import type { FileHandle } from 'node:fs/promises';

/** The bytes are not a protobuf message, or one that was made to do harm. */
export class ProtobufError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtobufError';
  }
}

/** Wire types of the encoding (protobuf.dev, "Encoding"). Groups are long out of use and refused. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const WINDOW_BYTES = 1 << 16;
const MAX_VARINT_BYTES = 10;

/** One field of a message: its number, and where its payload lies in the file. */
export interface Field {
  readonly number: number;
  /** The value of a varint; 0 for the others. Numbers above 2⁵³ are not exact. */
  readonly value: number;
  /** Payload of a string, byte string or nested message; null for numbers. */
  readonly payload: { readonly start: number; readonly end: number } | null;
}

/**
 * Reads a protobuf file field by field through a small window: payloads are skipped by their length, so that a model
 * of gigabytes costs a few reads where only its outline is wanted.
 */
export class ProtobufReader {
  readonly #file: FileHandle;
  readonly #window = Buffer.allocUnsafe(WINDOW_BYTES);
  #windowStart = 0;
  #windowLength = 0;
  /** Of the file. */
  readonly bytes: number;

  private constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.bytes = bytes;
  }

  /** The file stays the caller's to close. */
  static async over(file: FileHandle): Promise<ProtobufReader> {
    return new ProtobufReader(file, (await file.stat()).size);
  }

  /** The fields of the message between two positions. @throws ProtobufError where there is none */
  async *fields(start: number, end: number): AsyncGenerator<Field> {
    for (let at = start; at < end; ) {
      const [tag, afterTag] = await this.#varint(at, end);
      const number = Math.floor(tag / 8);
      if (number < 1) throw new ProtobufError(`there is no field number at byte ${at}`);
      switch (tag % 8) {
        case VARINT: {
          const [value, next] = await this.#varint(afterTag, end);
          yield { number, value, payload: null };
          at = next;
          break;
        }
        case FIXED64:
          yield { number, value: 0, payload: null };
          at = afterTag + 8;
          break;
        case FIXED32:
          yield { number, value: 0, payload: null };
          at = afterTag + 4;
          break;
        case LENGTH_DELIMITED: {
          const [length, payloadStart] = await this.#varint(afterTag, end);
          const payloadEnd = payloadStart + length;
          if (payloadEnd > end) throw new ProtobufError(`the field at byte ${at} ends after its message`);
          yield { number, value: 0, payload: { start: payloadStart, end: payloadEnd } };
          at = payloadEnd;
          break;
        }
        default:
          throw new ProtobufError(`there is no wire type ${tag % 8} (byte ${at})`);
      }
      if (at > end) throw new ProtobufError(`the message ends within a field (byte ${end})`);
    }
  }

  /** A payload as text. @throws ProtobufError where it is longer than `maxBytes` */
  async text({ start, end }: { start: number; end: number }, maxBytes: number): Promise<string> {
    if (end - start > maxBytes) throw new ProtobufError(`a name of ${end - start} bytes`);
    await this.#need(start, end - start);
    return this.#window.toString('utf8', start - this.#windowStart, end - this.#windowStart);
  }

  async #varint(at: number, end: number): Promise<[value: number, next: number]> {
    const length = Math.min(MAX_VARINT_BYTES, end - at);
    await this.#need(at, length);
    let value = 0;
    for (let i = 0; i < length; i++) {
      const byte = this.#window[at - this.#windowStart + i];
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return [value, at + i + 1];
    }
    throw new ProtobufError(`a number does not end (byte ${at})`);
  }

  /** Brings bytes into the window. */
  async #need(start: number, length: number): Promise<void> {
    if (start >= this.#windowStart && start + length <= this.#windowStart + this.#windowLength) return;
    const wanted = Math.min(WINDOW_BYTES, this.bytes - start);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await this.#file.read(this.#window, filled, wanted - filled, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    this.#windowStart = start;
    this.#windowLength = filled;
    if (filled < length) throw new ProtobufError('the file is cut off');
  }
}
