import * as Effect from "effect/Effect"
import type { FactId } from "../domain/facts/Fact.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { makePass, type Pass } from "../pass/Pass.js"
import { consolidate } from "../pass/PhaseTwo.js"
import { AgentControl } from "../services/AgentControl.js"
import { type Decided, InputInvalid, type Republished } from "../services/Memories.js"
import { redact } from "../services/Redactor.js"
import { type FactMark, Facts } from "../services/state/Facts.js"
import { Consolidations } from "../services/state/Consolidations.js"
import { Settings } from "../settings/Settings.js"
import { type FactGroup, findFact } from "./FindFact.js"

/**
 * Consolidates a directory once more if a decision was stored during the consolidation before: the command that made it
 * found the lock held, and left the directory to this one.
 */
const publishLate = (pass: Pass, cwd: Directory) =>
  Effect.gen(function* () {
    const consolidations = yield* Consolidations
    const { tracesPerCwd } = yield* Settings
    for (let last: string | undefined; ;) {
      const { fingerprint, published } = yield* consolidations.state(cwd, tracesPerCwd)
      if (published === fingerprint || fingerprint === last) {
        return
      }
      yield* consolidate(pass, cwd)
      last = fingerprint
    }
  })

/**
 * Consolidates a directory at once if its agent works by rule, which costs nothing. With any other agent, leaves it to
 * the next pass. `tell` receives progress messages.
 */
export const republish = Effect.fn("DecideFact.republish")(function* (
  cwd: Directory,
  tell: (step: string) => Effect.Effect<void> = () => Effect.void
) {
  const { worksByRule = false } = yield* AgentControl
  if (!worksByRule) {
    const later: Republished = "next pass"
    return later
  }
  yield* tell(`writing the memory of ${cwd} anew`)
  const pass = yield* makePass
  const { _tag } = yield* consolidate(pass, cwd)
  if (_tag === "Published" || _tag === "Unchanged") {
    yield* publishLate(pass, cwd)
  }
  const now: Republished = _tag === "Locked" ? "running pass" : _tag === "Failed" ? "failed" : "written"
  return now
})

/**
 * Applies a decision to a fact, and to the facts merged with it, in one directory or in every directory that has it.
 * `decide` returns true if it changed something for one fact.
 */
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

/** Marks a fact. Returns false if the fact had the same mark already. */
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

/**
 * Pins a fact, so that its line stays in `MEMORY.md` even if there is little room. If a person had removed the line
 * from the file, the line comes back.
 */
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

/** Removes the pin of a fact. */
export const unpinFact = Effect.fn("DecideFact.unpin")(function* (given: string, cwd: Directory | undefined) {
  const facts = yield* Facts
  return yield* decideIn(given, cwd, (id, group) => facts.unmark(id, group.cwd, "Pinned"))
})

/** Loads the code that cleans the text of a correction. */
const loadText = Effect.promise(() => import("../domain/offline/consolidating/EditedFacts.js"))

/**
 * Replaces the line of a fact by a person's words. `isRedacted` is true if something that looks like a secret was
 * removed from them.
 */
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

/** Removes the correction of a fact, so that `MEMORY.md` has the words of the sessions again. */
export const uncorrectFact = Effect.fn("DecideFact.uncorrect")(function* (given: string, cwd: Directory | undefined) {
  const facts = yield* Facts
  return yield* decideIn(given, cwd, (id, group) => facts.unmark(id, group.cwd, "Corrected"))
})
