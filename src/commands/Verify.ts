import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { personalLines } from "../domain/memory/Forgetting.js"
import { extractTrace } from "../domain/offline/writing/OfflineExtractor.js"
import { memoryFile } from "../domain/memory/Publication.js"
import { linesWith } from "../domain/facts/FactLines.js"
import { citationsIn, mostCitations, withoutCitations } from "../domain/memory/Citation.js"
import type { Thread } from "../domain/thread/Thread.js"
import type { ThreadId } from "../domain/thread/ThreadId.js"
import { normaliseOutput, threadOfTrace } from "../domain/memory/TraceMemory.js"
import {
  danglingCitations,
  danglingPointers,
  PieceSearch,
  type Quote,
  quotesIn,
  textsIn,
  type VerificationFinding
} from "../domain/memory/Verification.js"
import { Directory } from "../domain/thread/WorkingDirectory.js"
import { marksOf, readProjectFacts } from "../pass/facts/ReadFacts.js"
import { Consolidations } from "../services/state/Consolidations.js"
import { Facts } from "../services/state/Facts.js"
import { ThreadIndex } from "../services/state/ThreadIndex.js"
import { ThreadMemories } from "../services/state/ThreadMemories.js"
import { MemoryInspection } from "../services/MemoryInspection.js"
import { Redactor } from "../services/Redactor.js"
import { Settings } from "../settings/Settings.js"
import { partsByProject } from "../pass/SessionParts.js"
import { readerFor } from "../pass/ReadSession.js"
import { partsOf, readParts } from "../pass/ThreadReading.js"

/** The result of verifying the memory of one project. */
export interface ProjectVerification {
  readonly cwd: Directory
  /** Number of commands, paths, quotations and citations that were checked. */
  readonly checked: number
  readonly findings: ReadonlyArray<VerificationFinding>
  /** Threads whose rollout can no longer be read. Statements that only these could confirm were not checked. */
  readonly unreadable: ReadonlyArray<{ readonly threadId: string; readonly reason: string }>
}

/** Loads the code that writes lines, with the first directory that has a correction. */
const loadLines = Effect.promise(() => import("../domain/offline/consolidating/Merging.js"))

/** Ignore rules that exclude no directory: every directory of a session may confirm what its memory says. */
const noRules = { isIgnored: () => false }

/** Maximum bytes of the rendering, which verification does not use: the offline extractor works from the events. */
const renderedBytes = 1_000

/**
 * Searches text pieces in a rollout, and in the trace that the offline extractor makes from it. Returns the search and
 * the number of lines.
 */
const searchRollout = Effect.fnUntraced(function* (thread: Thread, pieces: ReadonlyArray<string>) {
  const threadIndex = yield* ThreadIndex
  const { summaryBytes, traceBytes } = yield* Settings
  const redact = yield* (yield* Redactor).rules
  const search = new PieceSearch(pieces)
  const reader = yield* readerFor(thread.agent, renderedBytes)
  let lines = 0
  const { parts } = yield* partsOf(thread, yield* threadIndex.rolloutsOf(thread.id))
  yield* readParts(parts, (read) => {
    lines = Math.max(lines, read.line)
    reader.add(read)
    textsIn(read).forEach((text) => search.add(text))
  })
  const session = yield* partsByProject(thread, thread.cwd ?? Directory.make(""), reader.result(), noRules)
  for (const part of session.parts) {
    const { cwd, gitBranch, gitSha } = part.thread
    const place = { cwd: cwd ?? "", gitBranch: gitBranch ?? undefined, gitSha: gitSha ?? undefined }
    const worded = normaliseOutput(extractTrace(place, part.evidence), { traceBytes, summaryBytes }, redact)
    search.add(worded.traceMemory)
    search.add(worded.summary)
  }
  return { search, lines }
})

interface Searched {
  readonly search: PieceSearch
  readonly lines: number
}

/** Lists the lines of a directory that tell corrections, without citations: their words are a person's. */
const correctedLines = Effect.fnUntraced(function* (cwd: Directory) {
  const facts = yield* Facts
  const { corrected } = marksOf(yield* facts.marks(cwd))
  if (corrected.size === 0) {
    return new Set<string>()
  }
  const { lineText } = yield* loadLines
  const lines = linesWith(yield* readProjectFacts(cwd), new Set(corrected.keys()))
  return new Set(lines.map(({ line }) => withoutCitations(lineText(line))))
})

