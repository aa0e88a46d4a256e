// The picture being drawn: two buffers of `width × height` pixels, set up by the host.

import { setConstants } from './constants';

export let width: i32 = 0;
export let height: i32 = 0;
/** Premultiplied RGBA, 4 bytes a pixel, and 12 bytes of room after the last. */
export let colour: usize = 0;
/** f32 a pixel, growing away from the viewer, and 12 bytes of room after the last. */
export let depth: usize = 0;
/** Whether something translucent was drawn, so that pixels may be in need of what lies behind them. */
export let isTranslucent: bool = false;

/** Depth of what lies behind everything drawn is above this. */
export const FAR: f32 = 1e30;
/** The byte that far depths are made of: four of them are 3.4e38. */
const FAR_BYTE: u8 = 0x7f;

export function setUp(frameWidth: i32, frameHeight: i32, frameColour: usize, frameDepth: usize): void {
  setConstants();
  width = frameWidth;
  height = frameHeight;
  colour = frameColour;
  depth = frameDepth;
}

/** Nothing drawn. */
export function clear(): void {
  isTranslucent = false;
  const bytes = (<usize>(width * height)) << 2;
  memory.fill(colour, 0, bytes);
  memory.fill(depth, FAR_BYTE, bytes);
}

export function expectTranslucent(): void {
  isTranslucent = true;
}
