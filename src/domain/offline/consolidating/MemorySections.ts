import { checkKinds, type CommandKind } from "../reading/CommandPrograms.js"
import { errorSignature } from "../writing/ErrorNames.js"
import { type CommandFact, commandKey } from "./CommandFacts.js"
import { type EarlierLines, type LeftOut, mostLasting, noEarlier } from "./EarlierSessions.js"
import type { TraceFacts } from "./Facts.js"
import { narrowness } from "../reading/InvocationWords.js"
import { addThreads, FailureLines, type Merged, type MemoryLine, Wishes } from "./Merging.js"
import { isSaidIn, meaningfulWords, similarity } from "./SameMeaning.js"
import { capitalised } from "../writing/Wording.js"

/** Merges the facts of several traces, newest first, into the lines of `MEMORY.md`. */

/** The sections in the order in which they are published. */
export interface MemorySections {
  readonly wants: ReadonlyArray<MemoryLine>
  readonly works: ReadonlyArray<MemoryLine>
  readonly failures: ReadonlyArray<MemoryLine>
  readonly places: ReadonlyArray<MemoryLine>
  readonly open: ReadonlyArray<MemoryLine>
  /** Numbers of wishes and failures that were not published. */
  readonly leftOut: LeftOut
}

/** The maximum number of lines in a section about recent sessions. */
const mostLines = 12
const kindOrder: ReadonlyArray<CommandKind> = [
  "test",
  "build",
  "type-check",
  "lint",
  "format",
  "run",
  "act",
  "edit",
  "look",
  "scene"
]

interface KnownCommand {
  readonly spellings: Map<string, { count: number; fact: CommandFact }>
  readonly threadIds: Array<string>
}

/** Returns the spelling that most traces use; if several do, the shortest, then the newest. */
const commonest = ({ spellings }: KnownCommand): CommandFact | undefined =>
  [...spellings.values()].toSorted(
    (one, other) => other.count - one.count || one.fact.command.length - other.fact.command.length
  )[0]?.fact

/** True if the check is part of a wider one in the same directory, as `pytest tests` is of `pytest`. */
const isPartOf = (key: string, wider: string): boolean =>
  key.startsWith(`${wider} `) && !key.slice(wider.length).includes("@")

const narrownessOf = (command: string): number => narrowness(command.split(/\s+/).slice(1))

const commandText = (fact: CommandFact): string =>
  fact.purpose === "" || fact.command.endsWith("…") ? fact.text : `${fact.purpose}: \`${fact.command}\`${fact.place}`

/** A working command in its published spelling. */
interface Working extends MemoryLine {
  readonly key: string
  readonly command: string
}

const worksOf = (traces: ReadonlyArray<TraceFacts>): ReadonlyArray<Working> => {
  const byUse = new Map<string, KnownCommand>()
  const meant = new Map(
    traces.flatMap(({ commands }) => commands.flatMap(({ aliases, key }) => aliases.map((alias) => [alias, key])))
  )
  for (const { commands, threadId } of traces) {
    for (const fact of commands) {
      const key = meant.get(fact.key) ?? fact.key
      const use = fact.kind === "run" && !fact.command.endsWith("…") ? fact.use : key
      const known: KnownCommand = byUse.get(use) ?? { spellings: new Map(), threadIds: [] }
      const spelling = known.spellings.get(fact.command) ?? { count: 0, fact }
      spelling.count++
      known.spellings.set(fact.command, spelling)
      if (!known.threadIds.includes(threadId)) {
        known.threadIds.push(threadId)
      }
      byUse.set(use, known)
    }
  }
  const facts = [...byUse.values()].flatMap((known, index) => {
    const fact = commonest(known)
    return fact === undefined ? [] : [{ key: meant.get(fact.key) ?? fact.key, fact, index, threadIds: known.threadIds }]
  })
  const isSpared = ({ fact }: (typeof facts)[number]): boolean =>
    fact.kind === "test" &&
    facts.some(
      (other) =>
        other.fact.kind === "test" &&
        other.fact.program === fact.program &&
        (narrownessOf(other.fact.command) < narrownessOf(fact.command) || isPartOf(fact.key, other.fact.key))
    )
  // A look in one session answered one question; only a look that is repeated is worth a line.
  const isOnce = ({ fact, threadIds }: (typeof facts)[number]): boolean => fact.kind === "look" && threadIds.length < 2
  return facts
    .filter((entry) => !isSpared(entry) && !isOnce(entry))
    .toSorted(
      (one, other) =>
        kindOrder.indexOf(one.fact.kind) - kindOrder.indexOf(other.fact.kind) ||
        other.threadIds.length - one.threadIds.length ||
        one.index - other.index
    )
    .map(({ fact, key, threadIds }) => ({
      key,
      command: fact.command,
      text: capitalised(commandText(fact)),
      threadIds
    }))
}

const verifiedBy = /; verified by `([^`]{1,300})`/

/** Replaces the `verified by` command of a fix by its published spelling, if it only adds arguments to that. */
const asPublished = (text: string, works: ReadonlyArray<Working>): string => {
  const check = verifiedBy.exec(text)?.[1]
  const key = check === undefined ? undefined : commandKey(check)
  const known = works.find((work) => work.key === key && check?.startsWith(`${work.command} `) === true)
  return known === undefined ? text : text.replace(verifiedBy, () => `; verified by \`${known.command}\``)
}

