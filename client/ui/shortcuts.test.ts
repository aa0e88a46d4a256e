import { describe, expect, it } from 'vitest';
import { type KeyPress, keyOf, shortcutOf, shortcuts } from './shortcuts.ts';

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  targetTakesText: false,
  ...change,
});

describe('keyboard shortcuts', () => {
  it('are one for each action, each with a key of its own', () => {
    expect(new Set(shortcuts.map(({ key }) => key)).size).toBe(shortcuts.length);
    expect(new Set(shortcuts.map(({ action }) => action)).size).toBe(shortcuts.length);
  });

  it('work in either case, on the stage', () => {
    expect(shortcutOf(press('c'), true)).toBe('calibrate');
    expect(shortcutOf(press('C'), true)).toBe('calibrate');
    expect(shortcutOf(press('?'), true)).toBe('help');
  });

  it('of the stage do nothing in the gallery', () => {
    expect(shortcutOf(press('x'), false)).toBeNull();
    expect(shortcutOf(press('u'), false)).toBe('upload');
  });

  it('leave combinations to the browser and letters to text fields', () => {
    expect(shortcutOf(press('c', { ctrlKey: true }), true)).toBeNull();
    expect(shortcutOf(press('r', { metaKey: true }), true)).toBeNull();
    expect(shortcutOf(press('f', { altKey: true }), true)).toBeNull();
    expect(shortcutOf(press('m', { targetTakesText: true }), true)).toBeNull();
  });

  it('repeat for strengths only', () => {
    expect(shortcutOf(press('w', { repeat: true }), true)).toBe('pose-up');
    expect(shortcutOf(press('m', { repeat: true }), true)).toBeNull();
  });

  it('are nothing for other keys', () => {
    for (const key of ['Escape', 'Tab', ' ', 'Enter', 'q', 'ArrowUp']) expect(shortcutOf(press(key), true)).toBeNull();
  });

  it('tell the key of an action', () => {
    expect(keyOf('calibrate')).toBe('C');
    expect(keyOf('help')).toBe('?');
  });
});
