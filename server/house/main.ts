import { type Config, loadConfig, thisMachine } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { describeConfig, describeOptions } from '../config/describe-config.ts';
import { SfuError } from '../sfu/sfu-error.ts';
import { announcement } from './announcement.ts';
import { House } from './house.ts';
import { CertificateError } from './http/certificate.ts';
import { ListenError } from './http/listeners.ts';
import { createLog } from './log.ts';

/** Ending takes well under a second; whoever hangs is left behind after this. */
const SHUTDOWN_TIMEOUT_MS = 3000;

const args = process.argv.slice(2);
const machine = thisMachine();

if (args.includes('--help') || args.includes('-h')) {
  console.log(describeOptions());
} else {
  try {
    // npm runs this in the project's folder; relative paths are meant from where the user is.
    const loaded = loadConfig({ args, env: process.env, cwd: process.env.INIT_CWD ?? process.cwd(), machine });
    console.log(describeConfig(loaded));
    for (const warning of loaded.warnings) console.warn(warning);
    await serve(loaded.config);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof ConfigError) {
      console.error(`These settings cannot be used:\n${error.problems.map((problem) => `  ${problem}`).join('\n')}`);
    } else if (error instanceof ListenError || error instanceof CertificateError || error instanceof SfuError) {
      console.error(error.message);
    } else throw error;
  }
}

async function serve(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  const house = await House.start(config, {
    log,
    lanAddresses: machine.lanAddresses,
    onRefused: (reason) => {
      console.error(reason);
      process.exit(1);
    },
  });
  console.log(announcement(config, machine.lanAddresses));

  const stop = (signal: string) => {
    log.info(`${signal}: closing`);
    setTimeout(() => process.exit(1), SHUTDOWN_TIMEOUT_MS).unref();
    void house.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // A fault that nobody caught: the state is unknown, so end; children end with their channel.
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error) => {
      log.fatal({ err: error }, 'a fault that nobody caught');
      process.exit(1);
    });
  }
}
