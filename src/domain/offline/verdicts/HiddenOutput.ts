import { invocationOf } from "../commands/CommandKinds.js"
import type { CommandPart } from "../commands/CommandNames.js"

/* Tells what the filters and redirections of a command keep from its output. */

/** Empties what is quoted, since `>` inside quotes redirects nothing. */
const withoutQuotes = (stage: string): string => stage.slice(0, 2_000).replace(/'[^']*'|"(?:[^"\\]|\\.)*"/g, "''")

/** Matches a redirection that takes output away; `2>&1` only joins two streams. */
const takesAway = /(?:^|[^-=<])(?:&|\d)?>{1,2}(?!&\d|\()\s{0,3}\S/

const filtersOf = ({ pipeline: { stages }, program }: CommandPart): ReadonlyArray<string> => {
  const own = stages.findIndex((stage) => invocationOf(stage).program === program)
  return stages.slice(own + 1)
}

/** Matches a count of lines of which none is shown, or the start of a range that may leave out all of them. */
const showsNoLine = /^(?:-n?0|-c0|-n\+\d+|\+\d+|--(?:lines|bytes)=(?:0|\+\d+))$/

/** True if a filter prints something whenever it reads something. */
const passesOn = (stage: string): boolean => {
  const { program, words } = invocationOf(stage)
  switch (program) {
    case "cat":
    case "tee":
    case "sort":
    case "uniq":
    case "nl":
    case "less":
    case "more":
    case "out-string":
      return true
    case "head":
    case "tail":
      return !words
        .slice(1)
        .some((word, index, all) => showsNoLine.test(word) || showsNoLine.test(`${all[index - 1] ?? ""}${word}`))
    default:
      return false
  }
}

/**
 * True if the command may have printed something although its output is empty: a filter may have dropped it, or a
 * redirection may have taken it. Silence then proves nothing.
 */
export const hidesAll = (part: CommandPart): boolean =>
  !filtersOf(part).every(passesOn) || part.pipeline.stages.some((stage) => takesAway.test(withoutQuotes(stage)))

const ofFailures = /fail|err|not ok|✗|✖|×|❌|panic|problem|result|summar/i
const ofPasses = /\bok\b|pass|success|✓|✔|√|green|clean/i

/** True if a filter drops lines in which a tool reports failures, but not those in which it reports passes. */
const dropsFailures = (stage: string): boolean => {
  const { program, words } = invocationOf(stage)
  const given = words.slice(1)
  const text = given.join(" ")
  switch (program) {
    case "grep":
    case "egrep":
    case "fgrep":
    case "rg":
    case "ag": {
      const has = (letter: string, name: string): boolean =>
        given.some((word) => new RegExp(`^-[a-zA-Z]{0,6}${letter}`).test(word) || word === name)
      return has("o", "--only-matching")
        ? true
        : has("v", "--invert-match")
          ? ofFailures.test(text)
          : ofPasses.test(text) && !ofFailures.test(text)
    }
    case "sed":
    case "awk":
    case "gawk":
      return /\/[^/]{1,200}\/\s{0,3}(?:!?p|\{|$)/.test(text) && ofPasses.test(text) && !ofFailures.test(text)
    default:
      return false
  }
}

/** True if a filter of a command may have dropped the lines that report failures, so that passes in its output prove little. */
export const hidesFailures = (part: CommandPart): boolean => filtersOf(part).some(dropsFailures)

/** Matches a line that reports failures too, or that all is well. It stands also where other lines are dropped. */
const wholeResult =
  /\b0 (?:failed|failing|failures?|errors?)\b|^OK\b|\bBUILD SUCCESS|\b100% tests passed|\b[Aa]ll tests passed|\bin [\d.]+m?s\b|\b\d+ total$|\(\d+\)$/

/** True if the lines of an output report a pass of all, even if a filter dropped other lines. */
export const reportsAll = (lines: ReadonlyArray<string>): boolean => lines.some((line) => wholeResult.test(line))
