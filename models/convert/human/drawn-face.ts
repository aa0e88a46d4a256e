import type { RgbaImage } from '../../../server/imaging/rgba-image.ts';

/**
 * A face painted from ellipses, simple enough to know where everything is and like enough for the face models to take
 * it for one: the input of the conversion's reference and of the tracker's tests. Nobody's likeness.
 */
export interface DrawnFace {
  /** Middle of the face, pixels. */
  readonly centerX: number;
  readonly centerY: number;
  /** The head with its hair is about as high as this. */
  readonly sizePx: number;
  /** Clockwise on screen, radians. */
  readonly rollRad?: number;
  /** 0 closed, 1 wide open. */
  readonly mouthOpening?: number;
  /** 0 shut, 1 as usual. */
  readonly eyeOpening?: number;
  /** Shift of the irises to the right, 1 = to the corner of the eye. */
  readonly gazeX?: number;
}

type Rgb = readonly [number, number, number];

/** Colours, 0..1. */
const SKIN: Rgb = [0.85, 0.65, 0.55];
const SKIN_SHADE: Rgb = [0.64, 0.46, 0.39];
const SKIN_LIGHT: Rgb = [1, 0.9, 0.85];
const HAIR: Rgb = [0.08, 0.05, 0.04];
const BROW: Rgb = [0.15, 0.1, 0.08];
const LASHES: Rgb = [0.1, 0.07, 0.05];
const EYEBALL: Rgb = [0.92, 0.92, 0.92];
const IRIS: Rgb = [0.2, 0.12, 0.08];
const LIPS: Rgb = [0.72, 0.31, 0.25];
const MOUTH: Rgb = [0.25, 0.08, 0.08];

/** Where things are, in units of {@link DrawnFace.sizePx} from its centre: x right, y down. */
export const drawnFeatures = {
  leftEye: { x: -0.13, y: -0.06 },
  rightEye: { x: 0.13, y: -0.06 },
  noseTip: { x: 0, y: 0.09 },
  mouth: { x: 0, y: 0.2 },
} as const;

const EYE_HALF_WIDTH = 0.065;
const EYE_HALF_HEIGHT = 0.03;
const IRIS_RADIUS = 0.028;

/** Where a place of the face (units of its size, from its centre) is in the picture. */
export function placeInPicture(face: DrawnFace, x: number, y: number): { x: number; y: number } {
  const cos = Math.cos(face.rollRad ?? 0) * face.sizePx;
  const sin = Math.sin(face.rollRad ?? 0) * face.sizePx;
  return { x: face.centerX + x * cos - y * sin, y: face.centerY + x * sin + y * cos };
}

/** Paints a face over what is in the picture. */
export function drawFace(image: RgbaImage, face: DrawnFace): void {
  const reach = 0.75 * face.sizePx;
  const cos = Math.cos(face.rollRad ?? 0) / face.sizePx;
  const sin = Math.sin(face.rollRad ?? 0) / face.sizePx;
  const right = Math.min(image.width, Math.ceil(face.centerX + reach));
  const bottom = Math.min(image.height, Math.ceil(face.centerY + reach));
  for (let row = Math.max(0, Math.floor(face.centerY - reach)); row < bottom; row++) {
    for (let column = Math.max(0, Math.floor(face.centerX - reach)); column < right; column++) {
      const dx = column + 0.5 - face.centerX;
      const dy = row + 0.5 - face.centerY;
      const at = 4 * (row * image.width + column);
      const paint = new Paint(image.data[at] / 255, image.data[at + 1] / 255, image.data[at + 2] / 255);
      paintFace(paint, face, dx * cos + dy * sin, dy * cos - dx * sin);
      image.data[at] = Math.round(255 * paint.red);
      image.data[at + 1] = Math.round(255 * paint.green);
      image.data[at + 2] = Math.round(255 * paint.blue);
    }
  }
}

/** The colour of one pixel while layers are laid over it. */
class Paint {
  red: number;
  green: number;
  blue: number;

  constructor(red: number, green: number, blue: number) {
    this.red = red;
    this.green = green;
    this.blue = blue;
  }

  cover([red, green, blue]: Rgb, opacity: number): void {
    if (opacity === 0) return;
    this.red += (red - this.red) * opacity;
    this.green += (green - this.green) * opacity;
    this.blue += (blue - this.blue) * opacity;
  }
}

function paintFace(paint: Paint, face: DrawnFace, x: number, y: number): void {
  const { leftEye, noseTip, mouth } = drawnFeatures;
  paint.cover(HAIR, ellipse(x, y + 0.08, 0.345, 0.44, 20));
  paint.cover(SKIN_SHADE, ellipse(x, y - 0.5, 0.18, 0.25, 20));
  paint.cover(SKIN, ellipse(x, y - 0.03, 0.3, 0.4, 25));
  paint.cover(SKIN_SHADE, 0.25 * Math.min(1, (x / 0.3) ** 2 + (y / 0.4) ** 4) * ellipse(x, y - 0.03, 0.3, 0.4, 25));

  // Both sides alike: the face is painted as if folded along its middle.
  const side = Math.abs(x);
  const eyeX = side + leftEye.x;
  const eyeY = y - leftEye.y;
  const opening = EYE_HALF_HEIGHT * Math.max(0.05, face.eyeOpening ?? 1);
  const inEye = ellipse(eyeX, eyeY, EYE_HALF_WIDTH, opening, 14);
  const lookX = x - Math.sign(x) * -leftEye.x - (face.gazeX ?? 0) * (EYE_HALF_WIDTH - IRIS_RADIUS);
  paint.cover(SKIN_SHADE, 0.6 * ellipse(eyeX, eyeY + 0.01, EYE_HALF_WIDTH * 1.4, EYE_HALF_HEIGHT * 2.2, 6));
  paint.cover(EYEBALL, inEye);
  paint.cover(IRIS, inEye * ellipse(lookX, eyeY, IRIS_RADIUS, IRIS_RADIUS, 18));
  paint.cover(LASHES, 0.9 * ellipse(eyeX, eyeY + opening, EYE_HALF_WIDTH * 1.1, 0.012, 8));
  paint.cover(BROW, 0.6 * ellipse(side - 0.133, y + 0.14, 0.08, 0.016, 8));

  paint.cover(HAIR, 0.3 * ellipse(side - 0.03, y - noseTip.y - 0.01, 0.016, 0.01, 8));
  paint.cover(SKIN_SHADE, 0.3 * ellipse(side - 0.05, y - noseTip.y + 0.01, 0.015, 0.03, 6));
  paint.cover(SKIN_LIGHT, 0.3 * ellipse(x, y - noseTip.y + 0.07, 0.02, 0.09, 5));

  const gape = 0.007 + 0.08 * (face.mouthOpening ?? 0);
  const lipY = y - mouth.y - 0.5 * (gape - 0.007);
  paint.cover(LIPS, ellipse(x, lipY, 0.1, 0.028 + gape, 12));
  paint.cover(MOUTH, ellipse(x, lipY, 0.095, gape, 12));
}

/** How many slopes from its edge on an ellipse counts as ended: there it is below 1 / 22,000. */
const EDGE_SLOPES = 10;

/** 1 inside an ellipse around the origin, 0 outside; `sharpness` is the slope of the edge. */
function ellipse(x: number, y: number, radiusX: number, radiusY: number, sharpness: number): number {
  const squared = (x / radiusX) ** 2 + (y / radiusY) ** 2;
  if (squared > (1 + EDGE_SLOPES / sharpness) ** 2) return 0;
  return 1 / (1 + Math.exp(sharpness * (Math.sqrt(squared) - 1)));
}
