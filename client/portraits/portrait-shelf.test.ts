import { describe, expect, it } from 'vitest';
import type { PortraitInfo } from '../../shared/portraits.ts';
import { PortraitShelf } from './portrait-shelf.ts';

const portrait = (id: string, source: PortraitInfo['source']): PortraitInfo => ({
  id,
  title: id,
  alt: id,
  source,
  imageUrl: `/${id}.jpg`,
  contours: [],
});

function memoryStorage(): Storage {
  const map = new Map<string, string>();
  return { getItem: (key) => map.get(key) ?? null, setItem: (key, value) => void map.set(key, value) } as Storage;
}

describe('portraits on show', () => {
  it('are the own ones first, the newest foremost', () => {
    const shelf = new PortraitShelf(null);
    shelf.setGallery([portrait('a', 'gallery'), portrait('b', 'gallery')]);
    shelf.add(portrait('u1', 'upload'));
    shelf.add(portrait('u2', 'upload'));
    expect(shelf.all.map(({ id }) => id)).toEqual(['u2', 'u1', 'a', 'b']);
    shelf.remove('u1');
    expect(shelf.all.map(({ id }) => id)).toEqual(['u2', 'a', 'b']);
    expect(shelf.find('u1')).toBeUndefined();
  });

  it('show an upload once, though the server lists it too', () => {
    const shelf = new PortraitShelf(null);
    shelf.add(portrait('u1', 'upload'));
    shelf.setGallery([portrait('u1', 'upload'), portrait('a', 'gallery')]);
    expect(shelf.all.map(({ id }) => id)).toEqual(['u1', 'a']);
  });

  it('outlive a reload of the tab', () => {
    const storage = memoryStorage();
    new PortraitShelf(storage).add(portrait('u1', 'upload'));
    expect(new PortraitShelf(storage).find('u1')?.title).toBe('u1');
  });

  it('are only the gallery where what was kept is malformed', () => {
    const storage = memoryStorage();
    storage.setItem('effigy.uploads', '[{"id":"../x"}]');
    expect(new PortraitShelf(storage).all).toEqual([]);
  });
});
