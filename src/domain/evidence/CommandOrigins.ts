import { programName } from "../offline/commands/InvocationWords.js"
import { pipelinesOf, wordsOf } from "../offline/commands/ShellSyntax.js"
import type { CommandRun } from "../session/SessionEvent.js"
import { type Actions, actionsIn } from "./ActionsInText.js"
import { hasNegation } from "./UserWords.js"

/*
 * Decides whether a session is the origin of the commands, URLs, options and settings in a text. A command has its
 * origin in a session that ran it as a command of its own: a search for it, or a file that mentions it, does not count.
 * It must have passed, unless the text says that it fails. What the user typed is an origin too.
 */

/** A command of a session. `hasPassed` is undefined if the session does not show it. */
export interface RanCommand {
  readonly command: string
  readonly hasPassed: boolean | undefined
}

/** The commands, URLs, options and settings that sessions ran and that the user typed. */
export interface CommandOrigins {
  /** The words of each stage that was run, by its program; see {@link Stage}. */
  readonly stages: ReadonlyMap<string, ReadonlyArray<Stage>>
  /** Words of the commands that were run, and everything that the user typed, in one text. */
  readonly named: string
  /** The user's clauses without a negation, as words with a space on each side. */
  readonly asked: ReadonlyArray<string>
}

const localHost = /^\w+:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?=[:/]|$)/i
const hasNoPath = /^\w+:\/\/[^/?#]+\/?$/

interface Stage {
  readonly words: ReadonlyArray<string>
  readonly hasPassed: boolean
}

/** Programs that only search or print: what they are given is no command, and no address that was opened. */
const searches: ReadonlySet<string> = new Set(
  "grep egrep fgrep rg ag ack findstr select-string echo printf sed awk gawk jq".split(" ")
)
/** Programs whose exit code 1 says that something was not found or differs. */
const answersWithCode: ReadonlySet<string> = new Set([...searches, "diff", "cmp", "test", "[", "which", "pgrep"])

const isSearch = (words: ReadonlyArray<string>): boolean =>
  searches.has(programName(words[0] ?? "")) || (words[0] === "git" && /^(?:grep|log|commit|tag)$/.test(words[1] ?? ""))

/** Words that exist only while a command is written down: escapes, and the prompt before it. */
const asTyped = (command: string): string => command.replace(/\\(?=["'`$])/g, "").replace(/\\\n\s*/g, " ")

const stagesIn = (command: string): ReadonlyArray<ReadonlyArray<string>> =>
  pipelinesOf(asTyped(command).replace(/^\s*\$\s+/, ""))
    .flatMap(({ stages }) => stages.map(wordsOf))
    .filter((words) => words.length > 0 && !(words[0] === "cd" && words.length < 3))

const flat = (text: string): string =>
  ` ${text
    .replace(/["'`“”„«»「」『』]/g, "")
    .replace(/\s+/g, " ")
    .trim()} `

const clauseEnd = /[.!?;,:]\s|[。！？；，、：\n]/

/**
 * Collects the origins of commands: the commands that sessions ran, and what the user typed. Of `printed`, which tools
 * printed, only local addresses are origins: a server prints where it listens.
 */
export const commandOriginsOf = (
  ran: ReadonlyArray<RanCommand>,
  typed: ReadonlyArray<string>,
  printed: ReadonlyArray<string> = []
): CommandOrigins => {
  const stages = new Map<string, Array<Stage>>()
  const named: Array<string> = []
  for (const { command, hasPassed } of ran) {
    for (const words of stagesIn(command)) {
      const [first = ""] = words
      const known = stages.get(first) ?? []
      stages.set(first, known)
      known.push({ words, hasPassed: hasPassed !== false || answersWithCode.has(programName(first)) })
      named.push(...(isSearch(words) ? words.slice(0, 1) : words))
    }
    named.push(...(asTyped(command).match(/(?<![\w.-])[A-Z][A-Z0-9_]{2,80}=[^\s"']+/g) ?? []))
  }
  named.push(...printed.flatMap((text) => actionsIn(text).urls.filter((found) => localHost.test(found))))
  const clauses = typed.flatMap((text) => text.split(clauseEnd))
  return {
    stages,
    named: `${flat(named.join("\n"))}\n${flat(typed.join("\n"))}`,
    asked: clauses.filter((clause) => !hasNegation(clause)).map(flat)
  }
}

/** The outcome of a command in a session's events. */
export const ranCommandOf = ({ command, output }: CommandRun): RanCommand => ({
  command,
  hasPassed:
    output === undefined || output.end === "running" || output.end === "interrupted"
      ? undefined
      : output.end === "exited"
        ? output.exitCode === undefined
          ? undefined
          : output.exitCode === 0
        : false
})

/** Matches a word that stands for any other, such as `<file>`. */
const placeholder = /^["']?(?:…|\.{3}|<[^>]+>|\{[^}]+\}|\[[^\]]+\])["']?$|<[a-z][\w -]*>/i

/** Options that keep a command from doing what it does without them. */
const restraining = /dry|check|plan|preview|test|verify|list|help|version|no-|diff|validate|simulate|what-?if/i

/** True if a written command is a run one, or its beginning. `…` at its end stands for what was cut. */
const isSame = (given: ReadonlyArray<string>, ran: ReadonlyArray<string>): boolean =>
  isBeginning(given.length > 1 && /^(?:…|\.{3})$/.test(given.at(-1) ?? "") ? given.slice(0, -1) : given, ran)

const isBeginning = (written: ReadonlyArray<string>, ran: ReadonlyArray<string>): boolean =>
  written.length <= ran.length &&
  (written.length === ran.length ||
    (written.length > 1 && !ran.slice(written.length).some((word) => restraining.test(word)))) &&
  written.every((word, index) => word === ran[index] || placeholder.test(word))

const failing =
  /\bfail(?:s|ed|ure|ing)?\b|\berrors?\b|\bbroken\b|\bunavailable\b|\brefus\w+|\bden(?:y|ied|ies)\b|\bblocked\b|\bcrash\w*|\btim(?:es?|ed) out\b|\b(?:does|do|did|will|would|is|was|can|could)(?: not|n['’]t)\b|\bcannot\b|\bnot (?:found|work|available|installed|allowed|supported)\b|\bno longer\b|\bunable\b|\bmissing\b|失败|报错|不能|无法|不可用|失敗|エラー|できな|動かな|fehl(?:er|geschlagen|t|schlug)|schl(?:ägt|ug)\b|scheiter|geht nicht|funktioniert nicht|kann nicht|\bfall(?:a|an|ó|aba|ido)\b|\bno (?:funciona|resuelve|puede|pasa)\b|échou|\bne (?:marche|fonctionne)/i

/** True if a text says that something does not work. */
export const saysItFails = (text: string): boolean => failing.test(text)

const isAsked = (words: ReadonlyArray<string>, { asked }: CommandOrigins): boolean =>
  asked.some((clause) => clause.includes(` ${words.join(" ")} `) || clauseHas(clause, words))

/** True if a clause in a script without spaces has the words. */
const clauseHas = (clause: string, words: ReadonlyArray<string>): boolean => {
  const at = clause.indexOf(words.join(" "))
  const end = clause[at + words.join(" ").length] ?? " "
  return at > 0 && /[^\w./@:-]/.test(clause[at - 1] ?? " ") && /[^\w./@:-]/.test(end)
}

const hasCommand = (command: string, isFailing: boolean, origins: CommandOrigins): boolean =>
  stagesIn(command).every((words) => {
    const same = (origins.stages.get(words[0] ?? "") ?? []).filter((stage) => isSame(words, stage.words))
    return same.some(({ hasPassed }) => hasPassed || isFailing) || (same.length === 0 && isAsked(words, origins))
  })

/** True if a text has a part between characters that do not go on with it. */
const hasPart = (text: string, part: string, goesOn: RegExp): boolean => {
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    if (!goesOn.test(text[at - 1] ?? " ") && !goesOn.test(text[at + part.length] ?? " ")) {
      return true
    }
  }
  return false
}

const hasUrl = (url: string, { named }: CommandOrigins): boolean =>
  (localHost.test(url) && hasNoPath.test(url)) || hasPart(named, url.replace(/[/#]+$/, ""), /[\w%&@:~+-]/)

const hasSetting = (setting: string, { named }: CommandOrigins): boolean => hasPart(named, setting, /[\w-]/)

/** True if every command, URL, option and setting has an origin. `isFailing` says that commands may have failed. */
const haveOrigins = ({ commands, settings, urls }: Actions, isFailing: boolean, origins: CommandOrigins): boolean =>
  commands.every((command) => hasCommand(command, isFailing, origins)) &&
  urls.every((url) => hasUrl(url, origins)) &&
  settings.every((setting) => hasSetting(setting, origins))

/** True if every command, URL, option and setting of a line has an origin; see {@link haveOrigins}. */
export const isTraced = (line: string, isFailing: boolean, origins: CommandOrigins): boolean =>
  haveOrigins(actionsIn(line), isFailing || saysItFails(line), origins)

/** True if a line of a fenced block is a comment, or a command that has an origin. */
export const isTracedCode = (line: string, isShell: boolean, isFailing: boolean, origins: CommandOrigins): boolean => {
  const code = line.trim()
  const { settings, urls } = actionsIn(code)
  return (
    code === "" ||
    haveOrigins(
      {
        urls,
        paths: [],
        settings: settings.filter((found) => found.includes("=")),
        commands: commandsOf(code, isShell)
      },
      isFailing || saysItFails(code),
      origins
    )
  )
}

const commandsOf = (code: string, isShell: boolean): ReadonlyArray<string> =>
  code.startsWith("#") || !(isShell || actionsIn(`\`${code.replaceAll("`", "")}\``).commands.length > 0)
    ? []
    : [code.replace(/\s+#\s.*$/, "")]
