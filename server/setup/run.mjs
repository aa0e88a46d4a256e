// What every npm script of this repository starts: `node server/setup/run.mjs <task> [arguments]`.
//
// It installs what the task needs, says what it is doing, and then becomes the task, which runs on Node 24.
// The folder has no dependencies and runs on Node 20, because it is there before anything is installed.
// This file is parsed by older Nodes still, so that they get a sentence instead of a syntax error.
//
// The task learns where things are from three environment variables, each of which is respected where it is
// already set:
//   EFFIGY_MEDIASOUP_WORKER  the mediasoup-worker binary (createWorker's `workerBin`)
//   EFFIGY_MODELS_DIR        the folder of the converted face models
//   EFFIGY_CHROMIUM          the browser of the end-to-end tests (unset where there is none)

const [major] = process.versions.node.split('.').map(Number);

if (major < 20) {
  console.error(`effigy: this is Node ${process.versions.node}; please install Node 20 or newer and run it again.`);
  process.exitCode = 1;
} else if (process.platform === 'win32') {
  console.error('effigy: Windows is supported through WSL 2: please run this inside it (Debian or Ubuntu).');
  process.exitCode = 1;
} else {
  import('./main.mjs').then(({ main }) => main(process.argv.slice(2)));
}
