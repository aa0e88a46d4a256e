/**
 * Mean over the square of `2·radius + 1` pixels around each pixel; outside of the picture counts as 0.
 * `from` and `to` may be the same; `scratch` is as large as they are.
 */
export function blurBox(
  from: Float32Array,
  to: Float32Array,
  scratch: Float32Array,
  width: number,
  height: number,
  radius: number,
): void {
  for (let y = 0; y < height; y++) blurLine(from, scratch, y * width, 1, width, radius);
  for (let x = 0; x < width; x++) blurLine(scratch, to, x, width, height, radius);
}

function blurLine(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  radius: number,
): void {
  const weight = 1 / (2 * radius + 1);
  let sum = 0;
  for (let i = 0; i < Math.min(radius, length); i++) sum += from[start + i * step];
  for (let i = 0; i < length; i++) {
    if (i + radius < length) sum += from[start + (i + radius) * step];
    if (i - radius - 1 >= 0) sum -= from[start + (i - radius - 1) * step];
    to[start + i * step] = sum * weight;
  }
}
