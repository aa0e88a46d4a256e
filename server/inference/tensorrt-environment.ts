/**
 * How TensorRT is told to keep the engines that it builds, which takes minutes a graph, and to compute in half precision.
 * It reads the process's environment when a session is made. Not tried on hardware.
 */
const PREFIX = 'ORT_TENSORRT_';

/** What is to be set besides `environment`: nothing where the user has set anything of it; no cache without a folder. */
export function tensorRtDefaults(
  environment: Readonly<Record<string, string | undefined>>,
  cacheFolder: string | null,
): Record<string, string> {
  if (Object.keys(environment).some((name) => name.startsWith(PREFIX))) return {};
  return {
    [`${PREFIX}FP16_ENABLE`]: '1',
    ...(cacheFolder !== null && {
      [`${PREFIX}ENGINE_CACHE_ENABLE`]: '1',
      [`${PREFIX}CACHE_PATH`]: cacheFolder,
    }),
  };
}
