import { type Invocation, invocationOf } from "./CommandKinds.js"
import { type CommandKind, checkKinds } from "./CommandPrograms.js"
import { isOnlyStarted, isTurnedRound } from "./Starts.js"
import type { PackageScripts } from "./PackageScripts.js"
import { actsOutside } from "./OutsideActs.js"
import { narrowness, operands } from "./InvocationWords.js"
import { withPlaces } from "./Places.js"
import { flatPipelinesOf, type Pipeline, pipelinesOf } from "./ShellSyntax.js"

/** Returns the directory in the key of a command that ran outside the project's own; undefined if the key has none. */
export const placeInKey = (key: string): string | undefined => key.split(" @", 2)[1]

/** One pipeline of a command, read as one action, such as `npm test` in `cd web && npm test`. */
export interface CommandPart {
  readonly kind: CommandKind
  readonly family: string
  readonly program: string
  /**
   * The key of the command, equal for two commands that do the same. It is the command without options for verbosity,
   * versions, programs that only start it, and the name of a package script.
   */
  readonly key: string
  /** The package script, or the task of mise, that the command runs by name; undefined for any other command. */
  readonly task: string | undefined
  /** The operands and options that limit or change what the command does. */
  readonly narrowing: ReadonlyArray<string>
  /**
   * The command verbatim. Filters of its output (`2>&1 | tail -40`) are removed if the command works without them. A
   * `cd` or `source` before the command is kept if it needs that.
   */
  readonly text: string
  readonly pipeline: Pipeline
  /**
   * The directory that the command had changed to before it, as the command names it; undefined if it had not. It
   * contains a `$` if only the shell knows it.
   */
  readonly place: string | undefined
  /** True if the shell returns the exit code of a filter after the command. */
  readonly isPiped: boolean
  /** True if the shell does not wait for the end of the command; see {@link isOnlyStarted}. */
  readonly isOnlyStarted: boolean
  /** True if `!` turns the exit code of the command round. The text of the part is without the `!`. */
  readonly isTurnedRound: boolean
  /**
   * True if the command, or the package script that it runs, acts outside the working copy; see {@link actsOutside}.
   */
  readonly isOutside: boolean
}

/**
 * Removes the search pattern from the arguments of a search such as `grep`, so that only files and options are left.
 */
const withoutPattern = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const pattern = words.findIndex((word) => !word.startsWith("-"))
  return words.filter((_, index) => index !== pattern)
}

const noiseWords =
  /^(?:-v{1,3}|-q{1,2}|-s|-x|-ra?|-rA|-l|-b|--verbose|--silent|--quiet|--(?:no-)?colou?r(?:=.*)?|--reporters?(?:=.*)?|--tb(?:=.*)?|--no-header|--ci|--watch=false|--watchAll=false|--run|--nocapture|--fix|--unsafe-fixes|--|--maxfail(?:=.*)?|--no-coverage|--no-fail-fast|--test-reporter(?:=.*)?|--pretty(?:=.*)?|--message-format(?:=.*)?|--if-present|\+[\w.-]{1,60})$/

const scriptTool = /^(?:npm|pnpm|yarn|bun)$/

const isScriptTool = ({ program }: Invocation): boolean => scriptTool.test(program)

/** Returns the name of the package script, or of the task of mise, that a command runs; undefined if it runs none. */
const taskOf = (invocation: Invocation): string | undefined => {
  const [first, second] = operands(invocation.words)
  return isScriptTool(invocation)
    ? scriptName(first === "run" || first === "run-script" ? [second ?? ""] : [first ?? ""]) || undefined
    : invocation.program === "mise" && /^(?:run|r)$/.test(first ?? "")
      ? second
      : undefined
}

/** Returns the words after a package tool such as `npm`: the name of a script, and its arguments. */
const scriptWords = (invocation: Invocation): ReadonlyArray<string> =>
  isScriptTool(invocation) ? invocation.words.slice(1).filter((word) => word !== "run" && word !== "run-script") : []

const scriptName = ([first]: ReadonlyArray<string>): string | undefined => (first === "t" ? "test" : first)

/** Returns the command that a package script runs; undefined if no script is run, or if its command is not known. */
const scriptBehind = (invocation: Invocation, scripts: PackageScripts): string | undefined =>
  scripts.get(scriptName(scriptWords(invocation)) ?? "")

/**
 * Returns the words that distinguish a command from others: the words of the package script that it runs, without
 * options for verbosity. The key of the command is made of them.
 */
