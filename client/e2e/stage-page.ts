import type { Browser, Page } from 'playwright-core';
import type { StageStats } from '../measure/stats.ts';

/** Opens a page and collects what it logs as an error or throws. */
export async function openStage(browser: Browser, url: string): Promise<{ page: Page; consoleErrors: string[] }> {
  const context = await browser.newContext({ permissions: ['camera'], viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const consoleErrors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') consoleErrors.push(message.text());
  });
  page.on('pageerror', (error) => consoleErrors.push(String(error)));
  await page.goto(url);
  return { page, consoleErrors };
}

export function stats(page: Page): Promise<StageStats> {
  return page.evaluate(() => (window as unknown as { effigy: { stats(): Promise<never> } }).effigy.stats());
}

/** Waits until the page's own statistics say `state`. @throws with the last statistics when that takes too long */
export async function waitForState(page: Page, state: string, timeoutMs = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last: StageStats | null = null;
  while (Date.now() < deadline) {
    last = await stats(page);
    if (last.state === state) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`the page is not ${state} after ${timeoutMs} ms: ${JSON.stringify(last)}`);
}
