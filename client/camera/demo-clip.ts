import { DEMO_CLIP_URL, camera as tunables } from '../config.ts';
import { cameraProblem } from '../words/camera-problems.ts';
import { ProblemError } from '../words/problem.ts';
import type { Driver } from './driver.ts';

type CapturableVideo = HTMLVideoElement & { captureStream?(): MediaStream; mozCaptureStream?(): MediaStream };

/**
 * Plays the demo clip over and over as the driver, for people without a camera.
 *
 * @throws {ProblemError} `demo-failed` where this browser cannot play it or turn it into a stream
 */
export async function openDemoClip(): Promise<Driver> {
  const video: CapturableVideo = document.createElement('video');
  video.src = DEMO_CLIP_URL;
  video.muted = true;
  video.loop = true;
  video.playsInline = true;
  try {
    await video.play();
    const { stream, stop } = captureVideo(video);
    const [track] = stream.getVideoTracks();
    if (!track) throw new Error('the clip gives no video track');
    track.contentHint = 'motion';
    return {
      kind: 'demo',
      stream,
      track,
      deviceId: null,
      onEnded: (handler) => track.addEventListener('ended', handler, { once: true }),
      stop: () => {
        stop();
        for (const each of stream.getTracks()) each.stop();
        video.pause();
        video.removeAttribute('src');
        video.load();
      },
    };
  } catch (error) {
    video.pause();
    throw new ProblemError(cameraProblem('demo-failed'), { cause: error });
  }
}

/** The element's own stream where the browser has one, else (Safari) a canvas that the clip is drawn on. */
function captureVideo(video: CapturableVideo): { stream: MediaStream; stop(): void } {
  const capture = video.captureStream ?? video.mozCaptureStream;
  if (capture) return { stream: capture.call(video), stop: () => {} };

  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext('2d', { alpha: false });
  // A timer, not the screen's refresh: the driver goes on while another window covers the page.
  const timer = setInterval(() => context?.drawImage(video, 0, 0), 1000 / tunables.frameRateHz);
  return { stream: canvas.captureStream(tunables.frameRateHz), stop: () => clearInterval(timer) };
}
