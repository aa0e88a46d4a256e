export type Contours = readonly (readonly (readonly [number, number])[])[];

/** A box around a face, in units of the picture's height. */
export interface FaceFrame {
  centerX: number;
  centerY: number;
  height: number;
}

/** Where a ghost stands when no face is tracked: the middle, half of the picture high. */
export function restingFrame(aspect: number): FaceFrame {
  return { centerX: aspect / 2, centerY: 0.5, height: 0.55 };
}

/**
 * The box around contours in 0..1 of a picture of the given aspect (width over height); null where there are none.
 * `mirrored` gives the box as it is seen in a mirror.
 */
export function frameOf(contours: Contours, aspect: number, mirrored = false): FaceFrame | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of contours.flat()) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (!(bottom > top)) return null;
  const centerX = (left + right) / 2;
  return { centerX: (mirrored ? 1 - centerX : centerX) * aspect, centerY: (top + bottom) / 2, height: bottom - top };
}

/** A step of `from` towards `to`: the ghost follows a person calmly. */
export function approach(from: FaceFrame, to: FaceFrame, share: number): FaceFrame {
  const mix = (a: number, b: number) => a + (b - a) * share;
  return {
    centerX: mix(from.centerX, to.centerX),
    centerY: mix(from.centerY, to.centerY),
    height: mix(from.height, to.height),
  };
}

/**
 * An SVG path of the portrait's contours (0..1 of a square) moved and scaled into `frame`. Neither turned nor stretched:
 * what is left to line up is the turn of the head and the expression. Units: the picture's height is 1000.
 */
export function ghostPath(portraitContours: Contours, frame: FaceFrame): string {
  const own = frameOf(portraitContours, 1);
  if (!own) return '';
  const scale = frame.height / own.height;
  return path(portraitContours, (x, y) => [
    frame.centerX + (x - own.centerX) * scale,
    frame.centerY + (y - own.centerY) * scale,
  ]);
}

/** An SVG path of the driver's contours (0..1 of the camera picture), in the same units. */
export function driverPath(contours: Contours, aspect: number, mirrored: boolean): string {
  return path(contours, (x, y) => [(mirrored ? 1 - x : x) * aspect, y]);
}

function path(contours: Contours, place: (x: number, y: number) => [number, number]): string {
  return contours
    .filter((line) => line.length > 1)
    .map(
      (line) =>
        `M${line
          .map(([x, y]) =>
            place(x, y)
              .map((value) => (value * 1000).toFixed(1))
              .join(' '),
          )
          .join('L')}`,
    )
    .join('');
}
