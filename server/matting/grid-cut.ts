/** Directions to the 8 neighbours; `d ^ 1` is the way back. */
const DX = [1, -1, 0, 0, 1, -1, 1, -1] as const;
const DY = [0, 0, 1, -1, 1, -1, -1, 1] as const;
export const NEIGHBOUR_COUNT = 8;

const NONE = -1;
const TERMINAL = -2;
const ORPHAN = -3;
const SINK = 1;

/** Offset of a neighbour in a picture of that width. */
export function neighbourOffset(direction: number, width: number): number {
  return DY[direction] * width + DX[direction];
}

/** Length of the step to a neighbour, pixels. */
export function neighbourDistance(direction: number): number {
  return direction < 4 ? 1 : Math.SQRT2;
}

/** Whether the pixel has that neighbour. */
export function hasNeighbour(direction: number, x: number, y: number, width: number, height: number): boolean {
  const [nx, ny] = [x + DX[direction], y + DY[direction]];
  return nx >= 0 && ny >= 0 && nx < width && ny < height;
}

/**
 * Minimum cut of a picture's graph between two labels, by augmenting paths in two search trees that are kept
 * (Boykov and Kolmogorov 2004, "An experimental comparison of min-cut/max-flow algorithms"). One use only.
 */
export class GridCut {
  readonly #residual: Float32Array[];
  readonly #terminal: Float32Array;
  readonly #parent: Int8Array;
  /** 0: source's tree, 1: sink's. Meaningless without a parent. */
  readonly #tree: Uint8Array;
  readonly #stamp: Int32Array;
  readonly #depth: Int32Array;
  readonly #offsets: number[];
  readonly #queue: Int32Array;
  readonly #queued: Uint8Array;
  #queueHead = 0;
  #queueLength = 0;
  readonly #orphans: number[] = [];
  #time = 0;

  /**
   * @param terminal per pixel: what it costs to be labelled 0 rather than 1 (positive: it wants to be 1)
   * @param links per direction and pixel: what it costs to differ from that neighbour; 0 where there is none. Consumed.
   */
  constructor(width: number, height: number, terminal: Float32Array, links: Float32Array[]) {
    const count = width * height;
    this.#residual = links;
    this.#terminal = terminal.slice();
    this.#parent = new Int8Array(count).fill(NONE);
    this.#tree = new Uint8Array(count);
    this.#stamp = new Int32Array(count);
    this.#depth = new Int32Array(count);
    this.#offsets = DX.map((_, direction) => neighbourOffset(direction, width));
    this.#queue = new Int32Array(count);
    this.#queued = new Uint8Array(count);
  }

