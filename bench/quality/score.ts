import {
  givesCommand,
  givesFailure,
  givesFile,
  givesNote,
  givesOutcome,
  givesWish,
  memoryText,
  type MemoryText,
  misleadingLines,
  supportOf
} from "./goldInText.js"
import type { ProjectMemories } from "./program.js"
import type { Change, Forbidden, Gold, GoldWish, QualityProject, QualitySession, Step } from "./session.js"

/** The size of a text's first 1,000 tokens, a token taken as 3.7 bytes. */
const shortBytes = 3_700

const head = (text: string): string =>
  Buffer.from(text)
    .subarray(0, shortBytes)
    .toString("utf8")
    .replace(/\uFFFD$/, "")

/**
 * The kinds of gold: failures with their fix, commands that work, edited files, wishes and decisions, the outcome of the
 * last task, and limits and findings.
 */
const kinds = ["G1", "G2", "G3", "G4", "G6", "G7"] as const

type GoldKind = (typeof kinds)[number]

/** A thing that a text should give, and whether it does. */
interface Item {
  readonly kind: GoldKind
  readonly name: string
  readonly isGiven: boolean
}

/** The parts of a gold that a text is asked for. */
type Wanted = Pick<Gold, "failures" | "commands" | "files" | "notes" | "wishes">

const itemsOf = (wanted: Wanted, text: MemoryText): ReadonlyArray<Item> => [
  ...(wanted.failures ?? []).map((failure) => ({
    kind: "G1" as const,
    name: failure.error,
    isGiven: givesFailure(failure, text)
  })),
  ...(wanted.commands ?? []).map((command) => ({
    kind: "G2" as const,
    name: command,
    isGiven: givesCommand(command, text)
  })),
  ...(wanted.files ?? []).map((path) => ({ kind: "G3" as const, name: path, isGiven: givesFile(path, text) })),
  ...(wanted.wishes ?? []).map((wish) => ({ kind: "G4" as const, name: wish.words, isGiven: givesWish(wish, text) })),
  ...(wanted.notes ?? []).map((note) => ({ kind: "G7" as const, name: note.words, isGiven: givesNote(note, text) }))
]

const changeTexts = (change: Change): ReadonlyArray<string> => {
  switch (change._tag) {
    case "Update":
      return [change.path, change.before, change.after]
    case "Add":
      return [change.path, change.text]
    case "Delete":
      return [change.path]
    case "Move":
      return [change.path, change.to]
  }
}

const stepTexts = (step: Step): ReadonlyArray<string> => {
  switch (step._tag) {
    case "Asked":
    case "Said":
      return [step.text]
    case "Ran":
      return [step.command, ...step.outputs, step.workdir ?? ""]
    case "Patched":
      return step.changes.flatMap(changeTexts)
    case "Answered":
      return [step.question, step.answer, step.note ?? ""]
    case "Goal":
      return [step.objective]
    case "Stopped":
      return []
  }
}

/** Returns all texts of a session, for the support of what memory says. */
export const sessionText = (project: QualityProject, { steps }: QualitySession): string =>
  [project.cwd, project.name, ...steps.flatMap(stepTexts)].join("\n")

/** Lists what would mislead of a session: what its gold names, and its commands that are no knowledge. */
const forbiddenOf = ({ gold, steps }: QualitySession): ReadonlyArray<Forbidden> => [
  ...(gold.mustNotSay ?? []),
  ...(gold.wishes ?? []).filter(({ lasts }) => !lasts).map(({ words }): Forbidden => ({ as: "lasting wish", words })),
  ...steps.flatMap((step) =>
    step._tag === "Ran" && step.role !== "check" ? [{ as: "command", words: step.command } satisfies Forbidden] : []
  )
]

const unique = <A>(values: ReadonlyArray<A>, keyOf: (value: A) => string): ReadonlyArray<A> => [
  ...new Map(values.map((value) => [keyOf(value), value])).values()
]

const withdrawnBy = (sessions: ReadonlyArray<QualitySession>): ReadonlySet<string> =>
  new Set(sessions.flatMap(({ gold }) => gold.supersedes ?? []))