/**
 * Returns the threads that could confirm a quotation: the cited ones, or all when the citation may be incomplete, as one
 * of {@link mostCitations} is.
 */
const witnesses = ({ cited }: Quote, threadIds: ReadonlyArray<ThreadId>): ReadonlyArray<ThreadId> => {
  const named = threadIds.filter((threadId) => cited.some((beginning) => threadId.startsWith(beginning)))
  return named.length === 0 || named.length >= mostCitations ? threadIds : named
}

const verifyProject = Effect.fn("Verify.project")(function* (
  cwd: Directory,
  threadIds: ReadonlyArray<ThreadId>,
  tell: (threadId: string) => Effect.Effect<void>
) {
  const threadIndex = yield* ThreadIndex
  const inspection = yield* MemoryInspection
  const files = yield* inspection.files(cwd)
  const record = Option.getOrUndefined(yield* inspection.record(cwd))
  const corrected = yield* correctedLines(cwd)
  const taken = new Set(record?.edits.added.map(({ line }) => line))
  const quotes = files.flatMap((file) => {
    const isPersonal = file.path === memoryFile ? personalLines(record, file.text) : () => false
    // An edit that cites a session is a person's once a pass has taken it in; until then it may be a mistake.
    const isOurs = (line: string): boolean =>
      !taken.has(line.trimEnd()) &&
      !corrected.has(withoutCitations(line)) &&
      (citationsIn(line).length > 0 || !isPersonal(line.trimEnd()))
    return quotesIn(file, threadOfTrace(file.path), isOurs)
  })
  const searched = new Map<ThreadId, Searched>()
  const unreadable: Array<{ readonly threadId: string; readonly reason: string }> = []
  for (const threadId of threadIds) {
    const pieces = quotes.flatMap((quote) => (witnesses(quote, threadIds).includes(threadId) ? quote.pieces : []))
    const hasTrace = files.some((file) => threadOfTrace(file.path) === threadId)
    const known = Option.getOrUndefined(yield* threadIndex.get(threadId))
    if (known !== undefined && (pieces.length > 0 || hasTrace)) {
      yield* tell(threadId)
      const result = yield* Effect.either(searchRollout(known.thread, pieces))
      if (result._tag === "Right") {
        searched.set(threadId, result.right)
      } else {
        unreadable.push({ threadId, reason: result.left.message })
      }
    }
  }
  const isProven = (quote: Quote): boolean => {
    const all = witnesses(quote, threadIds)
    const read = all.flatMap((threadId) => searched.get(threadId) ?? [])
    return read.length < all.length || quote.pieces.every((piece) => read.some(({ search }) => search.has(piece)))
  }
  const findings: ReadonlyArray<VerificationFinding> = [
    ...files.flatMap((file) => danglingCitations(file, threadIds)),
    ...files.flatMap((file) => {
      const own = threadIds.find((threadId) => threadId === threadOfTrace(file.path))
      const lines = own === undefined ? undefined : searched.get(own)?.lines
      return lines === undefined ? [] : danglingPointers(file, lines)
    }),
    ...quotes
      .filter((quote) => !isProven(quote))
      .map(({ cited, file, kind, line, value }) => ({
        file,
        line,
        kind,
        value,
        problem:
          cited.length === 0 ? "it is in no rollout of this project" : `it is not in the rollout of ${cited.join(", ")}`
      }))
  ]
  const checked = quotes.length + files.reduce((sum, { text }) => sum + citationsIn(text).length, 0)
  const result: ProjectVerification = { cwd, checked, findings, unreadable }
  return result
})

/**
 * Reads the rollouts behind every project's memories again, and checks the citations, line references and quotations in
 * the memories. Changes nothing. A rollout that cannot be read is listed, and its quotations count as neither right nor
 * wrong. `tell` receives the id of each thread as it is read.
 */
export const verify = Effect.fn("Verify.verify")(function* (tell: (threadId: string) => Effect.Effect<void>) {
  const consolidations = yield* Consolidations
  const threadMemories = yield* ThreadMemories
  const threads = new Map<Directory, Array<ThreadId>>()
  for (const { cwd, threadId } of yield* threadMemories.ids(Infinity)) {
    threads.set(cwd, [...(threads.get(cwd) ?? []), threadId])
  }
  const cwds = new Set([...threads.keys(), ...(yield* consolidations.all).map(({ cwd }) => cwd)])
  return yield* Effect.forEach([...cwds].sort(), (cwd) => verifyProject(cwd, threads.get(cwd) ?? [], tell))
})
