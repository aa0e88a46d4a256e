import type { Problem, ProblemAction, ProblemCode } from './problem.ts';

const words = {
  'insecure-context': [
    'This page needs a secure address',
    'Browsers open the camera only on https:// addresses and on localhost. Start the server with “npm start -- --lan” ' +
      'and use the https:// address that it prints, or open the page on the machine that runs it, at localhost.',
    ['demo'],
  ],
  'no-camera-api': [
    'This browser has no camera access',
    'It offers pages no way to a camera. Try a current Chrome, Edge, Firefox or Safari; inside another app, choose ' +
      '“Open in browser”.',
    ['demo'],
  ],
  'camera-denied': [
    'The camera is blocked for this page',
    'Click the camera or lock symbol beside the address, set the camera to “Allow”, then try again.',
    ['retry', 'demo'],
  ],
  'camera-dismissed': [
    'The camera question was closed',
    'Try again and choose “Allow” when the browser asks.',
    ['retry', 'demo'],
  ],
  'camera-blocked-by-system': [
    'Your system keeps the camera from the browser',
    'Allow the camera for this browser in the system’s privacy settings (Privacy & Security → Camera), then try again.',
    ['retry', 'demo'],
  ],
  'camera-blocked-by-page': [
    'The camera is forbidden where this page is embedded',
    'Open Effigy in a tab of its own and try again.',
    ['demo'],
  ],
  'camera-missing': [
    'No camera was found',
    'Connect a webcam, or switch on the built-in one (some have a slider or a key), then try again. A phone’s camera ' +
      'does too.',
    ['retry', 'demo'],
  ],
  'camera-busy': [
    'The camera is busy',
    'Another program or tab seems to use it. Close video calls and other camera programs, then try again.',
    ['retry', 'demo'],
  ],
  'camera-unsuitable': [
    'That camera is not available as asked',
    'It may have been unplugged, or cannot give a picture of the size that is needed. Choose another one or try again.',
    ['retry', 'demo'],
  ],
  'camera-failed': [
    'The camera did not start',
    'Unplug and reconnect it, or restart the browser, then try again.',
    ['retry', 'demo'],
  ],
  'camera-lost': [
    'The camera stopped',
    'It was unplugged, or its permission was taken back. The portrait rests until the camera is there again.',
    ['retry', 'demo'],
  ],
  'demo-failed': [
    'The demo clip cannot be played',
    'This browser could not play the clip as a driver. Try with your camera, or with another browser.',
    ['retry', 'gallery'],
  ],
} as const satisfies Partial<Record<ProblemCode, readonly [string, string, readonly ProblemAction[]]>>;

export type CameraProblemCode = keyof typeof words;

/** The plain words of a camera problem. */
export function cameraProblem(code: CameraProblemCode): Problem {
  const [title, advice, actions] = words[code];
  return { code, title, advice, actions, retryAfterMs: null };
}

/**
 * What an exception of `getUserMedia` means. Names are those of the Media Capture specification, with those of older
 * browsers; the message tells a system's refusal from a person's (Chromium).
 */
export function cameraProblemOf(error: unknown): Problem {
  const { name = '', message = '' } = (error ?? {}) as { name?: string; message?: string };
  return cameraProblem(codeOf(String(name), String(message)));
}

function codeOf(name: string, message: string): CameraProblemCode {
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      if (/system/i.test(message)) return 'camera-blocked-by-system';
      if (/dismiss/i.test(message)) return 'camera-dismissed';
      if (/policy/i.test(message)) return 'camera-blocked-by-page';
      return 'camera-denied';
    case 'PermissionDismissedError':
      return 'camera-dismissed';
    case 'SecurityError':
      return 'camera-blocked-by-page';
    case 'NotFoundError':
    case 'DevicesNotFoundError':
      return 'camera-missing';
    case 'NotReadableError':
    case 'TrackStartError':
      return 'camera-busy';
    case 'OverconstrainedError':
    case 'ConstraintNotSatisfiedError':
      return 'camera-unsuitable';
    case 'TypeError':
    case 'NotSupportedError':
      return 'no-camera-api';
    default:
      // AbortError, InvalidStateError and whatever comes next: something in the machine, not a decision.
      return 'camera-failed';
  }
}
