/**
 * Lets a pointer move an element that floats (its `position` is `absolute`); where it does not float, nothing happens.
 * The offset is in the custom properties `--drag-x` and `--drag-y`, px, for the style sheet to apply.
 */
export function makeDraggable(element: HTMLElement): void {
  let offset = { x: 0, y: 0 };
  element.addEventListener('pointerdown', (down) => {
    const floats = getComputedStyle(element).position === 'absolute';
    if (!floats || down.button !== 0 || (down.target as Element).closest('button, select')) return;
    element.setPointerCapture(down.pointerId);
    const begin = { x: offset.x - down.clientX, y: offset.y - down.clientY };
    const from = element.getBoundingClientRect();
    const move = (event: PointerEvent) => {
      // Kept on the screen: by so much it could move from where it was.
      const dx = clamp(event.clientX - down.clientX, -from.left, innerWidth - from.right);
      const dy = clamp(event.clientY - down.clientY, -from.top, innerHeight - from.bottom);
      offset = { x: begin.x + down.clientX + dx, y: begin.y + down.clientY + dy };
      element.style.setProperty('--drag-x', `${offset.x}px`);
      element.style.setProperty('--drag-y', `${offset.y}px`);
    };
    const end = () => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', end);
      element.removeEventListener('pointercancel', end);
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', end);
    element.addEventListener('pointercancel', end);
  });
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), Math.max(min, max));
}
