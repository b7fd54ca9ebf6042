/** Rows in batches of at most `size`: SQLite takes 32,766 parameters in one statement. */
export const inBatches = <A>(rows: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, index) => rows.slice(index * size, (index + 1) * size))
