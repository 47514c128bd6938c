/** At most five characters: `1234`, `12.3k`, `1.2M`. */
export function shortNumber(value: number): string {
  if (value < 10 && !Number.isInteger(value)) return value.toFixed(1);
  let rest = Math.round(value);
  if (rest < 10_000) return String(rest);
  for (const unit of ['k', 'M', 'G', 'T']) {
    rest /= 1000;
    if (rest < 999.5) return `${rest < 99.95 ? rest.toFixed(1) : rest.toFixed(0)}${unit}`;
  }
  return '>999T';
}
