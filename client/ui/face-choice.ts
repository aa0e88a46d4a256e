import type { UploadAnswer } from '../../shared/portraits.ts';
import { el } from './dom.ts';

/** The uploaded picture with a numbered frame around each face: buttons, so that keys reach them in reading order. */
export function faceChoice(answer: UploadAnswer, onChoose: (faceIndex: number) => void): HTMLElement {
  const faces = answer.faces
    .toSorted((a, b) => a.box.x - b.box.x)
    .map(({ index, box }, position) => {
      const button = el(
        'button',
        {
          type: 'button',
          class: 'face-box',
          testid: 'face-option',
          'data-face-index': index,
          'aria-label': `Face ${position + 1} of ${answer.faces.length}, from the left`,
          onClick: () => onChoose(index),
        },
        el('span', { 'aria-hidden': 'true' }, String(position + 1)),
      );
      button.style.setProperty('left', `${box.x * 100}%`);
      button.style.setProperty('top', `${box.y * 100}%`);
      button.style.setProperty('width', `${box.width * 100}%`);
      button.style.setProperty('height', `${box.height * 100}%`);
      return button;
    });
  return el(
    'div',
    { class: 'face-choice', testid: 'face-choice', role: 'group', 'aria-label': 'Faces in your picture' },
    el('img', { src: answer.previewUrl, alt: 'Your picture' }),
    ...faces,
  );
}
