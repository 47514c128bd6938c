/** A page of docs/, or a manual page, that is made from a table in the code. */
export interface Generator {
  /** From the repository's folder. */
  readonly path: string;
  readonly render: () => string;
}
