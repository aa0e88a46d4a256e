import { parentPort, workerData } from 'node:worker_threads';
import type { ConstantInput, FromGraphThread, GraphThreadTask, ToGraphThread } from './graph-thread-protocol.ts';
import { type OpenGraph, openGraphs } from './open-graphs.ts';

/** The program of a graph thread: it owns the onnxruntime sessions, whose runs block it and nobody else. */

if (!parentPort) throw new Error('a graph thread is started by GraphThread');
const port = parentPort;
const task = workerData as GraphThreadTask;

const opened = await openGraphs(task);
if (opened.graphs === null) {
  tell({ type: 'refused', refusedProviders: opened.refusedProviders });
  port.close();
} else {
  const { executionProvider, refusedProviders, graphs } = opened;
  const runTimes = Object.fromEntries([...graphs].map(([name, graph]) => [name, graph.runTimes]));
  tell({ type: 'opened', executionProvider, refusedProviders, runTimes });

  port.on('message', async (message: ToGraphThread) => {
    if (message.type === 'close') {
      for (const { model } of graphs.values()) await model.close();
      port.close();
      return;
    }
    try {
      await run(message, graphs.get(message.graph));
    } catch (error) {
      tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  });
}

async function run(
  { graph, size, count, constants }: Extract<ToGraphThread, { type: 'run' }>,
  open: OpenGraph | undefined,
): Promise<void> {
  const bound = open?.runs.get(size);
  if (!bound) throw new Error(`${graph} was not warmed up with a batch of ${size}`);
  for (const constant of constants) place(graph, constant);
  const startMs = performance.now();
  await bound.execute();
  const ms = performance.now() - startMs;
  const outputs = Array.from({ length: count }, (_, index) =>
    Object.fromEntries(
      Object.entries(bound.outputs).map(([name, data]) => {
        const length = data.length / size;
        return [name, data.slice(index * length, (index + 1) * length)];
      }),
    ),
  );
  const buffers = outputs.flatMap((record) => Object.values(record).map(({ buffer }) => buffer as ArrayBuffer));
  tell({ type: 'ran', outputs, ms }, buffers);
}

function place(graph: string, { input, place, data }: ConstantInput): void {
  const source = new Float32Array(data);
  new Float32Array(task.inputs[graph][input], place * data.byteLength, source.length).set(source);
}

function tell(message: FromGraphThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
