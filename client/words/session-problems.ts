import { reconnecting } from '../config.ts';
import { SignalingError, type SignalingErrorCode } from '../session/signaling-error.ts';
import { type Problem, type ProblemAction, type ProblemCode, ProblemError } from './problem.ts';

const words = {
  'no-webrtc': [
    'This browser cannot take part',
    'It lacks WebRTC, which carries the picture there and back. Try a current Chrome, Edge, Firefox or Safari.',
    ['gallery'],
  ],
  'server-full': [
    'Every seat is taken',
    'The server animates as many people as it can do well, and all places are in use. Your turn comes by itself: ' +
      'this page keeps asking.',
    ['retry', 'gallery'],
  ],
  'server-unreachable': [
    'The server cannot be reached',
    'Check your network connection, and that the server is running; then try again.',
    ['retry', 'gallery'],
  ],
  'connection-lost': [
    'The connection was lost',
    'It did not come back for a long while. Your settings are kept: try again when you are online.',
    ['retry', 'gallery'],
  ],
  'media-blocked': [
    'The picture does not get through',
    'This page and the server can talk, but video is held up on the way: by a firewall, a VPN or a strict network, ' +
      'perhaps. Try another network, or ask whoever runs the server to open its media port or to name a TURN server.',
    ['retry', 'gallery'],
  ],
  'no-such-portrait': [
    'This portrait is no longer here',
    'Uploaded pictures are kept in memory only and are forgotten after a while. Choose another, or upload it again.',
    ['gallery'],
  ],
  'too-fast': [
    'A little slower, please',
    'There were too many requests from here. Wait a moment and try again.',
    ['retry', 'gallery'],
  ],
  'no-common-codec': [
    'No common video format',
    'This browser and the server share no video format (VP8 or H264). Try another browser.',
    ['gallery'],
  ],
  'page-outdated': [
    'This page is out of date',
    'The server has been renewed since the page was loaded. Reload it; your settings are kept.',
    ['reload'],
  ],
  'session-ended': ['The session has ended', 'The server ended it.', ['retry', 'gallery']],
  unexpected: [
    'Something went wrong',
    'That should not have happened. Try again; if it stays, reload the page.',
    ['retry', 'reload'],
  ],
} as const satisfies Partial<Record<ProblemCode, readonly [string, string, readonly ProblemAction[]]>>;

export type SessionProblemCode = keyof typeof words;

/** The plain words of a problem with the session. */
export function sessionProblem(code: SessionProblemCode): Problem {
  const [title, advice, actions] = words[code];
  return { code, title, advice, actions, retryAfterMs: code === 'server-full' ? reconnecting.fullRetryMs : null };
}

const problemOfCode: Record<SignalingErrorCode, SessionProblemCode> = {
  'server-full': 'server-full',
  'no-such-portrait': 'no-such-portrait',
  'rate-limited': 'too-fast',
  'unsupported-codec': 'no-common-codec',
  'version-mismatch': 'page-outdated',
  'bad-request': 'unexpected',
  'wrong-state': 'unexpected',
  internal: 'unexpected',
  unreachable: 'server-unreachable',
  disconnected: 'server-unreachable',
  timeout: 'server-unreachable',
  malformed: 'unexpected',
};

/** The plain words for whatever was thrown while a session was being made. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof SignalingError) return sessionProblem(problemOfCode[error.code]);
  return sessionProblem('unexpected');
}

/** A session that the server ended, with its own reason where it gives one. */
export function endedProblem(reason: { code: SignalingErrorCode; message: string }): Problem {
  const known = problemOfCode[reason.code] ?? 'unexpected';
  if (known !== 'unexpected') return sessionProblem(known);
  const base = sessionProblem('session-ended');
  return reason.message ? { ...base, advice: reason.message } : base;
}
