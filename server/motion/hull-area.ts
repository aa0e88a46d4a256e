/**
 * Area of the convex hull of points (Andrew's monotone chain). `values` are x and y of each point, then `stride − 2`
 * others. 0 for fewer than three points, or points on one line.
 */
export function hullArea(values: Float32Array, stride = 2): number {
  const count = Math.floor(values.length / stride);
  const order = Array.from({ length: count }, (_, i) => stride * i);
  order.sort((a, b) => values[a] - values[b] || values[a + 1] - values[b + 1]);
  const hull = [...halfHull(values, order), ...halfHull(values, order.toReversed())];
  let doubled = 0;
  for (const [i, a] of hull.entries()) {
    const b = hull[(i + 1) % hull.length];
    doubled += values[a] * values[b + 1] - values[b] * values[a + 1];
  }
  return Math.abs(doubled) / 2;
}

/** One side of the hull, without its last point, which begins the other side. */
function halfHull(values: Float32Array, order: readonly number[]): number[] {
  const hull: number[] = [];
  for (const point of order) {
    while (hull.length >= 2 && !turnsLeft(values, hull[hull.length - 2], hull[hull.length - 1], point)) hull.pop();
    hull.push(point);
  }
  return hull.slice(0, -1);
}

function turnsLeft(values: Float32Array, a: number, b: number, c: number): boolean {
  const [ax, ay] = [values[a], values[a + 1]];
  return (values[b] - ax) * (values[c + 1] - ay) - (values[b + 1] - ay) * (values[c] - ax) > 0;
}
