import { readVerdict, verdictLines } from "./CheckVerdict.js"

/* Reads the summaries by which runs of tests end, where one output has several of them. */

/** The summary of one run of tests. */
export interface RunSummary {
  readonly verdict: "passed" | "failed" | "unknown"
  readonly passedTests: number | undefined
}

/** A line that a runner prints once for each run, and the numbers of lines around it that belong to its summary. */
interface Form {
  readonly line: RegExp
  readonly before?: number
  readonly after?: number
  /** True if the runner prints such a line for each target or package, so that one run may have several. */
  readonly isPerTarget?: true
}

const forms: ReadonlyArray<Form> = [
  { line: /^Tests: {2,20}.{1,120}\btotal$/ },
  { line: /^Tests {1,4}\d.{0,120}\(\d{1,7}\)$/ },
  {
    line: /^=* ?(?:\d{1,7} (?:failed|passed|skipped|deselected|errors?|xfailed|xpassed|warnings?)(?:, )?){1,8} in [\d.]+m?s\b|^=* ?no tests ran in /
  },
  { line: /^[#ℹ] fail \d{1,7}$/, before: 3 },
  { line: /^\d{1,7} passing\b/, after: 2 },
  { line: /^test result: (?:ok|FAILED)\./, isPerTarget: true },
  { line: /^(?:ok {1,4}\t?\S+\s|FAIL\s+\S)/, isPerTarget: true },
  { line: /^\d{1,7} (?:examples?|runs|tests?), .{0,60}\bfailures?\b/ },
  { line: /^(?:OK \(\d{1,7} tests?, |Tests: \d{1,7}, Assertions: )/ },
  { line: /^(?:OK(?: \(.{1,60}\))?|FAILED \(.{1,60}\))$/, before: 3 },
  { line: /^(?:\[\w{4,7}\] +)?Tests run: \d{1,7}, (?!.{0,120}Time elapsed)/, isPerTarget: true },
  { line: /^(?:Passed|Failed)! {1,3}- Failed: /, isPerTarget: true },
  { line: /^\d{1,7} fail$/, before: 2 },
  { line: /^(?:ok|FAILED) \| \d{1,7} passed/ },
  { line: /^\d{1,3}% tests passed/ }
]

/** The summaries of one form in an output, in order. */
interface Summaries {
  readonly all: ReadonlyArray<RunSummary>
  readonly isPerTarget: boolean
}

const summariesIn = (output: ReadonlyArray<string>): ReadonlyArray<Summaries> => {
  const lines = verdictLines(output.join("\n"))
  return forms
    .map(({ after = 0, before = 0, isPerTarget = false, line }): Summaries => {
      const at = lines.flatMap((text, index) => (line.test(text) ? [index] : []))
      const all = at.map((index, number): RunSummary => {
        const from = Math.max(index - before, (at[number - 1] ?? -1) + 1)
        const to = Math.min(index + after, (at[number + 1] ?? lines.length) - 1)
        return readVerdict("test", "", lines.slice(from, to + 1).join("\n"))
      })
      return { all, isPerTarget }
    })
    .filter(({ all }) => all.length > 0)
}

const nobodyKnows: RunSummary = { verdict: "unknown", passedTests: undefined }

/** Returns the verdict that all summaries share; undefined if they differ. */
const shared = (summaries: ReadonlyArray<RunSummary>): RunSummary | undefined =>
  summaries.every(({ verdict }) => verdict === summaries[0]?.verdict)
    ? { verdict: summaries[0]?.verdict ?? "unknown", passedTests: undefined }
    : undefined

/**
 * Returns the summary of a run that shares its output with commands that print files or logs: the first one if they all
 * come after it, the last one if they all come before it. Undefined if the output has no summary; unknown if nobody can
 * tell which one is the run's.
 */
export const summaryBeside = (
  output: ReadonlyArray<string>,
  place: "before others" | "after others" | "between others"
): RunSummary | undefined => {
  const [found] = summariesIn(output)
  if (found === undefined || found.all.length === 1) {
    return found?.all[0]
  }
  const own = found.isPerTarget ? undefined : place === "before others" ? found.all[0] : found.all.at(-1)
  return shared(found.all) ?? (place === "between others" ? undefined : own) ?? nobodyKnows
}

/** Returns the summaries of a number of runs, in order; undefined if the output does not have one for each of them. */
export const summariesOfRuns = (output: ReadonlyArray<string>, runs: number): ReadonlyArray<RunSummary> | undefined => {
  const fitting = summariesIn(output).filter(({ all }) => all.length === runs)
  return fitting.length === 1 ? fitting[0]?.all : undefined
}
