import { basename } from 'node:path';
import { type AnimateResult, animateVideo } from './animate/animate-video.ts';
import { ANIMATE_HELP, parseAnimateArguments } from './animate/arguments.ts';
import { runCommand } from './run-command.ts';

/** `npm run animate`: a picture animated with a video, into a video. */
await runCommand('animate', async (args) => {
  const options = parseAnimateArguments(args);
  if (!options) {
    process.stdout.write(ANIMATE_HELP);
    return;
  }
  const startedMs = performance.now();
  const result = await animateVideo(options);
  process.stdout.write(summary(basename(options.outPath), result, performance.now() - startedMs));
});

function summary(name: string, result: AnimateResult, elapsedMs: number): string {
  const { width, height, frames, framesWithoutFace, referenceFrame, durationMs, remarks } = result;
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const lines = [...remarks];
  if (framesWithoutFace > 0) {
    lines.push(`No face was found in ${framesWithoutFace} of ${frames} frames; there the picture holds, then rests.`);
  }
  lines.push(`The driver's neutral face is frame ${referenceFrame}.`);
  const fps = (frames / (elapsedMs / 1000)).toFixed(1);
  lines.push(
    `${name}: ${width}×${height}, ${seconds(durationMs)} s, ${frames} frames in ${seconds(elapsedMs)} s (${fps} fps)`,
  );
  return `${lines.join('\n')}\n`;
}
