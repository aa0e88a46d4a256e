/** One frame that the browser put on the screen. */
export interface PresentedFrame {
  /** When it is seen, ms since the Unix epoch on this machine's clock. */
  displayedAtMs: number;
  /** The same on `performance.now()`'s clock. */
  timeMs: number;
  /** The browser's running count of presented frames of this video element. */
  presentedFrames: number;
  /** RTP timestamp of a frame that came over WebRTC; undefined where the browser does not tell. */
  rtpTimestamp: number | undefined;
}

/** Between two looks at the frame counter, where `requestVideoFrameCallback` is missing. */
const POLL_INTERVAL_MS = 50;

/**
 * Calls `onFrame` for the frames that `video` presents, until the returned function is called. Uses
 * `requestVideoFrameCallback` (WICG video-rvfc); older browsers are polled for their frame count alone.
 */
export function watchPresentedFrames(video: HTMLVideoElement, onFrame: (frame: PresentedFrame) => void): () => void {
  return 'requestVideoFrameCallback' in video ? watchByCallback(video, onFrame) : pollFrameCount(video, onFrame);
}

function watchByCallback(video: HTMLVideoElement, onFrame: (frame: PresentedFrame) => void): () => void {
  let handle = 0;
  const callback: VideoFrameRequestCallback = (now, metadata) => {
    handle = video.requestVideoFrameCallback(callback);
    const timeMs = metadata.expectedDisplayTime || now;
    onFrame({
      timeMs,
      displayedAtMs: performance.timeOrigin + timeMs,
      presentedFrames: metadata.presentedFrames,
      rtpTimestamp: metadata.rtpTimestamp,
    });
  };
  handle = video.requestVideoFrameCallback(callback);
  return () => video.cancelVideoFrameCallback(handle);
}

function pollFrameCount(video: HTMLVideoElement, onFrame: (frame: PresentedFrame) => void): () => void {
  let lastCount = 0;
  const timer = setInterval(() => {
    const presentedFrames = video.getVideoPlaybackQuality?.().totalVideoFrames ?? Math.round(video.currentTime * 30);
    if (presentedFrames === lastCount) return;
    lastCount = presentedFrames;
    const timeMs = performance.now();
    onFrame({ timeMs, displayedAtMs: performance.timeOrigin + timeMs, presentedFrames, rtpTimestamp: undefined });
  }, POLL_INTERVAL_MS);
  return () => clearInterval(timer);
}
