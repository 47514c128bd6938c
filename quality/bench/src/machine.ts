import { arch, cpus, release, totalmem } from 'node:os';

/** One line each for the machine and the runtime, to stand over the numbers. */
export function describeMachine(): string[] {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown CPU';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [
    `${processors.length} × ${model} (${arch()}), ${memory}, Linux ${release()}`,
    `Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}`,
  ];
}
