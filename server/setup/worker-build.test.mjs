import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyPatch, patches } from './mediasoup-worker/patches.mjs';
import { projectPath } from './paths.mjs';
import { ninjaProgress } from './worker-build.mjs';

describe("the patches of mediasoup-worker's sources", () => {
  it.each(patches)('applies to the installed version: $why', (patch) => {
    const source = readFileSync(projectPath('node_modules/mediasoup/worker', patch.file), 'utf8');
    const patched = applyPatch(source, patch);
    expect(patched).toContain(patch.to);
    expect(patched.split(patch.to)).toHaveLength(2);
  });

  const patch = { file: 'a.cpp', why: 'a reason', from: 'old', to: 'new' };

  it('stop the build where their place is gone', () => {
    expect(() => applyPatch('other', patch)).toThrow(/a\.cpp has changed.*a reason.*0 times/);
  });

  it('stop the build where their place is not the only one', () => {
    expect(() => applyPatch('old old', patch)).toThrow(/2 times/);
  });
});

it("ninja's status is read as progress", () => {
  expect(ninjaProgress('[132/310] Compiling C++ object a.o')).toEqual({ done: 132, total: 310 });
  expect(ninjaProgress('ninja: build stopped: subcommand failed.')).toBeUndefined();
});
