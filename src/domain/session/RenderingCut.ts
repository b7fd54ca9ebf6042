import type { Split } from "../text/ByteBudget.js"

/** The cut of a rendering that is too long: a third of what the marker leaves is the head, the tail gets the rest. */
export const renderingCut: Split = {
  marker: "\n\n[... ROLLOUT TRUNCATED FOR MEMORY EXTRACTION ...]\n\n",
  headShare: 1 / 3
}
