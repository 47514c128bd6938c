/** Something to be produced, once. */
export interface Order {
  readonly id: string;
  readonly pieces: number;
}
