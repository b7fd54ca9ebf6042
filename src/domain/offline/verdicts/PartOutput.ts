import type { CommandPart } from "../commands/CommandNames.js"
import { type CommandKind, checkKinds, programKinds } from "../commands/CommandPrograms.js"
import { programName } from "../commands/InvocationWords.js"
import { type ToolMessages, toolMessages } from "./ToolMessages.js"

/* Tells which lines of an output each part of a command printed, although all parts share one output. */

/** The lines of an output that one part of a command printed or may have printed. */
export interface PartOutput {
  /** The lines that surely are the part's own, and those that no part is known to have printed. */
  readonly possible: ReadonlyArray<string>
  /** The lines that are the part's own: the messages of its kind of tool, and the lines between them. */
  readonly own: ReadonlyArray<string>
  /** The verdict that the messages of its own give. */
  readonly said: "passed" | "failed" | undefined
  /** The other parts that may have printed the same lines. If there are none, the part printed all possible lines. */
  readonly rivals: ReadonlyArray<CommandPart>
  /** True if the output shows that the part began: it has the heading that the part's script runner prints. */
  readonly hasBegun: boolean
  /** True if the part is known not to have begun: its script runner printed no heading for it, but for other parts. */
  readonly isLeftOut: boolean
}

const tools: ReadonlySet<string> = new Set(toolMessages.flatMap((row) => row.tools))

/** Returns the program that a part runs, also behind a script, with its first argument. */
const programsOf = ({ key, narrowing, program }: CommandPart): ReadonlyArray<readonly [string, string]> => {
  const [name = "", first = ""] = key.split(" ")
  return [
    [program, narrowing[0] ?? ""],
    [name, first]
  ]
}

const containers = /^(?:docker|docker-compose|podman|podman-compose)$/

/** Returns the check that a part runs in a container, with its first argument: `pytest` in `docker exec api pytest`. */
const insideOf = ({ kind, narrowing, program }: CommandPart): ReadonlyArray<readonly [string, string]> => {
  const start =
    containers.test(program) && checkKinds.has(kind) ? narrowing.findIndex((word) => /^(?:run|exec)$/.test(word)) : -1
  return start === -1
    ? []
    : narrowing
        .slice(start + 1, start + 20)
        .map((word, index, words) => [programName(word), words[index + 1] ?? ""] as const)
        .filter(([name, first]) => tools.has(name) || tools.has(`${name} ${first}`))
        .slice(0, 1)
}

/** Returns the names by which {@link toolMessages} may know the tool that a part runs. The longest names decide. */
const toolNames = (part: CommandPart): ReadonlyArray<string> => {
  const programs = [...programsOf(part), ...insideOf(part)]
  const reporting = programs.flatMap(([name, first]) => [`${name} --check`, `${name} ${first} --check`])
  const checking = part.kind === "lint" ? reporting.filter((name) => tools.has(name)) : []
  if (checking.length > 0) {
    return checking
  }
  const precise = programs.map((words) => words.join(" ")).filter((name) => tools.has(name))
  return precise.length > 0 ? precise : programs.map(([name]) => name)
}

/** True if a part of a command formats files, or checks their format. */
export const isFormatter = (part: CommandPart): boolean =>
  part.kind === "format" ||
  programsOf(part).some(
    ([name, first]) => programKinds.get(name) === "format" || /^(?:fmt|format(?:[:-]\S{1,40})?)$/.test(first)
  )

/** True for a part whose messages are read: a check or a formatter. */
export const isSpeaker = (part: CommandPart): boolean => checkKinds.has(part.kind) || isFormatter(part)

const isToolOf = (part: CommandPart, { tools }: ToolMessages): boolean =>
  toolNames(part).some((name) => tools.includes(name))

/** Matches the names of scripts that may run tools of any kind. */
const runsAnything = /^(?:check|verify|validate|ci|all|pre-?commit)(?![a-z])/i

/** The kinds of messages that a script of each kind may print. */
const kindsOfScripts: Readonly<Partial<Record<CommandKind, ReadonlyArray<ToolMessages["kind"]>>>> = {
  test: ["test"],
  lint: ["lint", "format"],
  format: ["format"],
  "type-check": ["type-check"],
  build: ["build", "type-check"]
}

/** True if a part runs a tool that the table does not know, such as a script, and that may print a message of a kind. */
const mayRun = (part: CommandPart, { kind }: ToolMessages): boolean => {
  const isKnown = toolMessages.some(
    (row) => isToolOf(part, row) && (kindsOfScripts[part.kind] ?? [part.kind]).some((own) => own === row.kind)
  )
  return !isKnown && (runsAnything.test(part.task ?? "") || (kindsOfScripts[part.kind] ?? []).includes(kind))
}

