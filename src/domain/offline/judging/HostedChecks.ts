import type { CommandStep, RanPart, Step } from "../reading/Steps.js"

/* Finds the reports of a hosted CI that say that everything passed. They verify what was pushed before them. */

/** A report of a hosted CI, with the command that showed it. */
export interface HostedCheck {
  readonly step: CommandStep
  readonly part: RanPart
}

/** Matches the words of a command that shows the state of checks or of a run: `gh pr checks`, `glab ci status`. */
const asks: Readonly<Record<string, RegExp>> = {
  gh: /^(?:pr checks|run (?:watch|view))\b/,
  glab: /^(?:ci|pipeline) (?:status|view|get)\b/
}

/** True if a command shows the state of hosted checks. */
export const showsHostedChecks = ({ narrowing, program }: RanPart): boolean =>
  asks[program]?.test(narrowing.slice(0, 2).join(" ")) === true

/** Matches a row of `gh pr checks`: the name of a check, and its state. */
const row = /^([^\t\n]{1,200})\t(pass|fail|pending|skipping|cancel)\t/gm

/** Matches the words of a whole run or pipeline that passed. */
const runPassed =
  /completed with 'success'|^All checks were successful\b|^[✓✔] \S.{0,160} · \d{3,}|\bPipeline state: success\b|"conclusion": ?"success"/im

/** Matches the words of a run that failed, or that has not ended. */
const runOpen =
  /completed with '(?!success)\w+'|^[X✗✖] \S|^\* \S.{0,160} · \d{3,}|\bPipeline state: (?!success)\w+|"(?:conclusion|state|status)": ?"(?:failure|cancelled|timed_out|startup_failure|in_progress|queued|pending)"|\b(?:checks were not successful|checks are still pending)\b/im

/** Returns the result that an output reports: passed, or not; undefined if it reports none. */
const resultIn = (output: string): "passed" | "open" | undefined => {
  // A command that watches prints each check again and again; the last state counts.
  const states = new Map([...output.matchAll(row)].map(([, name, state]) => [name, state]))
  const all = [...states.values()]
  if (all.length > 0) {
    return all.includes("pass") && all.every((state) => state === "pass" || state === "skipping") ? "passed" : "open"
  }
  return runOpen.test(output) ? "open" : runPassed.test(output) ? "passed" : undefined
}

const pushes = (step: Step): boolean =>
  step._tag === "CommandStep" &&
  step.parts.some(
    ({ narrowing, program, verdict }) =>
      verdict !== "failed" &&
      ((program === "git" && narrowing[0] === "push") ||
        (program === "gh" && narrowing[0] === "pr" && narrowing[1] === "create"))
  )

/**
 * Returns the last report of a hosted CI about what was pushed after a line of the rollout, if it says that everything
 * passed; undefined otherwise.
 */
export const hostedPassAfter = (steps: ReadonlyArray<Step>, line: number): HostedCheck | undefined => {
  const pushed = steps.findIndex((step) => step.line >= line && pushes(step))
  const reports = pushed === -1 ? [] : steps.slice(pushed)
  const told = reports.flatMap((step) => {
    const part = step._tag === "CommandStep" ? step.parts.find(showsHostedChecks) : undefined
    const result = step._tag === "CommandStep" && part !== undefined ? resultIn(step.output) : undefined
    return step._tag !== "CommandStep" || part === undefined || result === undefined
      ? []
      : [{ step, part, isPass: result === "passed" && part.verdict !== "failed" }]
  })
  const last = told.at(-1)
  return last?.isPass === true ? { step: last.step, part: last.part } : undefined
}
