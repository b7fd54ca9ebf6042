/**
 * Compares entries for sorting: newest first, then by id in descending order. `key` returns the time in Unix
 * milliseconds, and the id.
 */
export const newestFirst =
  <A>(key: (value: A) => readonly [number, string]) =>
  (left: A, right: A): number => {
    const [leftTime, leftId] = key(left)
    const [rightTime, rightId] = key(right)
    return rightTime - leftTime || (leftId < rightId ? 1 : -1)
  }
