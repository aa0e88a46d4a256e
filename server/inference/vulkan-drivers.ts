import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';

/** Where the Vulkan loader looks for its drivers' manifests on Linux. */
const MANIFEST_FOLDERS = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d'];
/** Mesa's lavapipe, and SwiftShader. */
const SOFTWARE = /^(lvp_|vk_swiftshader)/;
const TIMEOUT_MS = 5000;

/**
 * Whether Vulkan here is nothing but a program on the processor: a GPU's device file may be there, and no driver for it.
 * `vulkaninfo` knows best; without it the drivers that are installed tell. False where neither tells anything.
 */
export function vulkanIsSoftware(): boolean {
  const { stdout } = spawnSync('vulkaninfo', ['--summary'], { encoding: 'utf8', timeout: TIMEOUT_MS });
  return allInSoftware(stdout ?? '', manifests());
}

/** @param summary of `vulkaninfo`, or nothing; `manifestNames` file names of drivers' manifests */
export function allInSoftware(summary: string, manifestNames: readonly string[]): boolean {
  const types = [...summary.matchAll(/deviceType\s*=\s*(\w+)/g)].map(([, type]) => type);
  if (types.length > 0) return types.every((type) => type === 'PHYSICAL_DEVICE_TYPE_CPU');
  return manifestNames.length > 0 && manifestNames.every((name) => SOFTWARE.test(name));
}

function manifests(): string[] {
  const chosen = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  if (chosen) return chosen.split(':').map((path) => basename(path));
  return MANIFEST_FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder));
}
