import { expect, test } from 'vitest';
import { tensorRtDefaults } from './tensorrt-environment.ts';

test('engines are kept and compute in half precision, unless the user has said anything', () => {
  expect(tensorRtDefaults({ HOME: '/home/a' }, '/cache')).toEqual({
    ORT_TENSORRT_FP16_ENABLE: '1',
    ORT_TENSORRT_ENGINE_CACHE_ENABLE: '1',
    ORT_TENSORRT_CACHE_PATH: '/cache',
  });
  expect(tensorRtDefaults({}, null)).toEqual({ ORT_TENSORRT_FP16_ENABLE: '1' });
  expect(tensorRtDefaults({ ORT_TENSORRT_FP16_ENABLE: '0' }, '/cache')).toEqual({});
});
