import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../shared/protocol.ts';
import { SignalingError } from '../session/signaling-error.ts';
import { cameraProblem, cameraProblemOf } from './camera-problems.ts';
import { ProblemError } from './problem.ts';
import { endedProblem, problemOf } from './session-problems.ts';

describe('plain words for camera errors', () => {
  const codeOf = (name: string, message = '') => cameraProblemOf(new DOMException(message, name)).code;

  it('tell a missing camera, a refused one and a busy one apart', () => {
    expect(codeOf('NotFoundError')).toBe('camera-missing');
    expect(codeOf('NotAllowedError', 'Permission denied')).toBe('camera-denied');
    expect(codeOf('NotReadableError', 'Could not start video source')).toBe('camera-busy');
    expect(codeOf('OverconstrainedError')).toBe('camera-unsuitable');
    expect(codeOf('AbortError')).toBe('camera-failed');
    expect(codeOf('SecurityError')).toBe('camera-blocked-by-page');
  });

  it('tell who refused: the person, the question that was closed, the system or the page', () => {
    expect(codeOf('NotAllowedError', 'Permission dismissed')).toBe('camera-dismissed');
    expect(codeOf('NotAllowedError', 'Permission denied by system')).toBe('camera-blocked-by-system');
    expect(codeOf('NotAllowedError', 'Permissions policy violation')).toBe('camera-blocked-by-page');
  });

  it('know the names of older browsers', () => {
    expect(codeOf('DevicesNotFoundError')).toBe('camera-missing');
    expect(codeOf('PermissionDeniedError')).toBe('camera-denied');
    expect(codeOf('TrackStartError')).toBe('camera-busy');
  });

  it('have something to say about anything that is thrown', () => {
    for (const thrown of [undefined, null, 'x', 7, new Error('x'), {}]) {
      expect(cameraProblemOf(thrown).advice.length).toBeGreaterThan(20);
    }
  });
});

describe('plain words for session errors', () => {
  it('exist for every code of the protocol, with something to do', () => {
    for (const code of [...errorCodes, 'unreachable', 'disconnected', 'timeout', 'malformed'] as const) {
      const problem = problemOf(new SignalingError(code));
      expect(problem.title).toMatch(/^[A-Z]/);
      expect(problem.advice).toMatch(/\.$/);
      expect(problem.actions.length).toBeGreaterThan(0);
      expect(`${problem.title} ${problem.advice}`).not.toMatch(/error|exception|undefined|null/i);
    }
  });

  it('keep asking by themselves when the server is full, and only then', () => {
    expect(problemOf(new SignalingError('server-full')).retryAfterMs).toBeGreaterThan(0);
    expect(problemOf(new SignalingError('version-mismatch')).retryAfterMs).toBeNull();
  });

  it('pass on a problem that already has its words', () => {
    const problem = cameraProblem('camera-missing');
    expect(problemOf(new ProblemError(problem))).toBe(problem);
  });

  it('say what the server says when it ends a session', () => {
    expect(endedProblem({ code: 'internal', message: 'The server is being restarted.' })).toMatchObject({
      code: 'session-ended',
      advice: 'The server is being restarted.',
    });
    expect(endedProblem({ code: 'server-full', message: '' }).code).toBe('server-full');
  });
});
