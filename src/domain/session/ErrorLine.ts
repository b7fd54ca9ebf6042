import { stripVTControlCharacters } from "node:util"

/*
 * Finds the line of a command's output that a person would search for: the error message, and not a stack frame, a
 * progress bar or a warning. Pure, and linear in the output.
 */

const controlCharacters = /(?!\t)\p{Cc}/gu

/**
 * The control characters except tab and line feed. Searching for each by itself is many times faster than one regular
 * expression.
 */
const controls = [...Array.from({ length: 32 }, (_, code) => code), 127]
  .filter((code) => code !== 9 && code !== 10)
  .map((code) => String.fromCharCode(code))

/**
 * Removes terminal sequences from a text, such as colours and movements of the cursor. A line that was overwritten
 * keeps only its last state.
 */
export const withoutTerminalControl = (text: string): string =>
  controls.some((control) => text.includes(control))
    ? stripVTControlCharacters(text)
        .split("\n")
        .map((line) => line.slice(line.lastIndexOf("\r", line.length - 2) + 1).replace(controlCharacters, ""))
        .join("\n")
    : text

/**
 * The maximum number of characters of a line that are examined. Error messages are shorter; the lines of minified files
 * are not.
 */
const lineCharacters = 2_000

/** Matches the marks that test runners, TAP and log viewers put before a message, such as `# ` or `E   `. */
const decoration = /^(?:(?:[#>|│]|╰─▶)\s+|E {2,}|\s)+/

/** Matches Python's message about a module that it could not run, which contains the real error in brackets. */
const wrapped =
  /^\S{0,200}python[\d.]{0,8}(?:\.exe)?: Error while finding module specification for '[^']{1,200}' \((.+)\)$/

/** Returns a line without the marks that test runners and log viewers put before it. */
export const plain = (line: string): string => {
  const bare = line.slice(0, lineCharacters).replace(decoration, "").trimEnd()
  return wrapped.exec(bare)?.[1] ?? bare
}

const typeName = /^(?:Exception in thread "[^"]{0,80}" |Caused by: |Uncaught |Unhandled )?([A-Za-z_$][\w$.]{0,120})/
const afterTypeName = /^(?: \[[\w-]{1,60}\])?(?: \([^)]{1,60}\))?:(?: |$)/

/**
 * True for a line that begins with the type of an error: `NameError: …`, `Error [ERR_MODULE_NOT_FOUND]: …`,
 * `java.lang.NullPointerException: …`.
 */
const isTypedError = (line: string): boolean => {
  const match = typeName.exec(line)
  return (
    match !== null &&
    /(?:^Error|[a-z_]Error|[A-Z]Error|Exception|Fault)$/.test(match[1] ?? "") &&
    afterTypeName.test(line.slice(match[0].length))
  )
}

/** Matches the reports of race detectors, sanitizers and memory checkers. */
const checkerReports: ReadonlyArray<RegExp> = [
  /^(?:={2,}\d{1,9}={2,})?\s?(?:ERROR|WARNING): (?:\w{1,20}Sanitizer: |DATA RACE)/,
  /^[^\s:]{1,300}:\d{1,9}:\d{1,9}: runtime error: /,
  /^==\d{1,9}== (?:Invalid (?:read|write|free)|Conditional jump|Use of uninitiali|[\d,]{1,20} (?:\([^)]{1,80}\) )?bytes in .{1,80} definitely lost)/
]

/** Matches an exception of Elixir and Erlang: `** (ArgumentError) unknown option`. */
const starred = /^\*\* \([A-Za-z][\w.: ]{1,80}\) \S/

/** Matches a report of Dialyzer, which consists of a place and the name of a warning: `lib/a.ex:3:no_return`. */
const dialyzer = /^[^\s:]{1,300}\.(?:exs?|[eh]rl):\d{1,9}(?::\d{1,9})?:[a-z_]{4,40}$/

