import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { createSessionStore } from './session-store.ts';

function memoryStorage(): Storage {
  const map = new Map<string, string>();
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
    clear: () => map.clear(),
    key: (index) => [...map.keys()][index] ?? null,
    get length() {
      return map.size;
    },
  };
}

describe('session store', () => {
  it('begins with the settings that a new user should meet', () => {
    expect(createSessionStore(memoryStorage(), memoryStorage()).settings).toEqual(DEFAULT_SETTINGS);
  });

  it('remembers settings and token over a reload', () => {
    const [lasting, ofThisTab] = [memoryStorage(), memoryStorage()];
    const store = createSessionStore(lasting, ofThisTab);
    store.settings = { ...DEFAULT_SETTINGS, smoothing: 0.9 };
    store.resumeToken = 'token';
    const reloaded = createSessionStore(lasting, ofThisTab);
    expect(reloaded.settings.smoothing).toBe(0.9);
    expect(reloaded.resumeToken).toBe('token');
    reloaded.resumeToken = null;
    expect(createSessionStore(lasting, ofThisTab).resumeToken).toBeNull();
  });

  it('does not believe what is malformed', () => {
    const lasting = memoryStorage();
    for (const text of ['{', '"x"', 'null', '[]', '{"smoothing":7}', '{"unknown":1}', '{"mode":"sideways"}']) {
      lasting.setItem('effigy.settings', text);
      expect(createSessionStore(lasting, null).settings).toEqual(DEFAULT_SETTINGS);
    }
  });

  it('keeps what it knows of settings that another version left', () => {
    const lasting = memoryStorage();
    const kept = { mirror: false, motionStrength: 0.3, expressionStrength: 0.2, smoothing: 0.8, mode: 'absolute' };
    lasting.setItem('effigy.settings', JSON.stringify(kept));
    const expected = { ...DEFAULT_SETTINGS, mirror: false, smoothing: 0.8, mode: 'absolute' };
    expect(createSessionStore(lasting, null).settings).toEqual(expected);
  });

  it('lasts as long as the page where storage is closed', () => {
    const closed = new Proxy({} as Storage, {
      get: () => () => {
        throw new DOMException('closed', 'SecurityError');
      },
    });
    const store = createSessionStore(closed, closed);
    store.settings = { ...DEFAULT_SETTINGS, mirror: false };
    store.resumeToken = 'token';
    expect(store.settings.mirror).toBe(false);
    expect(store.resumeToken).toBe('token');
  });
});
