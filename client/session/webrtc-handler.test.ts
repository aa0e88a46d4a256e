import { describe, expect, it } from 'vitest';
import { handlerOfEngine } from './webrtc-handler.ts';

describe('WebRTC handler of an unnamed browser', () => {
  it('goes by its engine', () => {
    const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
    expect(handlerOfEngine(`Mozilla/5.0 (X11; Linux x86_64) ${webkit} HeadlessChrome/156.0.0.0 Safari/537.36`)).toBe(
      'Chrome111',
    );
    expect(handlerOfEngine(`Mozilla/5.0 (Linux; Android 14; wv) ${webkit} Version/4.0 Chrome/140.0.0.0 Mobile`)).toBe(
      'Chrome111',
    );
    expect(
      handlerOfEngine(
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram',
      ),
    ).toBe('Safari12');
    expect(
      handlerOfEngine('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile'),
    ).toBe('Safari12');
    expect(handlerOfEngine('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Something/1.0')).toBe(
      'Firefox120',
    );
  });

  it('is none where nothing is known', () => {
    expect(handlerOfEngine('curl/8.0')).toBeNull();
  });
});
