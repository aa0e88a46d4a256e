import { describe, expect, it } from 'vitest';
import type { SettingsPatch } from '../../shared/settings.ts';
import { SettingsPatchQueue } from './settings-patch-queue.ts';

/** Sends that are answered by hand. */
function manualSends() {
  const sent: SettingsPatch[] = [];
  const answers: (() => void)[] = [];
  const send = (patch: SettingsPatch) =>
    new Promise<void>((resolve) => {
      sent.push(patch);
      answers.push(resolve);
    });
  const answer = async () => {
    answers.shift()?.();
    await new Promise((done) => setImmediate(done));
  };
  return { sent, send, answer };
}

describe('queue of setting changes', () => {
  it('sends the first at once and merges those that come before its answer', async () => {
    const { sent, send, answer } = manualSends();
    const queue = new SettingsPatchQueue(send);
    queue.push({ smoothing: 0.1 });
    queue.push({ smoothing: 0.2 });
    queue.push({ smoothing: 0.3, mirror: false });
    expect(sent).toEqual([{ smoothing: 0.1 }]);
    await answer();
    expect(sent).toEqual([{ smoothing: 0.1 }, { smoothing: 0.3, mirror: false }]);
    await answer();
    expect(queue.isBusy).toBe(false);
  });

  it('goes on after a change that was refused', async () => {
    const sent: SettingsPatch[] = [];
    const queue = new SettingsPatchQueue(async (patch) => {
      sent.push(patch);
      if (sent.length === 1) throw new Error('refused');
    });
    queue.push({ mode: 'absolute' });
    queue.push({ mode: 'relative' });
    await new Promise((done) => setImmediate(done));
    expect(sent).toEqual([{ mode: 'absolute' }, { mode: 'relative' }]);
  });
});
