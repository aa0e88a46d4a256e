/** The pieces of the pixels that have one label, neighbours along rows and columns. */
export interface Pieces {
  /** Number of the piece each pixel belongs to, from 0; −1 where the label is another. */
  readonly pieceOf: Int32Array;
  /** Pixels of each piece. */
  readonly sizes: readonly number[];
}

export function connectedPieces(labels: Uint8Array, label: number, width: number, height: number): Pieces {
  const pieceOf = new Int32Array(labels.length).fill(-1);
  const sizes: number[] = [];
  const stack = new Int32Array(labels.length);
  for (let start = 0; start < labels.length; start++) {
    if (labels[start] !== label || pieceOf[start] >= 0) continue;
    const piece = sizes.length;
    let size = 0;
    let depth = 0;
    const visit = (pixel: number) => {
      if (labels[pixel] !== label || pieceOf[pixel] >= 0) return;
      pieceOf[pixel] = piece;
      stack[depth++] = pixel;
    };
    visit(start);
    while (depth > 0) {
      const pixel = stack[--depth];
      size++;
      const x = pixel % width;
      if (x > 0) visit(pixel - 1);
      if (x < width - 1) visit(pixel + 1);
      if (pixel >= width) visit(pixel - width);
      if (pixel < width * (height - 1)) visit(pixel + width);
    }
    sizes.push(size);
  }
  return { pieceOf, sizes };
}