/** Returns what the memory of a project should give after some sessions, and what it must not. */
const projectGold = (sessions: ReadonlyArray<QualitySession>) => {
  const withdrawn = withdrawnBy(sessions)
  const wishes = sessions.flatMap(({ gold }): ReadonlyArray<GoldWish> => gold.wishes ?? [])
  return {
    wanted: {
      failures: unique(
        sessions.flatMap(({ gold }) => gold.failures ?? []),
        ({ error }) => error
      ),
      commands: [...new Set(sessions.flatMap(({ gold }) => gold.commands ?? []))],
      files: [...new Set(sessions.flatMap(({ gold }) => gold.files ?? []))],
      notes: sessions.flatMap(({ gold }) => gold.notes ?? []),
      wishes: unique(
        wishes.filter(({ lasts, words }) => lasts && !withdrawn.has(words)),
        ({ words }) => words
      )
    },
    forbidden: unique(
      [
        ...sessions.flatMap(forbiddenOf),
        ...[...withdrawn].flatMap((words): ReadonlyArray<Forbidden> => [
          { as: "lasting wish", words },
          { as: "command", words }
        ])
      ],
      ({ as, words }) => `${as}\n${words}`
    )
  }
}

/** Lists what the next session of a project needs, and whether the memory of those before gives it. */
const nextItems = (sessions: ReadonlyArray<QualitySession>, memories: ReadonlyArray<string>): ReadonlyArray<Item> =>
  sessions.slice(1).flatMap(({ gold: { commands = [], files = [] } }, index) => {
    const before = sessions.slice(0, index + 1)
    const known = new Set(before.flatMap(({ gold }) => [...(gold.commands ?? []), ...(gold.files ?? [])]))
    return itemsOf(
      {
        commands: commands.filter((command) => known.has(command)),
        files: files.filter((path) => known.has(path))
      },
      memoryText(head(memories[index] ?? ""))
    )
  })

/** Counts the gold items of each kind. */
export const goldCounts = (projects: ReadonlyArray<QualityProject>): { readonly [kind in GoldKind]: number } => {
  const golds = projects.flatMap(({ sessions }) => sessions.map(({ gold }) => gold))
  const total = (count: (gold: Gold) => number): number => golds.reduce((sumSoFar, gold) => sumSoFar + count(gold), 0)
  return {
    G1: total(({ failures = [] }) => failures.length),
    G2: total(({ commands = [] }) => commands.length),
    G3: total(({ files = [] }) => files.length),
    G4: total(({ wishes = [] }) => wishes.length),
    G6: total(({ outcomes }) => Math.min(outcomes.length, 1)),
    G7: total(({ notes = [] }) => notes.length)
  }
}

/** A fault that the scores count, for a person to read. */
interface Finding {
  readonly project: string
  /** The session's name; `MEMORY.md` for the memory of the project. */
  readonly where: string
  readonly fault: string
}

/** The scores of some memories over all projects: percentages, and the count of misleading lines. */
export interface Scores {
  readonly [column: string]: number
}

const percent = (count: number, all: number): number => (all === 0 ? 0 : Math.round((1_000 * count) / all) / 10)

const recall = (items: ReadonlyArray<Item>): number =>
  percent(items.filter(({ isGiven }) => isGiven).length, items.length)

/** The mean of the recalls of all kinds that have items. */
const meanRecall = (items: ReadonlyArray<Item>): number => {
  const recalls = kinds
    .map((kind) => items.filter((item) => item.kind === kind))
    .filter((ofKind) => ofKind.length > 0)
    .map(recall)
  return Math.round((10 * recalls.reduce((sum, one) => sum + one, 0)) / recalls.length) / 10
}

/** The sums of one text, or of several. */
interface Tally {
  readonly items: ReadonlyArray<Item>
  readonly itemsInHead: ReadonlyArray<Item>
  readonly claims: number
  readonly unsupported: ReadonlyArray<string>
  readonly misleading: ReadonlyArray<Forbidden & { readonly line: string }>
  readonly lines: number
}

