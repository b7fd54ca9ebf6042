import type { Split } from "../text/ByteBudget.js"

/**
 * The cut of a rendering that is too long: a third of the room beside the marker goes to the head, the rest to the
 * tail.
 */
export const renderingCut: Split = {
  marker: "\n\n[... ROLLOUT TRUNCATED FOR MEMORY EXTRACTION ...]\n\n",
  headShare: 1 / 3
}
