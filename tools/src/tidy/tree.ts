import { posix } from 'node:path';

import { SourceFile } from './source-file.js';

export interface TextFile {
  /** From the repository's folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** The files of the repository, parsed at most once each. */
export class Tree {
  readonly files: readonly TextFile[];
  readonly #byPath: ReadonlyMap<string, TextFile>;
  readonly #folders = new Set<string>();
  readonly #sources = new Map<string, SourceFile>();

  constructor(files: readonly TextFile[]) {
    this.files = files;
    this.#byPath = new Map(files.map((file) => [file.path, file]));
    for (const { path } of files) {
      for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) this.#folders.add(at);
      if (isSource(path)) this.#sources.set(path, new SourceFile(path, this.#textOf(path)));
    }
  }

  /** TypeScript and JavaScript files. */
  get sources(): Iterable<SourceFile> {
    return this.#sources.values();
  }

  source(path: string): SourceFile | undefined {
    return this.#sources.get(path);
  }

  text(path: string): string | undefined {
    return this.#byPath.get(path)?.text;
  }

  /** Whether there is such a file or folder. */
  has(path: string): boolean {
    return path === '.' || this.#byPath.has(path) || this.#folders.has(path);
  }

  #textOf(path: string): string {
    return this.text(path) ?? '';
  }
}

function isSource(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path);
}
