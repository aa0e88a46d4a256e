/** Values that describe one sample: three of colour, two of place. */
export const FEATURE_COUNT = 5;

/** Variance added to every colour and place feature: no component may be thinner than the picture's grain. */
const MIN_VARIANCE = [30, 30, 30, 30, 30] as const;
/** K-means passes that set up the components, and expectation-maximisation passes that settle them. */
const CLUSTER_PASSES = 5;
const LOG_2PI = Math.log(2 * Math.PI);

interface Component {
  readonly logWeight: number;
  readonly mean: Float64Array;
  /** Rows of the inverse of the covariance's Cholesky factor, lower triangle: whitening is `factor · (x − mean)`. */
  readonly whitening: Float64Array;
  readonly logDeterminant: number;
}

/** A mixture of Gaussians over samples of {@link FEATURE_COUNT} features, as GrabCut models a label's pixels. */
export class GaussianMixture {
  readonly #components: readonly Component[];

  private constructor(components: readonly Component[]) {
    this.#components = components;
  }

  /**
   * Learns a mixture of the samples that `chosen` lists, hard assignment as in GrabCut (Rother et al. 2004).
   * The same samples give the same mixture.
   */
  static learn(features: Float32Array, chosen: Int32Array, componentCount: number): GaussianMixture {
    const assignment = new Uint8Array(chosen.length);
    let means = spreadMeans(features, chosen, componentCount);
    for (let pass = 0; pass < CLUSTER_PASSES; pass++) {
      assignToNearest(features, chosen, means, assignment);
      means = means.map((mean, k) => meanOf(features, chosen, assignment, k) ?? mean);
    }
    let components = componentsOf(features, chosen, assignment, means.length);
    const mixture = new GaussianMixture(components);
    for (let i = 0; i < chosen.length; i++) assignment[i] = mixture.#likeliest(features, chosen[i]);
    components = componentsOf(features, chosen, assignment, components.length);
    return new GaussianMixture(components);
  }

  /** Log density of a sample. */
  logDensity(features: Float32Array, sample: number): number {
    let best = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (const component of this.#components) {
      const value = logOf(component, features, sample);
      if (value > best) {
        sum = sum * Math.exp(best - value) + 1;
        best = value;
      } else sum += Math.exp(value - best);
    }
    return best + Math.log(sum);
  }

  #likeliest(features: Float32Array, sample: number): number {
    let best = Number.NEGATIVE_INFINITY;
    let at = 0;
    for (let k = 0; k < this.#components.length; k++) {
      const value = logOf(this.#components[k], features, sample);
      if (value > best) [best, at] = [value, k];
    }
    return at;
  }
}

function logOf({ logWeight, mean, whitening, logDeterminant }: Component, features: Float32Array, sample: number) {
  const at = sample * FEATURE_COUNT;
  let distance = 0;
  for (let r = 0, w = 0; r < FEATURE_COUNT; r++) {
    let value = 0;
    for (let c = 0; c <= r; c++) value += whitening[w++] * (features[at + c] - mean[c]);
    distance += value * value;
  }
  return logWeight - 0.5 * (distance + logDeterminant + FEATURE_COUNT * LOG_2PI);
}

/** Starting means far from each other: each next one is the sample farthest from those there are, outliers left out. */
function spreadMeans(features: Float32Array, chosen: Int32Array, count: number): Float64Array[] {
  const stride = Math.max(1, Math.floor(chosen.length / 1500));
  const sample = chosen.filter((_, i) => i % stride === 0);
  const distances = new Float64Array(sample.length).fill(Infinity);
  const means = [meanOf(features, sample, null, 0)!];
  const order = Array.from(sample.keys());
  while (means.length < Math.min(count, sample.length)) {
    const last = means[means.length - 1];
    for (let i = 0; i < sample.length; i++) {
      distances[i] = Math.min(distances[i], squaredDistance(features, sample[i], last));
    }
    order.sort((a, b) => distances[a] - distances[b]);
    const next = sample[order[Math.floor(0.97 * (order.length - 1))]];
    means.push(Float64Array.from(features.subarray(next * FEATURE_COUNT, (next + 1) * FEATURE_COUNT)));
  }
  return means;
}

