import type { Claims } from "./Claims.js"
import type { Consolidations } from "./Consolidations.js"
import type { Facts } from "./Facts.js"
import type { Forgetting } from "./Forgetting.js"
import type { Integrity } from "./Integrity.js"
import type { Notes } from "./Notes.js"
import type { ProjectLocks } from "./ProjectLocks.js"
import type { Projects } from "./Projects.js"
import type { Spending } from "./Spending.js"
import type { ThreadIndex } from "./ThreadIndex.js"
import type { ThreadMemories } from "./ThreadMemories.js"

/**
 * All capabilities of the state DB; one layer provides them together. Every operation is atomic and may run
 * concurrently with any other, in this process or in another one. None keeps a transaction open during a model call or
 * a file access. Times come from `Clock`. A failed operation has stored nothing.
 */
export type StateDb =
  | Claims
  | Consolidations
  | Facts
  | Forgetting
  | Integrity
  | Notes
  | ProjectLocks
  | Projects
  | Spending
  | ThreadIndex
  | ThreadMemories
