import { over } from './blending';
import { colour, height, width } from './frame';

/** Puts the picture over `background` (opaque, as large, with the same room after it), in place. */
export function composite(background: usize): void {
  const end = colour + ((<usize>(width * height)) << 2);
  const alpha = i32x4.splat(0xff000000);
  let behind = background;
  for (let at = colour; at < end; at += 16, behind += 16) {
    const front = v128.load(at);
    if (i32x4.all_true(i32x4.eq(v128.and(front, alpha), alpha))) continue;
    const back = v128.load(behind);
    v128.store(at, v128.any_true(front) ? over(front, back) : back);
  }
}
