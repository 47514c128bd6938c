import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Canary } from './canary.js';
import { MagpieProcess } from './magpie-process.js';
import { CONNACK_ACCEPTED, connect } from './packets.js';
import { RawPeer } from './raw-peer.js';
import { selfSigned } from './self-signed.js';

/** What an attack may cost the others. */
export interface Bounds {
  readonly growthMiB: number;
  readonly delayMs: number;
}

/** What holds for most attacks, on a machine that does other things too. */
export const USUAL_BOUNDS: Bounds = { growthMiB: 96, delayMs: 5000 };

/** A broker with every listener there is, a canary on it, and what attacks it. */
export class Battlefield implements AsyncDisposable {
  readonly magpie: MagpieProcess;
  readonly ports: { readonly tcp: number; tls: number; ws: number; http: number };
  readonly #canary: Canary;
  readonly #folder: string;

  private constructor(
    magpie: MagpieProcess,
    ports: Battlefield['ports'],
    canary: Canary,
    folder: string,
  ) {
    this.magpie = magpie;
    this.ports = ports;
    this.#canary = canary;
    this.#folder = folder;
  }

  static async begin(limits: Readonly<Record<string, number>>): Promise<Battlefield> {
    const folder = await mkdtemp(join(tmpdir(), 'magpie-attacks-'));
    const { cert, key } = await selfSigned(folder);
    const config = {
      listeners: [
        { type: 'tcp', port: 0 },
        { type: 'ws', port: 0, origins: ['https://good.example'] },
        { type: 'tls', port: 0, cert, key },
      ],
      http: { port: 0 },
      storage: { memory: true },
      limits,
    };
    const path = join(folder, 'magpie.yaml');
    await writeFile(path, JSON.stringify(config)); // which is YAML, too
    const magpie = new MagpieProcess(['--config', path]);
    const [tcp, ws, tls, http] = await Promise.all(
      ['tcp', 'ws', 'tls', 'http'].map((listener) => magpie.port(listener)),
    );
    assert.ok(tcp && ws && tls && http);
    const canary = await Canary.start(tcp);
    return new Battlefield(magpie, { tcp, ws, tls, http }, canary, folder);
  }

  /** A connection whose CONNECT was accepted. */
  async client(clientId: string, fields: Parameters<typeof connect>[1] = {}): Promise<RawPeer> {
    const peer = await RawPeer.open(this.ports.tcp, connect(clientId, fields));
    assert.ok(await peer.until(4), 'the connection was closed before CONNACK');
    assert.deepEqual(peer.take().subarray(0, 4), CONNACK_ACCEPTED);
    return peer;
  }

  /** One value of the page of metrics. */
  async metric(name: string): Promise<number> {
    const page = await (await fetch(`http://127.0.0.1:${this.ports.http}/metrics`)).text();
    const line = page.split('\n').find((one) => one.startsWith(`${name} `));
    assert.ok(line !== undefined, `there is no metric ${name}`);
    return Number(line.split(' ')[1]);
  }

  /** Waits until a metric is what it should be. */
  async until(name: string, is: (value: number) => boolean): Promise<void> {
    while (!is(await this.metric(name))) {
      // Each look is a request, which takes its time.
    }
  }

  /**
   * Attacks, and looks all the time at what it costs.
   *
   * @throws {AssertionError} if it goes beyond the bounds, or the broker or the canary is gone.
   */
  async attack(t: TestContext, bounds: Bounds, run: () => Promise<void>): Promise<void> {
    await this.#canary.song();
    const beforeBytes = await this.magpie.residentBytes();
    let mostBytes = beforeBytes;
    const watching = setInterval(() => {
      const looked = (bytes: number) => {
        mostBytes = Math.max(mostBytes, bytes);
      };
      this.magpie.residentBytes().then(looked, () => {}); // it has ended: told below
    }, LOOK_EVERY_MS);
    const beganMs = performance.now();
    try {
      await run();
    } finally {
      clearInterval(watching);
    }
    assert.equal(this.magpie.hasEnded, false, this.magpie.stderr);
    mostBytes = Math.max(mostBytes, await this.magpie.residentBytes());
    const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
    const { longestMs, messages } = await this.#canary.song();
    const growthMiB = (mostBytes - beforeBytes) / 1024 / 1024;
    t.diagnostic(
      `${seconds} s, memory +${growthMiB.toFixed(0)} MiB, canary ${longestMs.toFixed(0)} ms `
        + `at most of ${messages} messages`,
    );
    assert.equal(this.magpie.stderr, '');
    assert.ok(growthMiB <= bounds.growthMiB, `memory grew by ${growthMiB.toFixed(0)} MiB`);
    assert.ok(longestMs <= bounds.delayMs, `the canary waited ${longestMs.toFixed(0)} ms`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#canary.stop();
    await this.magpie.end();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const LOOK_EVERY_MS = 20;
