/** A line of what was measured. A limit is what the project means to keep to. */
export interface Row {
  what: string;
  ratio: number;
  limit?: number;
}
