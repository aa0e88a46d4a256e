import { expect, test } from 'vitest';
import { backportsStanza } from './vulkan.mjs';

const EXPECTED = 'Types: deb\nURIs: https://mirror.example/debian\nSuites: bookworm-backports\nComponents: main\n';

test('the backports come from the mirror that the machine already uses, and are signed as it is', () => {
  const sources = [
    'Types: deb\nURIs: https://other.example/apt\nSuites: stable\nComponents: main',
    'Types: deb\n# a snapshot\nURIs: https://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /usr/share/keyrings/debian.gpg',
  ].join('\n\n');
  expect(backportsStanza(sources, 'bookworm-backports')).toBe(`${EXPECTED}Signed-By: /usr/share/keyrings/debian.gpg\n`);
});

test('also where sources are written one to a line', () => {
  expect(backportsStanza('# main\ndeb https://mirror.example/debian bookworm main\n', 'bookworm-backports')).toBe(
    EXPECTED,
  );
  const signed = 'deb [arch=amd64 signed-by=/k.gpg] https://mirror.example/debian bookworm main contrib\n';
  expect(backportsStanza(signed, 'bookworm-backports')).toBe(`${EXPECTED}Signed-By: /k.gpg\n`);
});

test('sources of something else say nothing', () => {
  expect(backportsStanza('deb https://mirror.example/debian trixie main\n', 'bookworm-backports')).toBeUndefined();
});