const tellingWords = (invocation: Invocation, scripts: PackageScripts): ReadonlyArray<string> => {
  const { program, words } = invocation
  const script = scriptWords(invocation)
  const name = scriptName(script)
  const behind = scriptBehind(invocation, scripts)
  const pipelines = behind === undefined ? [] : pipelinesOf(behind)
  const meant =
    name !== undefined && pipelines.length === 1 && pipelines[0]?.stages.length === 1
      ? [...invocationOf(pipelines[0].text).words, ...script.slice(1)]
      : isScriptTool(invocation) && name !== undefined
        ? [program, name, ...script.slice(1)]
        : words
  // To go on with a rebase is to rebase.
  if (program === "git" && /^(?:rebase|merge|cherry-pick|pull|am)$/.test(words[1] ?? "")) {
    return words.slice(0, 2)
  }
  const implied =
    meant[0] === "unittest" ? "discover" : meant[0] === "vitest" || meant[0] === "jest" ? "run" : undefined
  // For Cargo, `-r` is no option of a report.
  const spelled = program === "cargo" ? meant.map((word) => (word === "-r" ? "--release" : word)) : meant
  return spelled.filter((word, index) => index === 0 || (!noiseWords.test(word) && !(index === 1 && word === implied)))
}

const screens: ReadonlySet<string> = new Set([
  "head",
  "tail",
  "cat",
  "less",
  "more",
  "tee",
  "select-object",
  "out-string"
])
const filters: ReadonlySet<string> = new Set(["grep", "egrep", "rg", "sed", "awk", "sort", "uniq", "cut", "tr", "wc"])

const trailingRedirection = /\s{0,8}(?:2>&1|(?:1|2|&)?>\s{0,3}(?:\/dev\/null|\$null)|&>\s{0,3}\S{1,200})$/
const trailingLogFile = /\s{0,8}(?:1|2|&)?>\s{0,3}\S{1,200}$/

const withoutTrailing = (text: string, isCheck: boolean): string => {
  let bare = text.trim()
  for (let turn = 0; turn < 4; turn++) {
    const tail = bare.slice(-250)
    const cut = tail.replace(trailingRedirection, "")
    const shorter = isCheck && cut === tail ? tail.replace(trailingLogFile, "") : cut
    if (shorter === tail) {
      break
    }
    bare = bare.slice(0, bare.length - tail.length) + shorter
  }
  return bare
}

/**
 * Returns the number of stages at the start of a pipeline that are the command itself. The stages after them only
 * filter its output.
 */
const ownStages = (pipeline: Pipeline, kind: CommandKind): number => {
  const isCheck = checkKinds.has(kind) || kind === "format"
  let own = pipeline.stages.length
  while (own > 1) {
    const { program } = invocationOf(pipeline.stages[own - 1] ?? "")
    if (!screens.has(program) && !(isCheck && filters.has(program))) {
      break
    }
    own--
  }
  return own
}

/** Returns the stage that decides what a pipeline does: the first one that does more than show or prepare something. */
const mainInvocation = (pipeline: Pipeline): Invocation & { readonly isLast: boolean } => {
  const invocations = pipeline.stages.map(invocationOf)
  const isQuiet = ({ kind }: Invocation): boolean => kind === "look" || kind === "scene"
  const main =
    invocations.find((invocation) => !isQuiet(invocation)) ??
    invocations.find(({ kind }) => kind === "look") ??
    invocations[0]
  return { ...(main ?? nothing), isLast: main === invocations.at(-1) }
}

const nothing: Invocation = { kind: "scene", program: "", family: "", words: [] }

