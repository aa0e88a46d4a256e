import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { media } from '../config.ts';
import { IceRecovery, worstState } from './ice-recovery.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function recovery(restartIce = vi.fn(async () => {})) {
  const onLost = vi.fn();
  return { restartIce, onLost, ice: new IceRecovery(restartIce, onLost) };
}

describe('worst of two transports', () => {
  it('is connected only when both are', () => {
    expect(worstState(['connected', 'connected'])).toBe('connected');
    expect(worstState(['connected', 'connecting'])).toBe('connecting');
    expect(worstState(['disconnected', 'connected'])).toBe('disconnected');
    expect(worstState(['disconnected', 'failed'])).toBe('failed');
  });
});

describe('ICE recovery', () => {
  it('lets a short interruption heal by itself', async () => {
    const { ice, restartIce, onLost } = recovery();
    ice.update('connected');
    ice.update('disconnected');
    await vi.advanceTimersByTimeAsync(media.iceGraceMs - 1);
    ice.update('connected');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(restartIce).not.toHaveBeenCalled();
    expect(onLost).not.toHaveBeenCalled();
  });

  it('restarts ICE after a longer one, and is content when it connects', async () => {
    const { ice, restartIce, onLost } = recovery();
    ice.update('connected');
    ice.update('disconnected');
    await vi.advanceTimersByTimeAsync(media.iceGraceMs);
    expect(restartIce).toHaveBeenCalledTimes(1);
    ice.update('connecting');
    ice.update('connected');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onLost).not.toHaveBeenCalled();
  });

  it('restarts at once when ICE has failed, and gives up when that does not help', async () => {
    const { ice, restartIce, onLost } = recovery();
    ice.update('connected');
    ice.update('failed');
    expect(restartIce).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(media.iceRestartTimeoutMs);
    expect(onLost).toHaveBeenCalledExactlyOnceWith(true);
  });

  it('tells a path that never was from one that broke', async () => {
    const { ice, onLost } = recovery();
    ice.update('connecting');
    ice.update('failed');
    await vi.advanceTimersByTimeAsync(media.iceRestartTimeoutMs);
    expect(onLost).toHaveBeenCalledExactlyOnceWith(false);
  });

  it('gives up when the restart cannot even be asked for', async () => {
    const { ice, onLost } = recovery(vi.fn(() => Promise.reject(new Error('no signalling'))));
    ice.update('connected');
    ice.update('failed');
    await vi.advanceTimersByTimeAsync(0);
    expect(onLost).toHaveBeenCalledTimes(1);
  });

  it('is silent once closed', async () => {
    const { ice, restartIce, onLost } = recovery();
    ice.update('connected');
    ice.update('disconnected');
    ice.close();
    ice.update('failed');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(restartIce).not.toHaveBeenCalled();
    expect(onLost).not.toHaveBeenCalled();
  });
});
