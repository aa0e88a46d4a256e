import type { PackAbout } from '../../shared/protocol.ts';
import type { StageStats } from '../measure/stats.ts';

export interface HeadsUpItem {
  readonly name: keyof StageStats;
  readonly text: string;
  /** What the figure means. */
  readonly explanation: string;
}

/** Providers as people write them. */
const providers: Record<string, string> = { cpu: 'CPU', cuda: 'CUDA', tensorrt: 'TensorRT', webgpu: 'WebGPU' };

/** The figures of the heads-up line in words; what is not known is a dash. */
export function headsUpItems(stats: StageStats): HeadsUpItem[] {
  const { executionProvider, refusedProviders, pack, packAbout } = stats;
  return [
    {
      name: 'glassToGlassMs',
      text: `${whole(stats.glassToGlassMs)} ms glass-to-glass`,
      explanation:
        'From the light that fell on the camera to the light from this screen, the median of the last second. ' +
        'A dash: this browser does not tell, or there is nothing to measure yet.',
    },
    {
      name: 'fps',
      text: `${whole(stats.fps)} fps`,
      explanation: 'Frames of the animated portrait that this screen showed in the last second.',
    },
    {
      name: 'serverMs',
      text: `server ${whole(stats.serverMs)} ms`,
      explanation: 'Time that a frame spends in the server, from decoded to sent, the median.',
    },
    {
      name: 'droppedFrames',
      text: `${whole(stats.droppedFrames)} dropped`,
      explanation:
        'Camera frames passed over since the session began: the newest one always wins, so that nothing queues.',
    },
    {
      name: 'executionProvider',
      text: executionProvider === null ? '–' : nameOf(executionProvider),
      explanation: [
        'What the models run on in the server.',
        ...(refusedProviders ?? []).map((refused) => `Not on ${nameOf(refused.executionProvider)}: ${refused.reason}.`),
      ].join(' '),
    },
    {
      name: 'pack',
      text: packAbout?.isNonCommercial ? `${pack}, non-commercial` : (pack ?? '–'),
      explanation: aboutPack(packAbout),
    },
  ];
}

function aboutPack(about: PackAbout | null): string {
  const what = 'The model pack that animates the portrait.';
  if (!about) return what;
  return [
    what,
    `${about.title}, licence: ${about.licence}${about.isNonCommercial ? ', not for commercial use' : ''}.`,
    about.isStandIn && 'Its weights are random: it shows how fast the model is, not what it can do.',
  ]
    .filter(Boolean)
    .join(' ');
}

function nameOf(executionProvider: string): string {
  return providers[executionProvider.toLowerCase()] ?? executionProvider;
}

function whole(value: number | null): string {
  return value === null ? '–' : String(Math.round(value));
}
