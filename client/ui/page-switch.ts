/**
 * Changes the page with a view transition where the browser has them and the person likes motion: what has the same
 * `view-transition-name` before and after glides from one place to the other.
 */
export function switchPage(update: () => void): void {
  const likesMotion = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (!likesMotion || document.hidden || !('startViewTransition' in document)) {
    update();
    return;
  }
  const transition = document.startViewTransition(update);
  // A transition that is skipped (another began) has still updated the page.
  transition.ready.catch(() => {});
  transition.finished.catch(() => {});
}
