import * as Effect from "effect/Effect"
import type { FactId } from "../domain/facts/Fact.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { makePass } from "../pass/Pass.js"
import { consolidate } from "../pass/PhaseTwo.js"
import { AgentControl } from "../services/AgentControl.js"
import { type Decided, InputInvalid, type Republished } from "../services/Memories.js"
import { redact } from "../services/Redactor.js"
import { type FactMark, Facts } from "../services/state/Facts.js"
import { type FactGroup, findFact } from "./FindFact.js"

/** Writes the `MEMORY.md` of a directory anew where that costs nothing; elsewhere the next pass does. */
export const republish = Effect.fn("DecideFact.republish")(function* (cwd: Directory) {
  const { worksByRule = false } = yield* AgentControl
  if (!worksByRule) {
    const later: Republished = "next pass"
    return later
  }
  const { _tag } = yield* consolidate(yield* makePass, cwd)
  const now: Republished = _tag === "Locked" ? "running pass" : _tag === "Failed" ? "failed" : "written"
  return now
})

/** Decides about a fact in every directory that has it; `decide` tells if it changed something for one fact. */
const decideIn = <E, R>(
  given: string,
  cwd: Directory | undefined,
  decide: (id: FactId, group: FactGroup) => Effect.Effect<boolean, E, R>
) =>
  Effect.gen(function* () {
    const { groups, id } = yield* findFact(given, cwd)
    const directories = yield* Effect.forEach(groups, (group) =>
      Effect.gen(function* () {
        const changed = yield* Effect.forEach(group.ids, (one) => decide(one, group))
        const decided: Decided["directories"][number] = {
          cwd: group.cwd,
          facts: group.ids,
          isChanged: changed.includes(true),
          memory: yield* republish(group.cwd)
        }
        return decided
      })
    )
    const decided: Decided = { id, directories }
    return decided
  })

/** Marks a fact unless it is marked so already. */
const markOnce = Effect.fnUntraced(function* (id: FactId, group: FactGroup, mark: FactMark, text: string) {
  const facts = yield* Facts
  const isMarked = group.marks.some(
    (known) =>
      known.id === id && known.mark._tag === mark._tag && (known.mark._tag !== "Corrected" || known.mark.text === text)
  )
  if (!isMarked) {
    yield* facts.mark(id, group.cwd, mark, text)
  }
  return !isMarked
})

/** Pins a fact: its line is never left out for want of room. One that a person took out of the file is told again. */
export const pinFact = Effect.fn("DecideFact.pin")(function* (given: string, cwd: Directory | undefined) {
  const facts = yield* Facts
  return yield* decideIn(given, cwd, (id, group) =>
    Effect.gen(function* () {
      const text = group.facts.find((fact) => fact.id === id)?.text ?? ""
      const isRestored = yield* facts.unmark(id, group.cwd, "Removed")
      return (yield* markOnce(id, group, { _tag: "Pinned" }, text)) || isRestored
    })
  )
})

/** Takes a pin back. */
export const unpinFact = Effect.fn("DecideFact.unpin")(function* (given: string, cwd: Directory | undefined) {
  const facts = yield* Facts
  return yield* decideIn(given, cwd, (id, group) => facts.unmark(id, group.cwd, "Pinned"))
})

/** Loaded with the first correction. */
const loadText = Effect.promise(() => import("../domain/offline/consolidating/EditedFacts.js"))

/** Replaces the line of a fact by a person's. Says whether anything that looks like a secret was left out of it. */
export const correctFact = Effect.fn("DecideFact.correct")(function* (
  given: string,
  cwd: Directory | undefined,
  words: string
) {
  const { correctionText } = yield* loadText
  const said = correctionText(words)
  const text = yield* redact(said)
  if (text === "") {
    return yield* new InputInvalid({
      input: "text",
      value: words.slice(0, 60),
      expected: "the right line, in a sentence or two"
    })
  }
  const decided = yield* decideIn(given, cwd, (id, group) => markOnce(id, group, { _tag: "Corrected", text }, text))
  return { decided, text, isRedacted: text !== said }
})

/** Takes a correction back: what the sessions say is told again. */
export const uncorrectFact = Effect.fn("DecideFact.uncorrect")(function* (given: string, cwd: Directory | undefined) {
  const facts = yield* Facts
  return yield* decideIn(given, cwd, (id, group) => facts.unmark(id, group.cwd, "Corrected"))
})
