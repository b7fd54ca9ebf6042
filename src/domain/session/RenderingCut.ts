import type { Split } from "../text/ByteBudget.js"

/**
 * The way to shorten a rendering of a rollout that is too long: a third of the room goes to its head, the rest to its
 * tail.
 */
export const renderingCut: Split = {
  marker: "\n\n[... ROLLOUT TRUNCATED FOR MEMORY EXTRACTION ...]\n\n",
  headShare: 1 / 3
}
