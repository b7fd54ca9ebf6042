/**
 * Orders every list: newest first, ties by id, both descending. `key` returns the time in Unix milliseconds, and the
 * id.
 */
export const newestFirst =
  <A>(key: (value: A) => readonly [number, string]) =>
  (left: A, right: A): number => {
    const [leftTime, leftId] = key(left)
    const [rightTime, rightId] = key(right)
    return rightTime - leftTime || (leftId < rightId ? 1 : -1)
  }
