import { pinFact } from "../../../commands/DecideFact.js"
import type { CommandServices } from "../../CommandServices.js"
import type { GivenTo } from "../../CommandTable.js"
import { runDecision } from "./RunDecision.js"

/** Implements `pin`: keeps the line of a fact in `MEMORY.md`, even if there is little room. */
export const run = <E>(given: GivenTo<"pin">, services: CommandServices<E>) =>
  runDecision(given, services, pinFact, { done: "is pinned", before: "was pinned before" })
