import type { CommandPart } from "./CommandNames.js"
import { programKinds } from "./CommandPrograms.js"

/**
 * The messages that only one program prints. If several checks in one command share one output, such a message shows
 * which of them printed it.
 */
interface Messages {
  /** Matches the name of the program, followed by a space and its first argument. */
  readonly program: RegExp
  readonly failed: RegExp
  readonly passed?: RegExp
}

const messages: ReadonlyArray<Messages> = [
  { program: /^(?:tsc|tsgo|vue-tsc|svelte-check)\b/, failed: /\berror TS\d{2,6}:/ },
  {
    program: /^(?:eslint|oxlint|xo|standard|stylelint)\b/,
    failed:
      /^[✖×✗] [1-9]\d{0,6} problems?|^\d{1,9}:\d{1,9} +error +\S|^Found \d{1,6} warnings? and [1-9]\d{0,6} errors?/,
    passed: /^Found 0 warnings and 0 errors/
  },
  {
    program: /^(?:mypy|dmypy)\b/,
    failed: /^\S{1,300}:\d{1,9}: error: .{1,400}\[[a-z-]{2,40}\]$|^Found [1-9]\d{0,6} errors? in \d{1,6} files? \(/,
    passed: /^Success: no issues found/
  },
  { program: /^(?:pyright|basedpyright)\b/, failed: /^[1-9]\d{0,6} errors?, \d/, passed: /^0 errors, \d/ },
  {
    program: /^(?:ruff check|ruff|flake8)\b/,
    failed: /^\S{1,300}:\d{1,9}:\d{1,9}: [A-Z]{1,5}\d{2,5} |^[A-Z]{1,5}\d{3,5} .{1,200}|^Found [1-9]\d{0,6} errors?\.$/,
    passed: /^All checks passed!/
  },
  {
    program: /^(?:cargo clippy)\b/,
    failed: /\bclippy::\w|rust-clippy\//
  },
  {
    program: /^(?:cargo (?:test|nextest)|nextest)\b/,
    failed:
      /^test result: FAILED|^error: test failed|\((?:lib|bin|test) (?:"[^"]{1,80}" )?test\) due to|\.\.\. FAILED$/,
    passed: /^test result: ok/
  },
  { program: /^go vet\b/, failed: /^vet: / },
  { program: /^(?:go test|gotestsum)\b/, failed: /^(?:--- FAIL|FAIL\b)/, passed: /^ok {1,4}\t?\S/ },
  {
    program: /^golangci-lint\b/,
    failed: /^\S{1,300}:\d{1,9}:\d{1,9}: .{1,400} \([a-z]{2,30}\)$/,
    passed: /^0 issues\.$/
  }
]

/** The messages of formatters. They say nothing about other checks in the same command. */
const formatterMessages: Omit<Messages, "program"> = {
  failed:
    /^Diff in |^would reformat|^Code style issues|^Unformatted|^\[warn\] \S|^error: cannot format|^Format issues found|\bfiles? would be reformatted/i,
  passed: /^All (?:matched )?files (?:use|are)|\bfiles? (?:would be )?left unchanged|\balready formatted/i
}

const programOf = ({ narrowing, program }: CommandPart): string => [program, ...narrowing.slice(0, 1)].join(" ")

/** True if a part of a command formats files, or checks their format. */
export const isFormatter = (part: CommandPart): boolean =>
  part.kind === "format" ||
  programKinds.get(part.program) === "format" ||
  /^\S{1,40} (?:fmt|format(?:[:-]\S{1,40})?)$/.test(programOf(part))

/** Returns the messages that only the program of this part prints; undefined if none are known. */
const messagesOf = (part: CommandPart): Omit<Messages, "program"> | undefined =>
  isFormatter(part) ? formatterMessages : messages.find(({ program }) => program.test(programOf(part)))

/**
 * Returns the verdict on a part of a command from the messages that only its program prints; undefined if the output
 * has none.
 */
export const ownMessage = (part: CommandPart, lines: ReadonlyArray<string>): "passed" | "failed" | undefined => {
  const own = messagesOf(part)
  const meets = (pattern: RegExp | undefined): boolean =>
    pattern !== undefined && lines.some((line) => pattern.test(line))
  return meets(own?.failed) ? "failed" : meets(own?.passed) ? "passed" : undefined
}
