import { join } from 'node:path';
import { z } from 'zod';
import type { IceServer } from '../../shared/protocol.ts';
import { DEFAULT_BATCH_WAIT_MS, EXECUTION_PROVIDERS } from '../inference/execution-providers.ts';
import { choice, integer, json, path, type Tunable, text, textList, toggle } from './tunable.ts';

const iceUrlSchema = z.string().regex(/^(stuns?|turns?):\S+$/, {
  error: 'must be a JSON list whose urls are stun:, stuns:, turn: or turns: addresses',
});
const iceServerSchema: z.ZodType<IceServer> = z.strictObject({
  urls: z.union([iceUrlSchema, z.array(iceUrlSchema).min(1)]),
  username: z.string().optional(),
  credential: z.string().optional(),
});

const ADDRESS = { pattern: /^[0-9a-zA-Z.:%_-]*$/, reason: 'must be an IP address or a host name' };
const MINUTE_MS = 60_000;
const MIB = 1024 * 1024;

/**
 * Every tunable of the server, once. The name is the key in `effigy.config.json`; the flag and the environment
 * variable follow from it (`rtcBasePort`, `--rtc-base-port`, `EFFIGY_RTC_BASE_PORT`).
 */
export const tunables = {
  port: integer({ min: 1, max: 65535 }, { section: 'http', default: 8080, help: 'Port of the page.' }),
  lan: toggle({
    section: 'http',
    default: false,
    help: 'Serve phones and other machines: HTTPS with a certificate made here, on every address of this machine.',
  }),
  cert: path({
    section: 'http',
    default: '',
    help: 'Certificate chain (PEM) for HTTPS of your own; needs --key.',
  }),
  key: path({ section: 'http', default: '', help: 'Private key (PEM) of --cert.' }),
  host: text(ADDRESS, {
    section: 'http',
    default: (_, { lan, cert }) => (lan || cert ? '0.0.0.0' : 'localhost'),
    defaultText: 'localhost; 0.0.0.0 with --lan or --cert',
    help: 'Address to listen on. Without HTTPS, browsers give a camera to localhost alone: hence the default.',
  }),
  allowedOrigins: textList(
    { pattern: /^https?:\/\/[^/\s]+$/, reason: 'each must look like https://example.org' },
    {
      section: 'http',
      default: [],
      help: 'Origins of pages that may connect besides our own (needed where a proxy changes the Host header).',
    },
  ),
  trustProxy: toggle({
    section: 'http',
    default: false,
    help: 'Take visitors’ addresses from X-Forwarded-For. Only behind a proxy that sets it.',
  }),

  rtcListenIps: textList(ADDRESS, {
    section: 'rtc',
    default: (machine, { host }) => {
      const lan = machine.lanAddresses.slice(0, 4);
      // Firefox pairs no loopback candidate with its own, so the LAN addresses are offered on localhost too.
      return host === 'localhost' || host === '127.0.0.1' ? ['127.0.0.1', ...lan] : [...lan, '127.0.0.1'];
    },
    defaultText: 'the addresses of this machine',
    help: 'Addresses for media, offered to browsers in this order.',
  }),
  rtcAnnouncedAddress: text(ADDRESS, {
    section: 'rtc',
    default: '',
    help: 'Public address told to browsers instead of the first listen address (behind NAT, in the cloud).',
  }),
  rtcBasePort: integer(
    { min: 1, max: 65535 },
    {
      section: 'rtc',
      default: 40_000,
      help: 'UDP and TCP port of the first SFU worker; the others take the next ones.',
    },
  ),
  sfuWorkers: integer(
    { min: 1, max: 64 },
    {
      section: 'rtc',
      default: (machine) => Math.max(1, Math.ceil(machine.coreCount / 16)),
      defaultText: 'one per 16 cores: a worker carries hundreds of streams, a core animates only a few',
      help: 'mediasoup workers.',
    },
  ),
  iceServers: json<IceServer[]>(z.array(iceServerSchema, { error: 'must be a JSON list of ICE servers' }).max(8), {
    section: 'rtc',
    default: [],
    secret: true,
    help: 'STUN and TURN servers for browsers: [{"urls":"turn:…","username":"…","credential":"…"}].',
  }),
  iceConsentTimeoutS: integer(
    { min: 5, max: 120 },
    {
      section: 'rtc',
      default: 30,
      help: 'Seconds without an ICE consent check until a media path counts as lost.',
    },
  ),

  cameraMaxBitrateBps: integer(
    { min: 100_000, max: 20_000_000 },
    {
      section: 'bitrates',
      default: 1_500_000,
      help: 'Most a camera may send: 640×480 needs no more for the tracker to see everything.',
    },
  ),
  outputMinBitrateBps: integer(
    { min: 30_000, max: 20_000_000 },
    { section: 'bitrates', default: 150_000, help: 'Least for the animated stream; below, 512×512 falls apart.' },
  ),
  outputStartBitrateBps: integer(
    { min: 30_000, max: 20_000_000 },
    {
      section: 'bitrates',
      default: 1_200_000,
      help: 'Of the animated stream until the first estimate of the network (about a second).',
    },
  ),
  outputMaxBitrateBps: integer(
    { min: 30_000, max: 20_000_000 },
    { section: 'bitrates', default: 2_500_000, help: 'Most for the animated stream; above, nothing more is seen.' },
  ),
  outputMaxFps: integer(
    { min: 1, max: 60 },
    { section: 'bitrates', default: 30, help: 'Most frames a second of the animated stream.' },
  ),

  pack: text(
    { pattern: /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, reason: 'must be the name of a pack, e.g. "mesh"' },
    {
      section: 'packs',
      default: 'mesh',
      help: 'What animates: mesh (built in, for processors) or an installed pack (npm run packs -- list).',
    },
  ),
  executionProviders: textList(
    { pattern: /^(tensorrt|cuda|webgpu|cpu)$/, reason: 'must be some of tensorrt, cuda, webgpu, cpu' },
    {
      section: 'packs',
      default: [...EXECUTION_PROVIDERS],
      help: 'Where an installed pack may run, tried in this order: the fastest first. Each refusal is logged with its reason.',
    },
  ),
  requireGpu: toggle({
    section: 'packs',
    default: false,
    help: 'Refuse to start rather than run the pack on the CPU.',
  }),
  softwareVulkan: toggle({
    section: 'packs',
    default: false,
    help: 'Let webgpu take a Vulkan driver that is a program on the processor: for tests, it is very slow.',
  }),
  batchWaitMs: integer(
    { min: 0, max: 100 },
    {
      section: 'packs',
      default: DEFAULT_BATCH_WAIT_MS,
      help: 'Longest that a frame may wait for those of other sessions while the GPU is free: a quarter of a frame at 30 fps is not seen.',
    },
  ),

  studios: integer(
    { min: 1, max: 256 },
    {
      section: 'studios',
      default: (machine, { pack }) => (pack === 'mesh' ? machine.coreCount : 1),
      defaultText: 'one per core; one with an installed pack, whose frames of all sessions share the GPU',
      help: 'Studio processes: each animates its sessions on one core.',
    },
  ),
  seatsPerStudio: integer(
    { min: 1, max: 256 },
    {
      section: 'studios',
      default: 3,
      help: 'Sessions per studio. Three keep 25 frames a second on a core (npm run bench); more share its frame rate.',
    },
  ),
  maxSessions: integer(
    { min: 1, max: 65536 },
    {
      section: 'studios',
      default: (_, { studios, seatsPerStudio }) => Number(studios) * Number(seatsPerStudio),
      defaultText: 'studios × seats',
      help: 'Sessions at a time; further visitors are told that the server is full.',
    },
  ),
  studioStartTimeoutMs: integer(
    { min: 1000, max: 300_000 },
    {
      section: 'studios',
      default: (_, { pack }) => (pack === 'mesh' ? 30_000 : 120_000),
      defaultText: '30000; 120000 with an installed pack, which may turn out too slow only when it has run',
      help: 'A studio that is not ready by then is started anew (models load in 1–3 s).',
    },
  ),
  studioWaitTimeoutMs: integer(
    { min: 1000, max: 300_000 },
    {
      section: 'studios',
      default: 10_000,
      help: 'How long a session waits for a studio to be ready; pages give up after 12 s.',
    },
  ),
  studioAnswerTimeoutMs: integer(
    { min: 500, max: 60_000 },
    { section: 'studios', default: 8000, help: 'How long a studio may take to open a session or to calibrate.' },
  ),
  studioSilenceTimeoutMs: integer(
    { min: 1000, max: 60_000 },
    {
      section: 'studios',
      default: 5000,
      help: 'A studio whose sessions report nothing for so long hangs, and is replaced (they report twice a second).',
    },
  ),
  studioRestartMinMs: integer(
    { min: 0, max: 60_000 },
    {
      section: 'studios',
      default: 50,
      help: 'Pause before the first restart of a dead studio; doubled each time it dies again.',
    },
  ),
  studioRestartMaxMs: integer(
    { min: 0, max: 600_000 },
    { section: 'studios', default: 10_000, help: 'Longest pause before a restart.' },
  ),

  resumeWindowMs: integer(
    { min: 0, max: 24 * 60 * MINUTE_MS },
    {
      section: 'sessions',
      default: MINUTE_MS,
      help: 'How long settings, portrait and calibration wait for a page that lost its connection.',
    },
  ),
  seatHoldMs: integer(
    { min: 0, max: 10 * MINUTE_MS },
    {
      section: 'sessions',
      default: 5000,
      help: 'How long its seat is kept for it: most pages are back within a second or two.',
    },
  ),
  cameraTimeoutMs: integer(
    { min: 5000, max: 60 * MINUTE_MS },
    {
      section: 'sessions',
      default: 2 * MINUTE_MS,
      help: 'A session that has no camera by then gives its seat back (one may be answering the permission prompt).',
    },
  ),
  statsIntervalMs: integer(
    { min: 100, max: 10_000 },
    { section: 'sessions', default: 500, help: 'Between two reports to the page: fast enough to read, no faster.' },
  ),
  trackingIntervalMs: integer(
    { min: 50, max: 10_000 },
    { section: 'sessions', default: 100, help: 'Least time between two face outlines sent to the page.' },
  ),

  maxMessageBytes: integer(
    { min: 16_384, max: 10 * MIB },
    {
      section: 'signalling',
      default: 128 * 1024,
      help: 'Longest signalling message; a browser’s RTP capabilities take about 20 kB.',
    },
  ),
  messagesPerSecond: integer(
    { min: 1, max: 1000 },
    {
      section: 'signalling',
      default: 30,
      help: 'Signalling messages per connection: a dragged slider sends about 20.',
    },
  ),
  messageBurst: integer(
    { min: 1, max: 10_000 },
    { section: 'signalling', default: 90, help: 'How many of them may come at once.' },
  ),
  connectionsPerAddress: integer(
    { min: 1, max: 100_000 },
    {
      section: 'signalling',
      default: 64,
      help: 'Connections from one address (a school or an office shares one).',
    },
  ),
  pingIntervalMs: integer(
    { min: 500, max: 60_000 },
    { section: 'signalling', default: 5000, help: 'Between two checks that a page is still there.' },
  ),
  pingTimeoutMs: integer(
    { min: 500, max: 60_000 },
    { section: 'signalling', default: 6000, help: 'How long it may take to answer.' },
  ),

  uploadMaxBytes: integer(
    { min: 1024, max: 200 * MIB },
    { section: 'uploads', default: 20 * MIB, help: 'Largest picture file: phones make 3–12 MB.' },
  ),
  uploadMaxPixels: integer(
    { min: 65_536, max: 500_000_000 },
    { section: 'uploads', default: 64_000_000, help: 'Most pixels of a picture: phones make up to 50 million.' },
  ),
  uploadMinFacePx: integer(
    { min: 16, max: 512 },
    { section: 'uploads', default: 60, help: 'Smallest face worth animating, in pixels of the picture as it is read.' },
  ),
  uploadsPerMinute: integer(
    { min: 1, max: 100_000 },
    { section: 'uploads', default: 20, help: 'Pictures from one address per minute.' },
  ),
  uploadTtlMs: integer(
    { min: MINUTE_MS, max: 24 * 60 * MINUTE_MS },
    {
      section: 'uploads',
      default: 60 * MINUTE_MS,
      help: 'How long an uploaded picture is kept (in memory only) after it was last used.',
    },
  ),
  uploadStoreMaxBytes: integer(
    { min: 16 * MIB, max: 65_536 * MIB },
    {
      section: 'uploads',
      default: 256 * MIB,
      help: 'Memory for uploaded pictures (about 1.5 MB each); oldest go first.',
    },
  ),
  darkroomTimeoutMs: integer(
    { min: 1000, max: 120_000 },
    { section: 'uploads', default: 20_000, help: 'Longest time to read one picture; after that it is refused.' },
  ),
  darkroomQueueMax: integer(
    { min: 1, max: 1000 },
    { section: 'uploads', default: 8, help: 'Pictures that may wait to be read; further ones are told to come again.' },
  ),

  cache: path({
    section: 'files',
    default: (machine) => join(machine.cacheHome, 'effigy'),
    defaultText: '~/.cache/effigy',
    help: 'Folder for what can be made again: models, the certificate of --lan.',
  }),
  modelsDir: path({
    section: 'files',
    default: (_, { cache }) => join(String(cache), 'models'),
    defaultText: 'models in the cache folder',
    help: 'Folder of the face models.',
  }),
  packsDir: path({
    section: 'files',
    default: (machine) => join(machine.dataHome, 'effigy', 'packs'),
    defaultText: '~/.local/share/effigy/packs',
    help: 'Folder of the model packs (npm run packs); not in the cache, for a pack may have taken an hour to get.',
  }),
  mediasoupWorker: path({
    section: 'files',
    default: '',
    defaultText: 'mediasoup’s own',
    help: 'The mediasoup-worker program.',
  }),
  clientDir: path({
    section: 'files',
    default: (machine) => join(machine.projectRoot, 'dist'),
    defaultText: 'dist',
    help: 'Folder of the built page.',
  }),
  galleryDir: path({
    section: 'files',
    default: (machine) => join(machine.projectRoot, 'client/public/gallery'),
    defaultText: 'client/public/gallery',
    help: 'Folder of the gallery’s pictures and its gallery.json.',
  }),
  logLevel: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    section: 'files',
    default: 'info',
    help: 'How much is logged.',
  }),
} as const satisfies Record<string, Tunable<unknown>>;

export type TunableName = keyof typeof tunables;

/** The values of all tunables. */
export type TunedValues = { [N in TunableName]: (typeof tunables)[N] extends Tunable<infer T> ? T : never };
