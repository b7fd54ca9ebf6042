/** Prints what a consolidation costs with a scripted model, as JSON; see {@link agentCosts}. Argument: an empty folder. */
import * as Effect from "effect/Effect"
import { agentCosts } from "./agentTokens.js"

const [folder = ""] = process.argv.slice(2)

process.stdout.write(JSON.stringify(await Effect.runPromise(agentCosts(folder))))