/** True if the messages of the tool that a part runs are known. */
export const isKnownTool = (part: CommandPart): boolean => toolMessages.some((row) => isToolOf(part, row))

/** Returns the verdict that the messages of a part's own kind of tool give; undefined if the lines have none. */
export const saidIn = (part: CommandPart, lines: ReadonlyArray<string>): "passed" | "failed" | undefined => {
  const isKnown = isKnownTool(part)
  const rows = toolMessages.filter((row) => (isKnown ? isToolOf(part, row) : mayRun(part, row)))
  const has = (verdict: "passed" | "failed"): boolean =>
    lines.some((line) => rows.some((row) => row[verdict]?.test(line.slice(0, lineCharacters).trim()) === true))
  return has("failed") ? "failed" : has("passed") ? "passed" : undefined
}

/** True if two parts run one tool, or scripts of one kind, so that nobody can tell their messages apart. */
export const isTwin = (one: CommandPart, other: CommandPart): boolean =>
  one !== other &&
  one.kind === other.kind &&
  (one.program === other.program || toolMessages.some((row) => isToolOf(one, row) && isToolOf(other, row)))

/** The messages in one line, with the one part that printed them; undefined if no part or several may have. */
interface Message {
  readonly owner: CommandPart | undefined
  readonly verdict: "passed" | "failed" | undefined
}

const noMessage: Message = { owner: undefined, verdict: undefined }

const messageIn = (line: string, parts: ReadonlyArray<CommandPart>): Message => {
  const rows = toolMessages.filter(({ failed, passed }) => failed?.test(line) === true || passed?.test(line) === true)
  const direct = parts.filter((part) => rows.some((row) => isToolOf(part, row)))
  const owners = direct.length > 0 ? direct : parts.filter((part) => rows.some((row) => mayRun(part, row)))
  const [owner] = owners
  if (owner === undefined || owners.length > 1) {
    return noMessage
  }
  const own = direct.length > 0 ? rows.filter((row) => isToolOf(owner, row)) : rows.filter((row) => mayRun(owner, row))
  const hasFailed = own.some(({ failed }) => failed?.test(line) === true)
  return { owner, verdict: hasFailed ? "failed" : "passed" }
}

/** The lines of an output in which some parts may have printed: all of those that follow one heading. */
interface Region {
  readonly lines: ReadonlyArray<string>
  readonly parts: ReadonlyArray<CommandPart>
}

/** The heading that npm or pnpm prints before a script, followed by the script's command; or that of mise. */
const headings: ReadonlyArray<RegExp> = [
  /^> (?:(?:@[\w.-]{1,80}\/)?[\w.-]{1,80}@\S{1,40} )?([\w:.-]{1,60})(?: [/A-Z]\S{0,400})?$/,
  /^\[([\w:.-]{1,60})\] \$ (.{1,400})$/
]

interface Heading {
  readonly at: number
  readonly task: string
  /** The command that the script runs. */
  readonly command: string
}

const headingsIn = (lines: ReadonlyArray<string>): ReadonlyArray<Heading> =>
  lines.flatMap((line, at) => {
    const [, npm] = headings[0]?.exec(line.trim().slice(0, 600)) ?? []
    const next = lines[at + 1]?.trim() ?? ""
    const [, mise, command = ""] = headings[1]?.exec(line.trim().slice(0, 600)) ?? []
    return npm !== undefined && next.startsWith("> ")
      ? [{ at, task: npm, command: next.slice(2) }]
      : mise !== undefined
        ? [{ at, task: mise, command }]
        : []
  })