const tallyOf = (
  text: string,
  wanted: Wanted,
  outcomes: Gold["outcomes"],
  forbidden: ReadonlyArray<Forbidden>,
  held: string
): Tally => {
  const [whole, short] = [memoryText(text), memoryText(head(text))]
  const items = (searched: MemoryText): ReadonlyArray<Item> => [
    ...itemsOf(wanted, searched),
    ...(outcomes.length === 0
      ? []
      : [{ kind: "G6" as const, name: outcomes.join(" or "), isGiven: givesOutcome(outcomes, searched) }])
  ]
  const { claims, unsupported } = supportOf(text, held)
  return {
    items: items(whole),
    itemsInHead: items(short),
    claims,
    unsupported,
    misleading: misleadingLines(forbidden, whole),
    lines: whole.lines.length
  }
}

const sum = (tallies: ReadonlyArray<Tally>): Tally => ({
  items: tallies.flatMap(({ items }) => items),
  itemsInHead: tallies.flatMap(({ itemsInHead }) => itemsInHead),
  claims: tallies.reduce((total, { claims }) => total + claims, 0),
  unsupported: tallies.flatMap(({ unsupported }) => unsupported),
  misleading: tallies.flatMap(({ misleading }) => misleading),
  lines: tallies.reduce((total, { lines }) => total + lines, 0)
})

const findingsOf = (project: string, where: string, tally: Tally): ReadonlyArray<Finding> => [
  ...tally.items
    .filter(({ isGiven }) => !isGiven)
    .map(({ kind, name }) => ({ project, where, fault: `misses ${kind}: ${name}` })),
  ...tally.misleading.map(({ as, line, words }) => ({
    project,
    where,
    fault: `misleads, ${words} as ${as}: ${line}`
  })),
  ...tally.unsupported.map((mark) => ({ project, where, fault: `has no support: ${mark}` }))
]

const supported = ({ claims, unsupported }: Tally): number =>
  claims === 0 ? 100 : percent(claims - unsupported.length, claims)

/** Scores memories of all projects. Returns the scores, and every fault that they count. */
export const scoreOf = (
  projects: ReadonlyArray<QualityProject>,
  memories: ReadonlyArray<ProjectMemories>
): { readonly scores: Scores; readonly findings: ReadonlyArray<Finding> } => {
  const scored = projects.map((project, index) => {
    const { memories: steps, traces } = memories[index] ?? { memories: [], traces: [] }
    const texts = project.sessions.map((session) => sessionText(project, session))
    const gold = projectGold(project.sessions)
    return {
      project,
      traces: project.sessions.map((session, position) => {
        const { gold: own } = session
        const traceForbidden = forbiddenOf(session).filter(({ as }) => as !== "memory")
        return tallyOf(traces[position] ?? "", own, own.outcomes, traceForbidden, texts[position] ?? "")
      }),
      memory: tallyOf(steps.at(-1) ?? "", gold.wanted, [], gold.forbidden, texts.join("\n")),
      next: nextItems(project.sessions, steps)
    }
  })
  const trace = sum(scored.flatMap(({ traces }) => traces))
  const memory = sum(scored.map((one) => one.memory))
  const misleading = trace.misleading.length + memory.misleading.length
  const ofKind = (items: ReadonlyArray<Item>, kind: GoldKind) => items.filter((item) => item.kind === kind)
  return {
    scores: {
      ...Object.fromEntries(kinds.map((kind) => [kind, recall(ofKind(trace.items, kind))])),
      "trace@1k": meanRecall(trace.itemsInHead),
      ...Object.fromEntries(
        kinds.filter((kind) => kind !== "G6").map((kind) => [`M ${kind}`, recall(ofKind(memory.items, kind))])
      ),
      "memory@1k": meanRecall(memory.itemsInHead),
      support: supported(sum([trace, memory])),
      misleading,
      "in 100 lines": percent(misleading, trace.lines + memory.lines),
      next: recall(scored.flatMap(({ next }) => next))
    },
    findings: scored.flatMap(({ memory: ofMemory, project, traces }) => [
      ...traces.flatMap((tally, position) => findingsOf(project.name, project.sessions[position]?.name ?? "", tally)),
      ...findingsOf(project.name, "MEMORY.md", ofMemory)
    ])
  }
}
