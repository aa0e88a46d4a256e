import type { RgbaImage } from '../../server/imaging/rgba-image.ts';
import type { PortraitInfo } from '../../shared/portraits.ts';
import { decodeBytes } from './received-frames.ts';

/** The gallery as the server lists it. */
export async function listPortraits(url: string): Promise<PortraitInfo[]> {
  const answer = (await (await fetch(`${url}/api/portraits`)).json()) as { portraits: PortraitInfo[] };
  return answer.portraits;
}

/** The still of a portrait, as the server serves it. */
export async function fetchStill(url: string, portraitId: string | null): Promise<RgbaImage> {
  const info = (await listPortraits(url)).find(({ id }) => id === portraitId);
  if (!info) throw new Error(`the gallery has no portrait ${portraitId}`);
  const answer = await fetch(new URL(info.imageUrl, url));
  return decodeBytes(Buffer.from(await answer.arrayBuffer()));
}

/** The portrait whose colours differ most from those of the driving clip: nobody could take one for the other. */
export const UNLIKE_DRIVER = 'amara';