const failuresOf = (
  traces: ReadonlyArray<TraceFacts>,
  works: ReadonlyArray<Working>,
  { fixes }: EarlierLines
): ReadonlyArray<MemoryLine> => {
  const merged = new FailureLines()
  for (const { failures, threadId } of traces) {
    failures.forEach((fact) => merged.add(fact, [threadId], asPublished(fact.text, works)))
  }
  fixes.forEach((fact) => merged.add(fact, fact.threadIds, asPublished(fact.text, works)))
  return merged.lines()
}

const wantsOf = (traces: ReadonlyArray<TraceFacts>, earlier: EarlierLines): ReadonlyArray<MemoryLine> => {
  const merged = new Wishes()
  for (const { threadId, wishes } of traces) {
    wishes.forEach((wish) => merged.add(wish, [threadId]))
  }
  earlier.wishes.forEach(({ text, threadIds }) => merged.add(text, threadIds))
  return merged.lines()
}

/** Merges the remarks on files, except those that repeat what a line about a failure says of the file. */
const placesOf = (traces: ReadonlyArray<TraceFacts>, said: ReadonlyArray<MemoryLine>): ReadonlyArray<MemoryLine> => {
  const byPath = new Map<string, Merged>()
  for (const { places, threadId } of traces) {
    for (const { path, remark, text } of places) {
      const known = byPath.get(path)
      if (known !== undefined) {
        if (!isSaidIn(remark, known.text) && known.text.length + remark.length <= 320) {
          known.text = `${known.text}; ${remark}`
          addThreads(known, [threadId])
        }
      } else {
        const own = said.filter((line) => line.text.includes(path))
        const isNew = (part: string): boolean => !own.some((line) => isSaidIn(part, line.text))
        const left = remark.split("; ").filter(isNew)
        if (isNew(remark) && left.length > 0) {
          byPath.set(path, { text: text.replace(remark, () => left.join("; ")), threadIds: [threadId] })
        }
      }
    }
  }
  return [...byPath.values()]
}

/** True if two titles name the same task, as far as their words tell; either may be cut. */
const isSameTask = (one: string, other: string): boolean => {
  const first = meaningfulWords(one.split(" → ", 1)[0] ?? "")
  const second = meaningfulWords(other.split(" → ", 1)[0] ?? "")
  return first.size > 0 && similarity(first, second) >= 0.6
}

const closesFailureOf =
  (failed: string) =>
  ({ key, kind }: CommandFact): boolean =>
    key === failed || (checkKinds.has(kind) && isPartOf(failed, key))

/** True if the trace, which is newer than the open item, shows that the item is closed. */
const isClosedBy = (trace: TraceFacts, item: TraceFacts["open"][number]): boolean => {
  const signature = item.error === undefined ? undefined : errorSignature(item.error)
  const title = item.title
  return (
    (signature !== undefined &&
      signature !== "" &&
      trace.failures.some(({ key, text }) => key === signature || text.includes(item.error ?? "\n"))) ||
    (item.command !== undefined && [...trace.commands, ...trace.passed].some(closesFailureOf(item.command))) ||
    (title !== undefined && trace.tasks.some((task) => task.outcome === "success" && isSameTask(task.title, title)))
  )
}

const openOf = (traces: ReadonlyArray<TraceFacts>): ReadonlyArray<MemoryLine> => {
  const byKey = new Map<string, Merged>()
  for (const [index, { open, threadId }] of traces.entries()) {
    const newer = traces.slice(0, index)
    for (const item of open.filter((item) => !newer.some((trace) => isClosedBy(trace, item)))) {
      const same =
        byKey.get(item.key) ??
        [...byKey.values()].find(({ text }) => similarity(meaningfulWords(text), meaningfulWords(item.text)) >= 0.8)
      if (same === undefined) {
        byKey.set(item.key, { text: capitalised(item.text), threadIds: [threadId] })
      } else {
        addThreads(same, [threadId])
      }
    }
  }
  return [...byKey.values()]
}

/** True if a failure of the command is open in a trace that is newer than the command's last pass. */
const failsNow = (key: string, traces: ReadonlyArray<TraceFacts>): boolean => {
  const failedAt = traces.findIndex(({ open }) => open.some(({ command }) => command === key))
  const passedAt = traces.findIndex(({ commands, passed }) => [...commands, ...passed].some((fact) => fact.key === key))
  return failedAt !== -1 && (passedAt === -1 || failedAt < passedAt)
}

/**
 * Merges the facts of the traces and the lines from earlier sessions: the newer fact wins, and nothing is repeated.
 */
export const sectionsOf = (traces: ReadonlyArray<TraceFacts>, earlier: EarlierLines = noEarlier): MemorySections => {
  const works = worksOf(traces).filter(({ key }) => !failsNow(key, traces))
  const failures = failuresOf(traces, works, earlier)
  const wants = wantsOf(traces, earlier)
  const beyond = (lines: ReadonlyArray<MemoryLine>): number => Math.max(0, lines.length - mostLasting)
  return {
    leftOut: {
      wishes: earlier.leftOut.wishes + beyond(wants),
      fixes: earlier.leftOut.fixes + beyond(failures)
    },
    wants: wants.slice(0, mostLasting),
    works: works.slice(0, mostLines).map(({ text, threadIds }) => ({ text, threadIds })),
    failures: failures.slice(0, mostLasting),
    places: placesOf(traces, failures).slice(0, mostLines),
    open: openOf(traces).slice(0, mostLines)
  }
}
