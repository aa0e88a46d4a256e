import { camera as tunables } from '../config.ts';
import { cameraProblem, cameraProblemOf } from '../words/camera-problems.ts';
import { ProblemError } from '../words/problem.ts';
import type { Driver } from './driver.ts';

/** A camera that can be chosen. */
export interface CameraChoice {
  readonly deviceId: string;
  readonly label: string;
}

/**
 * Opens the camera: the given one, or the one that faces the person. Video only; no sound is ever asked for.
 *
 * @throws {ProblemError} with the plain words for whatever stands in the way
 */
export async function openCamera(deviceId?: string): Promise<Driver> {
  if (!window.isSecureContext) throw new ProblemError(cameraProblem('insecure-context'));
  if (!navigator.mediaDevices?.getUserMedia) throw new ProblemError(cameraProblem('no-camera-api'));
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {
        width: { ideal: tunables.widthPx },
        height: { ideal: tunables.heightPx },
        frameRate: { ideal: tunables.frameRateHz, max: tunables.frameRateHz },
        ...(deviceId ? { deviceId: { exact: deviceId } } : { facingMode: 'user' }),
      },
    });
  } catch (error) {
    throw new ProblemError(cameraProblemOf(error), { cause: error });
  }
  const [track] = stream.getVideoTracks();
  // Motion matters more than sharpness: under pressure the encoder lowers the resolution, not the rate.
  track.contentHint = 'motion';
  return {
    kind: 'camera',
    stream,
    track,
    deviceId: track.getSettings().deviceId ?? null,
    onEnded: (handler) => track.addEventListener('ended', handler, { once: true }),
    stop: () => {
      for (const each of stream.getTracks()) each.stop();
    },
  };
}

/** The cameras of this machine; empty where the browser does not tell (before permission it often does not). */
export async function listCameras(): Promise<CameraChoice[]> {
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices
      .filter((device) => device.kind === 'videoinput' && device.deviceId !== '')
      .map((device, index) => ({ deviceId: device.deviceId, label: device.label || `Camera ${index + 1}` }));
  } catch {
    return [];
  }
}
