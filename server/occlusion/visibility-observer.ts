import type { FaceLandmarks } from '../face/face-landmarks.ts';
import { EYES } from '../face/face-topology.ts';
import { FACE_REGIONS, type FaceRegion, type FaceVisibility } from '../face/face-visibility.ts';
import type { SkinTones } from '../face/skin-tones.ts';
import type { RgbaImage } from '../imaging/rgba-image.ts';
import { createFaceSamples, REGION_AREAS, sampleFace, tonesOf } from './face-samples.ts';
import { irisVisibility } from './iris-visibility.ts';
import { RegionMemory } from './region-memory.ts';

/** A region that looks otherwise for this many frames does so for good: new glasses, another light, a beard shaved. */
const FRAMES_UNTIL_NEW_LOOKS = 400;
/** Where nearly everything looks otherwise at once, and the face is still tracked, the light has changed. */
const CHANGED_LIGHT_SHARE = 0.8;
const FRAMES_UNTIL_NEW_LIGHT = 20;
/** The first of all, so that the others know of it. */
const MOUTH = FACE_REGIONS.indexOf('mouth');
const LOWER_FACE: readonly FaceRegion[] = ['jaw', 'cheekLeft', 'cheekRight'];
const WHOLE_AREA = REGION_AREAS.reduce((sum, area) => sum + area, 0);

/**
 * Tells which parts of a driver's face are seen and which are covered, frame by frame, for one driver. It learns what
 * the face looks like from the frames themselves; nothing of the picture leaves it but the visibility, and
 * how bright the patches of the skin are.
 */
export class VisibilityObserver {
  readonly #regions = FACE_REGIONS.map((region) => new RegionMemory(region));
  readonly #samples = createFaceSamples();
  readonly #framesCovered = new Uint16Array(FACE_REGIONS.length);
  #framesInOtherLight = 0;

  /** What of the face at `landmarks` is seen in `image`, which they are in pixels of. */
  observe(image: RgbaImage, { points }: FaceLandmarks): FaceVisibility {
    sampleFace(image, points, this.#samples);
    const mouth = this.#regions[MOUTH];
    for (const region of this.#regions) region.observe(this.#samples, mouth.isCovered);
    this.#takeNewLooks();
    // Around a hand over the mouth nothing is where it seems: what hangs together with the mouth is covered with it.
    const seen = (name: FaceRegion, region: number) =>
      this.#regions[region].isCovered || (mouth.isCovered && LOWER_FACE.includes(name)) ? 0 : 1;
    return {
      regions: Object.fromEntries(FACE_REGIONS.map((name, region) => [name, seen(name, region)])) as Record<
        FaceRegion,
        number
      >,
      irises: [irisVisibility(image, points, EYES[0]), irisVisibility(image, points, EYES[1])],
    };
  }

  /** How bright the skin was in the picture last looked at. */
  skinTones(): SkinTones {
    return tonesOf(this.#samples);
  }

  /** Forgets the driver. */
  reset(): void {
    for (const region of this.#regions) region.forget();
    this.#framesCovered.fill(0);
    this.#framesInOtherLight = 0;
  }

  #takeNewLooks(): void {
    let coveredArea = 0;
    this.#regions.forEach((memory, region) => {
      this.#framesCovered[region] = memory.isCovered ? this.#framesCovered[region] + 1 : 0;
      if (memory.isCovered) coveredArea += REGION_AREAS[region];
      if (this.#framesCovered[region] > FRAMES_UNTIL_NEW_LOOKS) memory.forget();
    });
    const isOtherLight = coveredArea > CHANGED_LIGHT_SHARE * WHOLE_AREA;
    this.#framesInOtherLight = isOtherLight ? this.#framesInOtherLight + 1 : 0;
    if (this.#framesInOtherLight > FRAMES_UNTIL_NEW_LIGHT) this.reset();
  }
}
