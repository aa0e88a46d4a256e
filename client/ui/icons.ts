import { svg } from './dom.ts';

/** Paths on a 24×24 grid, drawn as lines. */
const paths = {
  back: 'M15 5l-7 7 7 7',
  help: 'M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16M9.8 10a2.3 2.3 0 1 1 3.4 2c-.8.5-1.2.9-1.2 1.8M12 16.4v.1',
  theme: 'M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16',
  expand: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  calibrate: 'M12 3v4M12 17v4M3 12h4M17 12h4M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7',
  mirror: 'M12 3v18M9 7L4 17h5zM15 7l5 10h-5z',
  stop: 'M6.5 6.5h11v11h-11z',
  upload: 'M12 16V5M7.5 9.5L12 5l4.5 4.5M5 19h14',
  close: 'M6 6l12 12M18 6L6 18',
  camera: 'M4 7.5h10.5v9H4zM14.5 11l5-3v8l-5-3',
  play: 'M8 5.5v13l10.5-6.5z',
  eye: 'M3 12c2.5-4 5.5-6 9-6s6.5 2 9 6c-2.5 4-5.5 6-9 6s-6.5-2-9-6zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
} as const;

export type IconName = keyof typeof paths;

/** A decorative icon; what it means is in the text or label beside it. */
export function icon(name: IconName): SVGSVGElement {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: paths[name] }),
  );
}
