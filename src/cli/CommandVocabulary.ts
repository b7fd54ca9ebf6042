import * as Options from "@effect/cli/Options"
import type { Vocabulary } from "./CommandLine.js"
import { passOptions } from "./Options.js"

/** The option that a name in the code stands for. */
const optionOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

const isFlag = (option: Options.Options<unknown>): boolean => Options.isBool(option)

/** The pass's options, those that are flags or the others. */
const passNames = (flags: boolean): ReadonlyArray<string> =>
  Object.entries(passOptions)
    .filter(([, option]) => isFlag(option) === flags)
    .map(([name]) => optionOf(name))

/** What the options of the commands are called, for telling them from their values. */
export const commandVocabulary: Vocabulary = {
  commands: new Set([
    "plan",
    "status",
    "list",
    "show",
    "context",
    "why",
    "search",
    "forget",
    "retry",
    "restore",
    "remember",
    "verify",
    "doctor"
  ]),
  valued: new Set([
    "--codex-home",
    "--memories-home",
    "--thread",
    "--cwd",
    "--match",
    "--completions",
    ...passNames(false)
  ]),
  flags: new Set([...passNames(true), "--yes", "--help", "-h", "--version", "--wizard"])
}

/** Whether words ask for a pass and nothing else, so that the commands need not be loaded. */
export const asksForPass = (words: ReadonlyArray<string>): boolean =>
  (words[0]?.startsWith("-") ?? true) && !words.some((word) => /^(?:--help|-h|--completions|--wizard)\b/.test(word))
