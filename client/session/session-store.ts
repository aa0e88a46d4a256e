import { type SessionSettings, settingsFromStorage } from '../../shared/settings.ts';

const SETTINGS_KEY = 'effigy.settings';
const TOKEN_KEY = 'effigy.resume-token';

/** What the page remembers of a session: settings for the next visit, the resume token for this tab only. */
export interface SessionStore {
  settings: SessionSettings;
  resumeToken: string | null;
}

/**
 * A store in the browser's own storage. Where that is closed (private windows, full disks) it lasts as long as the page.
 *
 * @param lasting e.g. `localStorage`
 * @param ofThisTab e.g. `sessionStorage`
 */
export function createSessionStore(lasting: Storage | null, ofThisTab: Storage | null): SessionStore {
  let settings = readSettings(lasting);
  let resumeToken = attempt(() => ofThisTab?.getItem(TOKEN_KEY) ?? null) ?? null;
  return {
    get settings() {
      return settings;
    },
    set settings(value) {
      settings = value;
      attempt(() => lasting?.setItem(SETTINGS_KEY, JSON.stringify(value)));
    },
    get resumeToken() {
      return resumeToken;
    },
    set resumeToken(value) {
      resumeToken = value;
      attempt(() => (value === null ? ofThisTab?.removeItem(TOKEN_KEY) : ofThisTab?.setItem(TOKEN_KEY, value)));
    },
  };
}

function readSettings(storage: Storage | null): SessionSettings {
  const text = attempt(() => storage?.getItem(SETTINGS_KEY));
  return settingsFromStorage(text ? attempt(() => JSON.parse(text)) : undefined);
}

/** Storage throws where it is forbidden or full; neither is worth an error on the stage. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
