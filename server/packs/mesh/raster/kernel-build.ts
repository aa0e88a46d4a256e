import { builtKernel as built } from '../../../wasm/kernel-build.ts';

/** Path of the compiled rasteriser. Throws a `KernelBuildError`. */
export function builtKernel(): string {
  return built('raster-kernel');
}
