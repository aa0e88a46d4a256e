import { loadConfig, thisMachine } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { childEnvironment } from '../house/studios/child-environment.ts';
import { usageError } from './command-error.ts';
import { describeResult, examine } from './doctor/check.ts';
import { effigyChecks } from './doctor/effigy-checks.ts';
import { gpuChecks } from './doctor/gpu-checks.ts';
import { memoryCheck, nodeCheck } from './doctor/machine-checks.ts';
import { runCommand } from './run-command.ts';

const HELP = `Examines whether Effigy can run on this machine, and what would make it faster.

  npm run doctor [-- options]

  --json   one JSON object on standard output: {"canRun", "checks": [{"name", "status", "found", "advice"}]}
  --help   this text

It takes the options of npm start (--pack, --port …), and looks at what they ask for. The exit code is 0 where Effigy
can run; a note is no obstacle.
`;

/** `npm run doctor`. */
await runCommand('doctor', async (args) => {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return;
  }
  const isJson = args.includes('--json');
  const config = settle(args.filter((arg) => arg !== '--json'));
  const checks = [
    nodeCheck(),
    memoryCheck(config.studios),
    ...gpuChecks(),
    ...effigyChecks(config, { ...process.env, ...childEnvironment(config) }),
  ];
  const results = await examine(checks, (result) => {
    if (!isJson) process.stdout.write(`${describeResult(result)}\n`);
  });
  const canRun = results.every(({ status }) => status !== 'failed');
  if (isJson) process.stdout.write(`${JSON.stringify({ canRun, checks: results })}\n`);
  else process.stdout.write(canRun ? '\nEffigy can run here.\n' : '\nEffigy cannot run here yet: see what failed.\n');
  // Native parts may keep threads: nothing is left to wait for.
  process.exit(canRun ? 0 : 1);
});

function settle(args: string[]) {
  try {
    const cwd = process.env.INIT_CWD ?? process.cwd();
    return loadConfig({ args, env: process.env, cwd, machine: thisMachine() }).config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw usageError(error.problems.join(' '));
  }
}
