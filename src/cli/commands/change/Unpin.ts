import { unpinFact } from "../../../commands/DecideFact.js"
import type { CommandServices } from "../../CommandServices.js"
import type { GivenTo } from "../../CommandTable.js"
import { runDecision } from "./RunDecision.js"

/**
 * Implements `unpin`: removes the pin of a fact, so that its line may be left out of `MEMORY.md` again if there is no
 * room.
 */
export const run = <E>(given: GivenTo<"unpin">, services: CommandServices<E>) =>
  runDecision(given, services, unpinFact, { done: "is no longer pinned", before: "was not pinned" })
