import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childPids } from '../../server/house/testing/child-processes.ts';
import { freePort } from '../../server/sfu/testing/free-port.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The whole server as a user starts it, on free ports of loopback. */
export class HouseProcess {
  readonly #child: ChildProcess;
  readonly #output: string[] = [];
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => this.#output.push(String(chunk)));
  }

  /** Starts it and waits until it answers. @throws if it ends or does not answer within 60 s, with its output. */
  static async start(flags: string[] = []): Promise<HouseProcess> {
    const [port, rtcPort] = [await freePort(), await freePort()];
    const child = spawn(
      process.execPath,
      ['server/house/main.ts', '--port', `${port}`, '--rtc-base-port', `${rtcPort}`, ...flags],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const house = new HouseProcess(child, `http://localhost:${port}`);
    for (let attempt = 0; attempt < 240; attempt++) {
      if (child.exitCode !== null) break;
      const healthy = await fetch(`${house.url}/api/health`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (healthy) return house;
      await sleep(250);
    }
    await house.stop();
    throw new Error(`the house did not come up:\n${house.output}`);
  }

  get output(): string {
    return this.#output.join('');
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Process ids of its children whose command line contains `part`. */
  childPids(part: string): number[] {
    return childPids(part, this.pid);
  }

  /** Ends it as Ctrl-C does and waits; kills it after 10 s. */
  async stop(): Promise<void> {
    if (!this.running) return;
    const ended = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGINT');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(killer);
  }
}
