/** What stands in for `node:assert/strict` in a page, for values that are plain data. */
const assert = {
  deepEqual(actual: unknown, expected: unknown): void {
    const [is, should] = [actual, expected].map((value) => JSON.stringify(value));
    if (is !== should) throw new Error(`It is ${is}, and should be ${should}`);
  },
};

// tidy-allow no-default-export: the module that it stands in for has one
export default assert;