function squaredDistance(features: Float32Array, sample: number, mean: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < FEATURE_COUNT; c++) sum += (features[sample * FEATURE_COUNT + c] - mean[c]) ** 2;
  return sum;
}

function assignToNearest(features: Float32Array, chosen: Int32Array, means: Float64Array[], assignment: Uint8Array) {
  for (let i = 0; i < chosen.length; i++) {
    let best = Infinity;
    for (let k = 0; k < means.length; k++) {
      const distance = squaredDistance(features, chosen[i], means[k]);
      if (distance < best) {
        best = distance;
        assignment[i] = k;
      }
    }
  }
}

/** Mean of the samples assigned to `k` (of all without an assignment); null where there are none. */
function meanOf(
  features: Float32Array,
  chosen: Int32Array,
  assignment: Uint8Array | null,
  k: number,
): Float64Array | null {
  const sum = new Float64Array(FEATURE_COUNT);
  let count = 0;
  for (let i = 0; i < chosen.length; i++) {
    if (assignment !== null && assignment[i] !== k) continue;
    for (let c = 0; c < FEATURE_COUNT; c++) sum[c] += features[chosen[i] * FEATURE_COUNT + c];
    count++;
  }
  return count === 0 ? null : sum.map((value) => value / count);
}

function componentsOf(features: Float32Array, chosen: Int32Array, assignment: Uint8Array, count: number): Component[] {
  const components: Component[] = [];
  for (let k = 0; k < count; k++) {
    const mean = meanOf(features, chosen, assignment, k);
    if (mean === null) continue;
    const covariance = new Float64Array(FEATURE_COUNT * FEATURE_COUNT);
    let members = 0;
    for (let i = 0; i < chosen.length; i++) {
      if (assignment[i] !== k) continue;
      members++;
      const at = chosen[i] * FEATURE_COUNT;
      for (let r = 0; r < FEATURE_COUNT; r++) {
        for (let c = 0; c <= r; c++) {
          covariance[r * FEATURE_COUNT + c] += (features[at + r] - mean[r]) * (features[at + c] - mean[c]);
        }
      }
    }
    for (let i = 0; i < covariance.length; i++) covariance[i] /= members;
    for (let c = 0; c < FEATURE_COUNT; c++) covariance[c * FEATURE_COUNT + c] += MIN_VARIANCE[c];
    components.push({ logWeight: Math.log(members / chosen.length), mean, ...whiten(covariance) });
  }
  return components;
}

/** Inverse of the Cholesky factor of a covariance (lower triangle, packed by rows), and the covariance's log determinant. */
function whiten(covariance: Float64Array): Pick<Component, 'whitening' | 'logDeterminant'> {
  const n = FEATURE_COUNT;
  const factor = new Float64Array(n * n);
  let logDeterminant = 0;
  for (let r = 0; r < n; r++) {
    for (let c = 0; c <= r; c++) {
      let value = covariance[r * n + c];
      for (let k = 0; k < c; k++) value -= factor[r * n + k] * factor[c * n + k];
      factor[r * n + c] = r === c ? Math.sqrt(value) : value / factor[c * n + c];
    }
    logDeterminant += 2 * Math.log(factor[r * n + r]);
  }
  const whitening = new Float64Array((n * (n + 1)) / 2);
  const at = (r: number, c: number) => (r * (r + 1)) / 2 + c;
  for (let r = 0; r < n; r++) {
    whitening[at(r, r)] = 1 / factor[r * n + r];
    for (let c = 0; c < r; c++) {
      let value = 0;
      for (let k = c; k < r; k++) value -= factor[r * n + k] * whitening[at(k, c)];
      whitening[at(r, c)] = value / factor[r * n + r];
    }
  }
  return { whitening, logDeterminant };
}
