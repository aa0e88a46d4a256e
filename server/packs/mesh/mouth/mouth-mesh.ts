import { addBag, addPalate } from './cavity-surface.ts';
import { LOWER_ARCH, UPPER_ARCH } from './dental-arch.ts';
import { addGum } from './gum-surface.ts';
import type { MouthMesh } from './surface-builder.ts';
import { SurfaceBuilder } from './surface-builder.ts';
import { addTongue, Tongue } from './tongue.ts';
import { addTooth } from './tooth-surface.ts';

/** The whole inside of a mouth, and the tongue in it that moves by itself. */
export interface MouthModel {
  readonly mesh: MouthMesh;
  readonly tongue: Tongue;
}

/** Builds the model anew: its tongue is posed for one portrait at a time. */
export function createMouthModel(): MouthModel {
  const builder = new SurfaceBuilder();
  for (const arch of [UPPER_ARCH, LOWER_ARCH]) {
    for (let index = 0; index < arch.teeth.length; index++) {
      addTooth(builder, arch, index, 1);
      addTooth(builder, arch, index, -1);
    }
  }
  builder.endClosed();
  addGum(builder, UPPER_ARCH, 'outer');
  addGum(builder, LOWER_ARCH, 'outer');
  addGum(builder, LOWER_ARCH, 'inner');
  const grid = addTongue(builder);
  addPalate(builder);
  addBag(builder);
  const mesh = builder.build();
  return { mesh, tongue: new Tongue(mesh, grid) };
}
