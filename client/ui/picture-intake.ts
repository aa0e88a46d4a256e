import { el } from './dom.ts';

/** Takes a picture that is dropped anywhere on the page or pasted; shows where it would go while it is dragged. */
export function watchForPictures(onPicture: (file: File) => void): void {
  const veil = el(
    'div',
    { class: 'drop-veil', hidden: true, 'aria-hidden': 'true' },
    el('p', {}, 'Drop it to hang it here'),
  );
  document.body.append(veil);
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

  window.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  window.addEventListener('dragleave', (event) => {
    // Leaving one element for another is not leaving the page.
    if (event.relatedTarget === null) veil.hidden = true;
  });
  window.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    veil.hidden = true;
    const [file] = event.dataTransfer?.files ?? [];
    if (file) onPicture(file);
  });
  window.addEventListener('paste', (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    if (!file) return;
    event.preventDefault();
    onPicture(file);
  });
}
