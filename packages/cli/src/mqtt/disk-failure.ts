/** Why a file cannot be written, by the code that the system gave. */
export function diskFailure(code: string): string {
  return WHY[code] ?? `it cannot be written (${code})`;
}

const WHY: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full (ENOSPC)',
  EDQUOT: 'the quota of the disk is used up (EDQUOT)',
  EFBIG: 'the file has the largest size that is allowed (EFBIG)',
};
