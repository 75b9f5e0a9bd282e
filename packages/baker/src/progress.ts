/** How far something is, such as `1.2 of 6.4 GB`. */
export function formatProgress(done: number, total: number): string {
  return `${(done / 1e9).toFixed(1)} of ${(total / 1e9).toFixed(1)} GB`;
}
