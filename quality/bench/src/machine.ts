import { arch, cpus, loadavg, release, totalmem } from 'node:os';

/** Machine, runtime, and how busy the machine is with other things: to stand over the numbers. */
export function describeMachine(): string[] {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown CPU';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [
    `${processors.length} × ${model} (${arch()}), ${memory}, Linux ${release()}`,
    `Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}`,
    `Load average before the first run: ${(loadavg()[0] ?? 0).toFixed(2)}`,
  ];
}
