/**
 * Measures how a project of 1,000 sessions and 20,000 facts is merged and its memory written. Prints the processor time and
 * the peak resident memory.
 */
import { consolidate } from "../src/domain/offline/consolidating/OfflineConsolidator.js"
import { projectFacts } from "../src/domain/offline/consolidating/MergeFacts.js"
import { noEdits } from "../src/domain/memory/PersonEdits.js"
import { factsOfSessions } from "./facts.js"

const facts = factsOfSessions(1_000)
const before = process.cpuUsage()
const files = consolidate({
  project: "ferry",
  threadIds: [...new Set(facts.map(({ threadId }) => threadId))].slice(0, 10),
  facts: projectFacts(facts),
  edits: noEdits,
  maxBytes: 6_000
})
const { system, user } = process.cpuUsage(before)
const figures = {
  facts: facts.length,
  bytes: Buffer.byteLength(files[0]?.text ?? ""),
  milliseconds: (user + system) / 1_000,
  mebibytes: process.resourceUsage().maxRSS / 1_024
}
process.stdout.write(`${JSON.stringify(figures)}\n`)