const runsScripts =
  /(?:^|[\s"'])(?:npm|pnpm|yarn|bun|mise|run-[sp]|npm-run-all2?|concurrently|turbo|nx|lerna|wireit)(?=\s|$)/

/** Matches the notes of harnesses that they left out the middle of an output. */
const isCut = /\[…\]|\btokens truncated|^Total output lines/m

const isScriptOf = (task: string, part: CommandPart): boolean =>
  part.task !== undefined && (task === part.task || task === `pre${part.task}` || task === `post${part.task}`)

interface Begun {
  readonly heading: Heading
  readonly index: number
}

/**
 * Returns the headings in an output, each with the index of the part that it belongs to. Undefined if a script runs
 * another script that is also a part: then nobody can tell their headings apart.
 */
const begunParts = (
  parts: ReadonlyArray<CommandPart>,
  found: ReadonlyArray<Heading>
): ReadonlyArray<Begun> | undefined => {
  const begun: Array<Begun> = []
  for (const heading of found) {
    const isNesting =
      runsScripts.test(heading.command) &&
      parts.some(
        (part) => part.task !== undefined && !isScriptOf(heading.task, part) && heading.command.includes(part.task)
      )
    if (isNesting) {
      return undefined
    }
    const last = begun.at(-1)
    const goesOn = heading.task.startsWith("post") || last?.heading.task === `pre${heading.task}`
    const index = parts.findIndex(
      (part, at) =>
        isScriptOf(heading.task, part) && (last === undefined || at > last.index || (at === last.index && goesOn))
    )
    if (index !== -1) {
      begun.push({ heading, index })
    }
  }
  return begun
}

const printsHeadings = (part: CommandPart): boolean =>
  part.task !== undefined &&
  /^(?:npm|pnpm|mise)$/.test(part.program) &&
  !part.isPiped &&
  !/\s(?:-s|--silent|-q|--quiet|--loglevel)\b|>\s*\S/.test(part.pipeline.text.slice(0, 2_000))

/** Splits an output at the headings of the parts; without regions if nobody can tell the headings apart. */
const regionsOf = (
  parts: ReadonlyArray<CommandPart>,
  output: string
): { regions: ReadonlyArray<Region>; begun: ReadonlySet<CommandPart>; leftOut: ReadonlySet<CommandPart> } => {
  const lines = output.split("\n")
  const found = begunParts(parts, headingsIn(lines))
  if (found === undefined) {
    return { regions: [], begun: new Set(), leftOut: new Set() }
  }
  const begun = new Set(found.flatMap(({ index }) => parts[index] ?? []))
  const leftOut = new Set(
    begun.size === 0 || isCut.test(output) ? [] : parts.filter((part) => printsHeadings(part) && !begun.has(part))
  )
  const starts = [{ at: 0, index: 0 }, ...found.map(({ heading, index }) => ({ at: heading.at, index }))]
  const regions = starts.map(({ at, index }, number) => {
    const next = starts[number + 1]
    const first = number === 0 ? 0 : index
    const last = next === undefined ? parts.length : Math.max(next.index, number === 0 ? 0 : index + 1)
    return {
      lines: lines.slice(at, next?.at ?? lines.length),
      parts: parts.slice(first, last).filter((part) => !leftOut.has(part) && (number > 0 || !begun.has(part)))
    }
  })
  return { regions, begun, leftOut }
}

const lineCharacters = 400

interface OwnedLine extends Message {
  readonly line: string
}

/**
 * Tells which part printed each line of a region. Parts run one after the other, so a line between two messages of one
 * part is that part's too.
 */
const ownedLines = ({ lines, parts }: Region): ReadonlyArray<OwnedLine> => {
  const messages = lines.map((line) =>
    parts.length === 1 ? noMessage : messageIn(line.slice(0, lineCharacters).trim(), parts)
  )
  let before: CommandPart | undefined
  let start = 0
  const owners = messages.map(({ owner }) => owner)
  for (const [at, { owner }] of messages.entries()) {
    if (owner !== undefined) {
      if (owner === before) {
        owners.fill(owner, start, at)
      }
      before = owner
      start = at
    }
  }
  return lines.map((line, at) => ({ line, owner: owners[at], verdict: messages[at]?.verdict }))
}

/**
 * Tells which lines of an output each of the checks and formatters of a command printed. A line belongs to the part
 * whose script runner printed a heading above it, or whose kind of tool prints such a message.
 */
export const partOutputs = (
  parts: ReadonlyArray<CommandPart>,
  output: string
): ReadonlyMap<CommandPart, PartOutput> => {
  const { begun, leftOut, regions } = regionsOf(parts, output)
  return new Map(
    parts.map((part) => {
      const around = regions.filter((region) => region.parts.includes(part))
      const rivals = [...new Set(around.flatMap((region) => region.parts))].filter((other) => other !== part)
      const told = around.flatMap((region) => ownedLines(region))
      const own = told.filter(({ owner }) => owner === part)
      const says = (verdict: "passed" | "failed"): boolean => own.some((line) => line.verdict === verdict)
      return [
        part,
        {
          possible: told.filter(({ owner }) => owner === undefined || owner === part).map(({ line }) => line),
          own: own.map(({ line }) => line),
          said: says("failed") ? "failed" : says("passed") ? "passed" : undefined,
          rivals,
          hasBegun: begun.has(part),
          isLeftOut: leftOut.has(part)
        }
      ]
    })
  )
}
