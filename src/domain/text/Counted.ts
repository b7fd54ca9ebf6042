/** A number followed by the noun it counts: `1 session`, `2,000 sessions`. */
export const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`
