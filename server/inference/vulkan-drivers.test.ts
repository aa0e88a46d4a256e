import { expect, test } from 'vitest';
import { allInSoftware } from './vulkan-drivers.ts';

const summary = (...types: string[]) =>
  types.map((type, i) => `GPU${i}:\n\tapiVersion         = 1.4.305\n\tdeviceType         = ${type}\n`).join('');

test.each([
  [summary('PHYSICAL_DEVICE_TYPE_CPU'), ['radeon_icd.json', 'lvp_icd.json'], true],
  [summary('PHYSICAL_DEVICE_TYPE_DISCRETE_GPU', 'PHYSICAL_DEVICE_TYPE_CPU'), ['lvp_icd.json'], false],
  [summary('PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU'), [], false],
  ['', ['lvp_icd.x86_64.json'], true],
  ['', ['nvidia_icd.json', 'lvp_icd.json'], false],
  ['', [], false],
])('devices %j with the drivers %j', (devices, manifests, isSoftware) => {
  expect(allInSoftware(devices, manifests)).toBe(isSoftware);
});