/** Patterns of lines that summarise a failed run, such as `BUILD FAILED`. A line above them has the error itself. */
const wrapUps: ReadonlyArray<RegExp> = [
  /^error: (?:'?(?:test failed|\d+ subtests? failed)|[|>])/i,
  /\b(?:could not compile|aborting due to|ld returned \d|ELIFECYCLE|Recipe `[^`]{0,80}` failed)/,
  /^(?:make|gmake)(?:\[\d+\])?: \*\*\*/,
  /\bcommand failed with exit code|\bexit(?:ed)?(?: with)?(?: (?:code|status))? \d+|\bprocess (?:completed|didn't exit)/i,
  /^(?:Found \d+ errors?\b|\d+ errors? generated|[✖×] \d+ problems?|failing tests:|[✖✗] failing tests)/i,
  /^FAIL\s+\S+ \[(?:setup|build) failed\]|^FAIL(?:\t\S|$)/,
  /^(?:FAILURE: )?Build failed\b|^BUILD FAILED|^ninja: build stopped|^Execution failed for task |\bERROR task failed\b|\breturned a non-zero code\b/i,
  /^npm (?:ERR!|error) (?:Test failed|errno|Exit status|Lifecycle script)/,
  /^={2} .{1,200} ={2}$|^SUMMARY: \w{1,20}Sanitizer: /,
  /^(?:code: 'ERR_TEST_FAILURE'|failureType:|A complete log of this run|npm (?:ERR!|error) A complete log)/
]

/** The kinds of error lines, the most informative first. The first kind that accepts a line gives it its rank. */
const ranks: ReadonlyArray<(line: string) => boolean> = [
  (line) =>
    isTypedError(line) ||
    starred.test(line) ||
    checkerReports.some((report) => report.test(line)) ||
    /\berror(?:\[\w{1,20}\]|:? [A-Z]{1,8}\d{2,6}\b)/.test(line) ||
    /^[^\s:]{1,300}:\d{1,9}:(?:\d{1,9}:)? (?:fatal )?error:/i.test(line) ||
    /^[^\s:]{1,300}(?:\.go:\d{1,9}:\d{1,9}: |:\d{1,9}:\d{1,9}: [A-Z]{1,5}\d{2,5} )/.test(line) ||
    /^e: (?:file:\/\/)?\S{1,300}:\d{1,9}:\d{1,9}:? \S/.test(line) ||
    /^(?:panic: |thread '[^']{0,120}'(?: \(\d{1,12}\))? panicked at )/.test(line),
  (line) =>
    /^(?:\S{1,80} ){0,3}(?:fatal error|fatal|error|err!?|errors?)(?::| {2,}(?=\S)|\] )/i.test(line) ||
    dialyzer.test(line) ||
    /^\d{1,9}:\d{1,9} +error +\S/.test(line) ||
    /^npm (?:ERR!|error) (?!code )/.test(line) ||
    /^curl: \(\d+\)|^CONFLICT \(|^Error response from daemon|^\[ERROR\]/.test(line),
  (line) => /^(?:FAILED \S+(?:::| - )|not ok \d|--- FAIL:|● .+ › |[✗✖×] \S|FAIL: |ERROR: )/.test(line),
  (line) =>
    /^(?:FAIL(?:ED)?\b|● )/.test(line) ||
    /\.{2,}\s?\*{3}(?:Failed|Exception|Timeout|Not Run)\b/.test(line) ||
    /\btest \S{1,200} \.\.\. FAILED$/.test(line),
  (line) =>
    /\b(?:No such file or directory|command not found|Permission denied|Segmentation fault|assertion failed|is not recognized as|Connection refused|Operation not permitted|No module named|address already in use|out of memory|Killed)\b/i.test(
      line
    ) || /^[\w./-]{1,80}: (?:\d+: )?[\w./-]{1,80}: not found$/.test(line),
  (line) =>
    /\b(?:cannot|can't|could not|couldn't|unable to|failed to|not found|not defined|does not exist|refused|timed out|undefined reference|rejected|do(?:es)? not match)\b/i.test(
      line
    ),
  (line) => line.includes(" ") && /\b(?:error|failed|failure|exception|npm ERR!)(?!\w)/i.test(line)
]

/**
 * Patterns of error lines that say hardly anything: the code of an error alone (`Error: ferry::command::failed`), or a
 * message about an operand that was empty (`chmod: : No such file or directory`). Any other error line says more.
 */
const poorMessages: ReadonlyArray<RegExp> = [
  /^(?:\w{1,20} )?(?:error|fatal|err):? [a-z_]\w{0,60}(?:::[a-z_]\w{0,60}){1,8}$/i,
  /^[\w./-]{1,80}: (?:line \d{1,9}: )?(?:: |''?: |""?: )\S/
]

/** The rank of error lines that say hardly anything. */
const poorRank = ranks.length

/** The rank of lines that only report that something failed. */
export const wrapUpRank = ranks.length + 1

const passLine = /^(?:ok\b|PASS\b|[✓✔√]|\[PASS\])|\.\.\. ok$/
const zeroCount = /\b(?:0|no) (?:errors?|failures?|failed|failing|problems?)\b|\b(?:errors?|fail(?:ures|ed)?):? 0\b/i
const someCount =
  /\b[1-9]\d{0,8} (?:errors?|failures?|failed|failing|problems?)\b|\b(?:errors?|fail(?:ures|ed)?)[:=] ?[1-9]/i
const remark =
  /^\W{0,4}(?:npm )?(?:\(node:\d+\) )?\[?(?:\w{0,40}warn(?:ing)?|deprecated|notice|note|hint|help|info|debug)\b/i
const located = /^\S{1,300}:\d{1,9}(?::\d{1,9})?:? (?:- )?(?:warning|note)\b/i
const frame = /^(?:at |File "|\.{3}|(?:-{3,}|={3,})(?! FAIL:)|-->|\^|~+\^|\d{1,9} ?\||code: '|url: ')/
const sourceCode =
  /^(?:(?:throw|raise|return|const|let|var|if|else|catch|except|try|function|def|class|expect|assert|import|from|export|await|print|console|logger|self)\b[^:]{0,200}[({=;]|\} ?catch|except\b.{0,80}:$|\/\/|\/\*|\*\s)/
const progress = /\d{1,3}%.{0,200}[#=█▉▊▋▌▍▎▏━─>-]{4}|[#=█▉▊▋▌▍▎▏━─-]{4}.{0,200}\d{1,3}%/

const countedWords =
  /^(?:tests?|suites?|files?|specs?|scenarios?|examples?|assertions?|expectations?|cases?|snapshots?|tasks?|total|counts?|summary|results?|passe[sd]|passing|pass|failed|fails?|failing|failures?|errors?|warnings?|skipped|skips?|pending|todo|cancelled|ignored|filtered|deselected|problems?|issues?|offenses?|violations?|generated|reported|found|detected|checked|source|run|runs|ran|finished|executed|started|measured|time|elapsed|duration|and|in|out|of|with|to|a|ms|s|sec|secs|seconds?|m|min|minutes?|potentially|fixable)$/i

/** True for a line that only counts results, such as `36 tests, 1 failure`. It does not say what failed. */
const isTotal = (line: string): boolean => {
  if (line.length > 200 || !/\d/.test(line)) {
    return false
  }
  const words = line.match(/\p{L}+/gu) ?? []
  return words.length > 1 && words.every((word) => countedWords.test(word))
}

const isNothing = (line: string): boolean =>
  line === "" ||
  isTotal(line) ||
  frame.test(line) ||
  passLine.test(line) ||
  (zeroCount.test(line) && !someCount.test(line))

const isMere = (line: string): boolean =>
  remark.test(line) || located.test(line) || sourceCode.test(line) || progress.test(line)

/**
 * Matches a word that every line of a ranked kind contains. Most lines have none, so this test saves the more expensive
 * ones.
 */
const hint =
  /err|exception|fault|fail|fatal|panic|data race|sanitizer|\*\* \(|==\d+== |can(?:not|'t)|could ?n|unable|not |no such|no module|refused|timed out|reject|reference|denied|assert|killed|in use|of memory|conflict|curl: |:\d+:|[✗✖×●]/i

/** Matches a word that every output with an error line contains, so that most outputs need not be split into lines. */
const anyHint = new RegExp(`${hint.source}|Traceback`, "i")

/** Returns the rank of a line: the lower it is, the better the line names an error. Infinity if the line names none. */
export const rankOf = (line: string): number => {
  if (!hint.test(line) || isNothing(line)) {
    return Number.POSITIVE_INFINITY
  }
  const isPoor = poorMessages.some((rule) => rule.test(line))
  const known = ranks.findIndex((rule) => rule(line))
  const rank = wrapUps.some((rule) => rule.test(line)) ? wrapUpRank : isPoor && known !== -1 ? poorRank : known
  return rank === -1 || (rank > 0 && isMere(line)) ? Number.POSITIVE_INFINITY : rank
}

/** Matches a line that ends in the middle of a phrase, since a terminal's width may break a message there. */
const endsOpen = /\s(?:an?|and|as|at|by|for|from|has|in|is|not|of|on|or|than|that|the|to|with)$/
/** Matches the name of a failed Go test; the lines below it have the place and the reason. */
const failedTest = /^(?:--- FAIL: |FAIL \S+ Test)\S/
const locatedMessage = /^\S{1,200}_test\.go:\d{1,9}: \S/
/**
 * Matches the code at the end of a type checker's message, such as `[import-untyped]`. The line may be the rest of a
 * message that was broken at a terminal's width.
 */
const closingCode = /\s{2}\[[a-z][a-z-]{2,40}\]$/

/**
 * Returns a message with the next line, if it continues there: if it ends in a colon (`Expected values to be strictly
 * equal:`, then `1 !== 2`), was broken at a terminal's width, or is only the name of a failed test.
 */
const withItsRest = (lines: ReadonlyArray<string>, index: number): string => {
  const message = plain(lines[index] ?? "")
  const next = plain(lines[index + 1] ?? "")
  if (failedTest.test(message) && locatedMessage.test(next)) {
    return `${message} ${next}`
  }
  const isWrapped = endsOpen.test(message.slice(-20)) || (closingCode.test(next) && !/[\]).:;!]$/.test(message))
  if (!message.endsWith(":") && !isWrapped) {
    return message
  }
  const rest = lines
    .slice(index + 1, index + (isWrapped ? 2 : 4))
    .map(plain)
    .find((line) => line !== "")
  return rest === undefined || rest.length > 120 || isNothing(rest) || rest.startsWith("+")
    ? message
    : `${message} ${rest}`
}

/**
 * True for the ranks of lines that only name a failed test. `systemRank` is the rank of error messages of the operating
 * system.
 */
const isNamingRank = (rank: number): boolean => rank === 2 || rank === 3
const systemRank = 4

/**
 * Returns the error message of the operating system below the name of a failed test, before the name of the next test;
 * undefined if there is none, or if the name continues in the next line.
 */
const causeBelow = (lines: ReadonlyArray<string>, index: number, rank: number): string | undefined => {
  if (!isNamingRank(rank) || withItsRest(lines, index) !== plain(lines[index] ?? "")) {
    return undefined
  }
  for (const line of lines.slice(index + 1, index + 12).map(plain)) {
    const below = rankOf(line)
    if (isNamingRank(below)) {
      return undefined
    }
    if (below === systemRank) {
      return line
    }
  }
  return undefined
}

const tracebackHeading = /^[\s|>+-]{0,40}Traceback \(most recent call last\):$/
const goesOnBelow = /^(?:During handling of the above exception|The above exception was the direct cause)/

const indentOf = (line: string): number => /^[\s|]{0,400}/.exec(line)?.[0].length ?? 0

const findLine = (
  lines: ReadonlyArray<string>,
  from: number,
  count: number,
  test: (line: string) => boolean
): number | undefined => {
  for (let index = from; index < Math.min(lines.length, from + count); index++) {
    if (test((lines[index] ?? "").slice(0, lineCharacters))) {
      return index
    }
  }
  return undefined
}

/** The maximum number of lines of one traceback that are searched for its end. Longer ones are not followed. */
const tracebackLines = 500

/**
 * Returns the line of a Python traceback that names the exception: the first one after the frames, in a chain of
 * exceptions that of the last.
 */
const tracebackEnd = (lines: ReadonlyArray<string>, heading: number): number | undefined => {
  let end: number | undefined
  for (let next: number | undefined = heading; next !== undefined;) {
    const indent = indentOf(lines[next] ?? "")
    const named = findLine(lines, next + 1, tracebackLines, (line) => line.trim() !== "" && indentOf(line) <= indent)
    if (named === undefined) {
      return end
    }
    end = named
    const chained = findLine(lines, named + 1, 12, (line) => goesOnBelow.test(plain(line)))
    next = chained === undefined ? undefined : findLine(lines, chained + 1, 4, (line) => tracebackHeading.test(line))
  }
  return end
}

/** The number of lines after an error line that may belong to it: the rest of the message, its cause, a chain's heading. */
const linesBehind = 20

interface FoundError {
  readonly line: string
  /** The index of the line that names the error. */
  readonly at: number
  /** The index of the line that begins the message: the heading of a traceback, else the same line. */
  readonly from: number
  /** True if no later line can name the error better, unless a traceback ends that began before it. */
  readonly isBest: boolean
}

/** Finds the error in the lines of an output; undefined if there is none. */
const errorIn = (lines: ReadonlyArray<string>): FoundError | undefined => {
  let best = Number.POSITIVE_INFINITY
  let found: number | undefined
  for (let index = 0; index < lines.length; index++) {
    const raw = lines[index] ?? ""
    if (tracebackHeading.test(raw.slice(0, lineCharacters))) {
      const end = tracebackEnd(lines, index)
      if (end !== undefined) {
        return { line: withItsRest(lines, end), at: end, from: index, isBest: true }
      }
    }
    const rank = rankOf(plain(raw))
    if (rank < best) {
      best = rank
      found = index
    }
    if (best === 0) {
      break
    }
  }
  return found === undefined
    ? undefined
    : { line: causeBelow(lines, found, best) ?? withItsRest(lines, found), at: found, from: found, isBest: best === 0 }
}

/** Returns the line of an output that names the error, without marks in front of it; undefined if there is none. */
export const firstErrorLine = (output: string): string | undefined =>
  anyHint.test(output) ? errorIn(withoutTerminalControl(output).split("\n"))?.line : undefined

/**
 * Returns those lines of an output that its first error line depends on, whatever lines follow. {@link firstErrorLine}
 * finds the same in them and all later lines as in the whole output. Bounded: at most some hundred lines.
 */
export const linesForError = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const error = errorIn(lines)
  const isHeading = (line: string): boolean => tracebackHeading.test(line.slice(0, lineCharacters))
  const isOpen = (index: number): boolean => lines.length - index <= tracebackLines
  const opened = lines.findIndex(
    (line, index) => isOpen(index) && isHeading(line) && (error?.isBest !== true || index < error.from)
  )
  const [from, to] = error === undefined ? [lines.length, lines.length] : [error.from, error.at + linesBehind]
  return lines.flatMap((line, index) => {
    if ((index < from || index > to) && (opened === -1 || index < opened)) {
      return []
    }
    // A traceback that is too long must not seem short when lines are left out.
    const isGivenUp = isHeading(line) && !isOpen(index) && index !== error?.from
    return [isGivenUp ? `${line} ` : line.slice(0, lineCharacters)]
  })
}