const imports = /^\s{0,8}(?:import|from|const .{0,80}require\(|require)\b.{0,200}$/

/**
 * Returns the key of a one-off script. Scripts that use the same modules count as the same; a script without modules is
 * equal only to itself.
 */
const scriptKey = (program: string, text: string): string => {
  const used = text
    .slice(0, 20_000)
    .split("\n", 400)
    .filter((line) => imports.test(line))
  return `${program} script: ${used.length > 0 ? used.map((line) => line.trim()).join("; ") : text}`
}

const partOf = (pipeline: Pipeline, scripts: PackageScripts): CommandPart => {
  const invocation = mainInvocation(pipeline)
  const isCheck = checkKinds.has(invocation.kind) || invocation.kind === "format"
  const own = invocation.kind === "look" ? pipeline.stages.length : ownStages(pipeline, invocation.kind)
  const isCut = own < pipeline.stages.length
  const bare = isCut ? pipeline.stages.slice(0, own).join(" | ") : pipeline.text
  const telling = tellingWords(invocation, scripts)
  const isNegated = isTurnedRound(pipeline)
  const isScript = pipeline.text.includes("\n") || /\s-[ce]\s/.test(pipeline.text.slice(0, 400))
  return {
    kind: invocation.kind,
    family: invocation.family,
    program: invocation.program,
    task: taskOf(invocation),
    key: isScript ? scriptKey(invocation.program, pipeline.text) : telling.join(" "),
    narrowing: /^(?:e?grep|rg|ag|ack|awk|jq)$/.test(invocation.program)
      ? withoutPattern(telling.slice(1))
      : telling.slice(1),
    text:
      invocation.kind === "look" || invocation.kind === "scene"
        ? bare
        : withoutTrailing(bare.replace(/^(?:!\s{1,10}){1,4}/, ""), isCheck),
    pipeline,
    place: undefined,
    isPiped: !invocation.isLast,
    isOnlyStarted: isOnlyStarted(pipeline),
    isTurnedRound: isNegated,
    isOutside: actsOutside(pipeline.text) || actsOutside(scriptBehind(invocation, scripts) ?? "")
  }
}

/**
 * Returns how narrowly a command selects; see {@link narrowness}. A package script that is given an operand after `--`
 * counts as narrow, since the operand names a part of what the script works on.
 */
export const narrownessOf = ({ narrowing, program, text }: CommandPart): 0 | 1 | 2 => {
  const words = text.trim().split(/\s+/)
  const tool = words.findIndex((word) => scriptTool.test(word))
  const dashes = words.indexOf("--", tool)
  const isGiven = scriptTool.test(program) && tool !== -1 && dashes !== -1
  const given = isGiven ? words.slice(dashes + 1) : []
  const names = given.some((word, index) => /^["']?[\w@./]/.test(word) && !(given[index - 1] ?? "").startsWith("-"))
  const own = narrowness(narrowing)
  return own === 0 && names ? 1 : own
}

/** A command, split into its parts. */
export interface NamedCommand {
  /** All pipelines of the command, in order. */
  readonly parts: ReadonlyArray<CommandPart>
  /**
   * The parts that do more than show or prepare something; all parts that show something if there are no others. Memory
   * mentions only these parts.
   */
  readonly telling: ReadonlyArray<CommandPart>
  /** The text of the command as memory shows it: the parts in `telling`, and those that they need, such as a `cd`. */
  readonly shown: string
}

const isQuiet = (part: CommandPart): boolean => part.kind === "look" || part.kind === "scene"

/**
 * True for a part that changes the directory or the environment for later parts, such as `cd web` or `source .env`. A
 * `cd` into the project's own directory is none.
 */
const isGround = (part: CommandPart, isRoot: (directory: string | undefined) => boolean): boolean =>
  (/^(?:cd|pushd|source|\.|export|nvm|conda|set-location)$/.test(part.program) ||
    /^set [-+]a$/.test(part.pipeline.text)) &&
  !(part.narrowing.length === 1 && isRoot(part.narrowing[0])) &&
  !part.pipeline.text.includes("/dev/null")

/** Returns the text of a part with the brackets that begin before it or end after it, if they hold other parts too. */
const bracketed = (
  { pipeline: { group }, text }: CommandPart,
  before: CommandPart | undefined,
  after: CommandPart | undefined
): string => {
  const isFirst = before?.pipeline.group !== group
  const isLast = after?.pipeline.group !== group
  return group === undefined || (isFirst && isLast) ? text : `${isFirst ? "(" : ""}${text}${isLast ? ")" : ""}`
}

/**
 * Splits a command into its parts. `isRoot` recognises the project's own directory, so that a `cd` into it is left out.
 */
export const nameCommand = (
  command: string,
  scripts: PackageScripts,
  isRoot: (directory: string | undefined) => boolean
): NamedCommand => {
  const parts = withPlaces(flatPipelinesOf(command).map((pipeline) => partOf(pipeline, scripts)))
  const loud = parts.filter((part) => !isQuiet(part))
  const looks = parts.filter((part) => part.kind === "look")
  const own = loud.length > 0 ? loud : looks.length > 0 ? looks : parts
  const last = own.at(-1)
  const lastTelling = last === undefined ? -1 : parts.lastIndexOf(last)
  const isKeptGround = (part: CommandPart, index: number): boolean =>
    index < lastTelling && part.kind === "scene" && isGround(part, isRoot)
  const kept = parts.filter((part, index) => own.includes(part) || isKeptGround(part, index))
  const grounded = (part: CommandPart): CommandPart => {
    const grounds = parts
      .slice(0, parts.indexOf(part))
      .filter(
        (other, index) =>
          isKeptGround(other, index) &&
          (other.pipeline.group === undefined || other.pipeline.group === part.pipeline.group)
      )
    const moves = grounds.filter(({ program }) => program === "cd" || program === "pushd")
    const place = moves.at(-1)?.narrowing[0]
    return grounds.length === 0
      ? part
      : {
          ...part,
          key: place === undefined ? part.key : `${part.key} @${place.replace(/^\.\/|\/$/g, "")}`,
          text: [...grounds, part].map(({ text }) => text).join(" && ")
        }
  }
  const shown = kept.reduce((text, part, index) => {
    const joint = part.pipeline.joint === "&&" ? " && " : `${part.pipeline.joint || ";"} `
    return `${text}${index === 0 ? "" : joint}${bracketed(part, kept[index - 1], kept[index + 1])}`
  }, "")
  const telling = new Map(own.map((part) => [part, grounded(part)]))
  return {
    parts: parts.map((part) => telling.get(part) ?? part),
    telling: [...telling.values()],
    shown: shown.replace(/ \|\|(?=\S)/g, " ||")
  }
}
