import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type ExecutionProvider, InferenceError } from './onnx-model.ts';

/** `positive = Relu(a · b)`, both 2×2 (opset 13), as an ONNX file. */
const PROBE = Buffer.from(
  'CAcSBmVmZmlneTqUAQogCgFhCgFiEgdwcm9kdWN0Ggdwcm9kdWN0IgZNYXRNdWwKIwoHcHJvZHVjdBIIcG9zaXRpdmUaCHBvc2l0aXZlIgRSZWx1' +
    'EgVwcm9iZVoTCgFhEg4KDAgBEggKAggCCgIIAloTCgFiEg4KDAgBEggKAggCCgIIAmIaCghwb3NpdGl2ZRIOCgwIARIICgIIAgoCCAJCBAoAEA0=',
  'base64',
);
const EXPECTED = [19, 0, 43, 0];

/**
 * Runs a tiny graph on a provider, so that what is missing is known before seconds of loading.
 * @throws Error with the provider's reason, InferenceError where it computes something wrong
 */
export async function probeProvider(executionProvider: ExecutionProvider): Promise<void> {
  const session = await InferenceSession.create(PROBE, {
    executionProviders: [executionProvider],
    logSeverityLevel: 3,
    ...(executionProvider !== 'cpu' && { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
  });
  try {
    const square = (...numbers: number[]) => new Tensor('float32', Float32Array.from(numbers), [2, 2]);
    const { positive } = await session.run({ a: square(1, 2, 3, 4), b: square(5, -6, 7, -8) });
    if ([...positive.data].join() !== EXPECTED.join()) throw new InferenceError('it computes wrong numbers');
  } finally {
    await session.release();
  }
}