  /** The labels of the cheapest cut. */
  solve(): Uint8Array {
    for (let i = 0; i < this.#terminal.length; i++) {
      if (this.#terminal[i] === 0) continue;
      this.#tree[i] = this.#terminal[i] > 0 ? 0 : SINK;
      this.#parent[i] = TERMINAL;
      this.#depth[i] = 1;
      this.#activate(i);
    }
    for (let node = this.#nextActive(); node >= 0; node = this.#nextActive()) {
      // As long as paths start here, stay here.
      for (let link = this.#grow(node); link >= 0; link = this.#parent[node] === NONE ? -1 : this.#grow(node)) {
        this.#time++;
        const [from, direction] = this.#tree[node] === SINK ? [node + this.#offsets[link], link ^ 1] : [node, link];
        this.#augment(from, direction);
        this.#adopt();
      }
    }
    const labels = new Uint8Array(this.#terminal.length);
    for (let i = 0; i < labels.length; i++) labels[i] = this.#parent[i] !== NONE && this.#tree[i] !== SINK ? 1 : 0;
    return labels;
  }

  #activate(node: number): void {
    if (this.#queued[node]) return;
    this.#queued[node] = 1;
    this.#queue[(this.#queueHead + this.#queueLength++) % this.#queue.length] = node;
  }

  #nextActive(): number {
    while (this.#queueLength > 0) {
      const node = this.#queue[this.#queueHead];
      this.#queueHead = (this.#queueHead + 1) % this.#queue.length;
      this.#queueLength--;
      this.#queued[node] = 0;
      if (this.#parent[node] !== NONE) return node;
    }
    return -1;
  }

  /** Takes free neighbours into the node's tree. @returns the direction in which it meets the other tree, or −1 */
  #grow(node: number): number {
    const tree = this.#tree[node];
    for (let d = 0; d < NEIGHBOUR_COUNT; d++) {
      const other = node + this.#offsets[d];
      // Links that leave the picture have no capacity; their far ends are never looked at.
      const capacity = tree === SINK ? this.#capacityFrom(other, d ^ 1) : this.#residual[d][node];
      if (!(capacity > 0)) continue;
      if (this.#parent[other] === NONE) {
        this.#tree[other] = tree;
        this.#parent[other] = d ^ 1;
        this.#stamp[other] = this.#stamp[node];
        this.#depth[other] = this.#depth[node] + 1;
        this.#activate(other);
      } else if (this.#tree[other] !== tree) return d;
      else if (this.#stamp[other] <= this.#stamp[node] && this.#depth[other] > this.#depth[node]) {
        this.#parent[other] = d ^ 1;
        this.#stamp[other] = this.#stamp[node];
        this.#depth[other] = this.#depth[node] + 1;
      }
    }
    return -1;
  }

  #capacityFrom(node: number, direction: number): number {
    return node >= 0 && node < this.#terminal.length ? this.#residual[direction][node] : 0;
  }

  /** Sends as much as goes along the path through the link from a source node to a sink node. */
  #augment(from: number, direction: number): void {
    const parent = this.#parent;
    const offsets = this.#offsets;
    const to = from + offsets[direction];
    let amount = this.#residual[direction][from];
    let node = from;
    for (; parent[node] !== TERMINAL; node += offsets[parent[node]]) {
      amount = Math.min(amount, this.#residual[parent[node] ^ 1][node + offsets[parent[node]]]);
    }
    amount = Math.min(amount, this.#terminal[node]);
    node = to;
    for (; parent[node] !== TERMINAL; node += offsets[parent[node]]) {
      amount = Math.min(amount, this.#residual[parent[node]][node]);
    }
    amount = Math.min(amount, -this.#terminal[node]);

    this.#residual[direction][from] -= amount;
    this.#residual[direction ^ 1][to] += amount;
    for (node = from; parent[node] !== TERMINAL; ) {
      const up = parent[node];
      const above = node + offsets[up];
      this.#residual[up][node] += amount;
      this.#residual[up ^ 1][above] -= amount;
      if (!(this.#residual[up ^ 1][above] > 0)) this.#orphan(node);
      node = above;
    }
    this.#terminal[node] -= amount;
    if (!(this.#terminal[node] > 0)) this.#orphan(node);
    for (node = to; parent[node] !== TERMINAL; ) {
      const up = parent[node];
      const above = node + offsets[up];
      this.#residual[up ^ 1][above] += amount;
      this.#residual[up][node] -= amount;
      if (!(this.#residual[up][node] > 0)) this.#orphan(node);
      node = above;
    }
    this.#terminal[node] += amount;
    if (!(this.#terminal[node] < 0)) this.#orphan(node);
  }

  #orphan(node: number): void {
    this.#parent[node] = ORPHAN;
    this.#orphans.push(node);
  }

  /** Finds new parents for nodes that lost theirs, or sets them free. */
  #adopt(): void {
    for (let node = this.#orphans.pop(); node !== undefined; node = this.#orphans.pop()) {
      const tree = this.#tree[node];
      let best = NONE;
      let bestDepth = Infinity;
      for (let d = 0; d < NEIGHBOUR_COUNT; d++) {
        const other = node + this.#offsets[d];
        const capacity = tree === SINK ? this.#residual[d][node] : this.#capacityFrom(other, d ^ 1);
        if (!(capacity > 0) || this.#tree[other] !== tree || this.#parent[other] === NONE) continue;
        const depth = this.#depthToTerminal(other);
        if (depth < bestDepth) {
          best = d;
          bestDepth = depth;
        }
      }
      this.#parent[node] = best;
      if (best !== NONE) {
        this.#stamp[node] = this.#time;
        this.#depth[node] = bestDepth + 1;
      } else this.#setFree(node, tree);
    }
  }

  #setFree(node: number, tree: number): void {
    for (let d = 0; d < NEIGHBOUR_COUNT; d++) {
      const other = node + this.#offsets[d];
      const toOther = this.#residual[d][node];
      const fromOther = this.#capacityFrom(other, d ^ 1);
      if (!(toOther > 0) && !(fromOther > 0)) continue;
      if (this.#tree[other] !== tree || this.#parent[other] === NONE) continue;
      if ((tree === SINK ? toOther : fromOther) > 0) this.#activate(other);
      if (this.#parent[other] === (d ^ 1)) this.#orphan(other);
    }
  }

  /** Steps from a node to its terminal; Infinity where its path ends in an orphan. Marks the path as known. */
  #depthToTerminal(start: number): number {
    let steps = 0;
    let node = start;
    for (;;) {
      if (this.#stamp[node] === this.#time) {
        steps += this.#depth[node];
        break;
      }
      const up = this.#parent[node];
      steps++;
      if (up === TERMINAL) {
        this.#stamp[node] = this.#time;
        this.#depth[node] = 1;
        break;
      }
      if (up === ORPHAN || up === NONE) return Infinity;
      node += this.#offsets[up];
    }
    let depth = steps;
    for (node = start; this.#stamp[node] !== this.#time; node += this.#offsets[this.#parent[node]]) {
      this.#stamp[node] = this.#time;
      this.#depth[node] = depth--;
    }
    return steps;
  }
}
