import { expect, test } from 'vitest';
import { UploadSlots } from './upload-slots.ts';

test('one address gets half of the places, all addresses together no more than there are', () => {
  const slots = new UploadSlots(5);
  const taken = (address: string) => [1, 2, 3, 4, 5].filter(() => slots.take(address)).length;
  expect(taken('slow')).toBe(3);
  expect(taken('quick')).toBe(2);
  expect(taken('third')).toBe(0);
  slots.release('slow');
  expect(taken('third')).toBe(1);
  for (const address of ['slow', 'slow', 'quick', 'quick', 'third']) slots.release(address);
  expect([taken('slow'), taken('quick')]).toEqual([3, 2]);
});
