import {
  type Basis,
  type FactContent,
  factIdOf,
  type FactKind,
  type NamedTests,
  type SessionFact
} from "../../facts/Fact.js"
import type { SessionEvidence } from "../../evidence/SessionEvidence.js"
import type { SessionEvent } from "../../session/SessionEvent.js"
import { type Answer, answersIn } from "../reading/Answers.js"
import { answerText } from "./AnswerTexts.js"
import { goneFiles } from "../changes/DeletedFiles.js"
import { leftOversIn } from "../judging/Explanations.js"
import { type Failure, runsTests } from "../judging/Failures.js"
import { wishesIn } from "../wishes/Preferences.js"
import { constraintsIn, remarksBeside } from "../wishes/TaskWishes.js"
import { withoutSecrets } from "../judging/Secrets.js"
import { readSession, type SessionReport } from "../judging/SessionReport.js"
import { isUnfinished, type TaskReport } from "../judging/TaskReport.js"
import { changedPath, filesOf } from "../reading/EditedFiles.js"
import { narrownessOf, placeInKey } from "../commands/CommandNames.js"
import { type CommandStep, isRefused, type RanPart } from "../reading/Steps.js"
import { saidIn, stepsOf } from "../reading/Tasks.js"
import { listedNames, testNamesIn } from "../verdicts/TestNames.js"
import { errorSignature } from "./ErrorNames.js"
import { failureText } from "./FailureTexts.js"
import { fixesIn, limitsIn, wayAround } from "./FixesAndLimits.js"
import { findingText, looksOf } from "./Knowledge.js"
import { leftOpenIn, leftUndone } from "./OpenEnds.js"
import { scriptOf, workingCommands } from "./WorkingCommands.js"
import { editedFiles } from "./Pointers.js"
import { inDirectory, isScript, shownCommand } from "./ShownCommand.js"
import { capitalised, inCode, listed, lowered, plainLine, quoted } from "./Wording.js"

/* The facts of a session, by rule: pure, and the same for the same session. */

/**
 * The maximum number of facts of each kind from one session. Those that come first in the order of their kind are kept.
 */
const mostOfKind: Readonly<Record<FactKind, number>> = {
  Wish: 56,
  Decision: 24,
  Command: 60,
  Failure: 40,
  Limit: 10,
  File: 80,
  Finding: 20,
  Open: 20,
  Outcome: 40
}

interface Draft {
  readonly content: FactContent
  readonly text: string
  readonly basis: Basis
  readonly line: number
  readonly lastLine?: number
}

const wishes = ({ preferences, reports }: SessionReport): ReadonlyArray<Draft> => {
  const lasting = preferences.map(({ line, text }) => ({ line, words: text, isLasting: true }))
  const ofTasks = reports.flatMap(({ task }) =>
    [...constraintsIn(task.requests), ...remarksBeside(task.requests)].map(({ line, text }) => ({
      line,
      words: text,
      isLasting: false
    }))
  )
  return [...lasting, ...ofTasks].map(({ isLasting, line, words }) => ({
    content: { _tag: "Wish", words: withoutSecrets(words), isLasting },
    text: quoted(withoutSecrets(words), 160),
    basis: "user",
    line
  }))
}

/** Matches an option that says nothing by itself, so that the user's own words beside it are all of the answer. */
const saysNothing = /^(?:no|none(?: of (?:the above|these|them))?|nothing|neither|other)\W*$/i

/** True if an answer is nothing but a wish, which is told as one. */
const isOnlyWish = ({ asked, choice }: Answer): boolean =>
  asked.kind === "note" && (choice === undefined || saysNothing.test(choice)) && wishesIn(asked).length > 0

const decisions = ({ task }: TaskReport): ReadonlyArray<Draft> =>
  answersIn(task.requests).flatMap((given): ReadonlyArray<Draft> => {
    const { line, question, text } = given.asked
    const answer = plainLine(withoutSecrets(text), 240)
    return question !== undefined && answer !== "" && !isOnlyWish(given)
      ? [
          {
            content: { _tag: "Decision", question: plainLine(question, 240), answer },
            text: `${quoted(question, 160)}: ${answerText(given)}`,
            basis: "user",
            line
          }
        ]
      : []
  })

const wordsOfPart = (part: RanPart): string => `${part.program} ${part.narrowing[0] ?? ""}`

const useOf = (part: RanPart): string => {
  const place = placeInKey(part.key)
  return place === undefined ? wordsOfPart(part) : `${wordsOfPart(part)} @${place}`
}

interface Runs {
  part: RanPart
  step: CommandStep
  /** The step of the last run, whether it passed or not. */
  last: CommandStep
  /** The sandbox modes in which it passed without escalation. */
  sandboxes: ReadonlySet<string>
  passes: number
  failures: number
  first: number
}

/** Lists the runs of each command in a session, in the order of their last runs. */
const runsIn = (reports: ReadonlyArray<TaskReport>): ReadonlyArray<Runs> => {
  const runs = new Map<string, Runs>()
  for (const step of reports.flatMap(({ task }) => stepsOf(task))) {
    for (const part of step._tag === "CommandStep" ? step.parts : []) {
      const isTold = part.kind !== "look" && part.kind !== "scene" && part.kind !== "edit" && part.verdict !== "unknown"
      if (isTold && step._tag === "CommandStep") {
        const known = runs.get(part.key)
        const isPass = part.verdict === "passed"
        const inside = isPass && !step.isEscalated ? [step.sandbox ?? ""] : []
        runs.delete(part.key)
        runs.set(part.key, {
          // A pass is worth showing, not the failed spelling after it.
          part: isPass || known === undefined ? part : known.part,
          step: isPass || known === undefined ? step : known.step,
          last: step,
          sandboxes: new Set([...(known?.sandboxes ?? []), ...inside]),
          passes: (known?.passes ?? 0) + Number(isPass),
          failures: (known?.failures ?? 0) + Number(!isPass),
          first: known?.first ?? step.line
        })
      }
    }
  }
  return [...runs.values()]
}

const commands = ({ reports }: SessionReport): ReadonlyArray<Draft> => {
  const runs = runsIn(reports)
  const working = new Map(
    reports.flatMap((report) =>
      workingCommands(report).map((command) => [command.part.key, { ...command, report }] as const)
    )
  )
  return runs
    .filter(({ part }) => !isScript(part.text) || working.has(part.key))
    .map(({ failures, first, last, part, passes, sandboxes, step }): Draft => {
      const tests = runsTests.has(part.kind) ? listedNames(testNamesIn(last.output)) : undefined
      const known = working.get(part.key)
      const place = inDirectory(part.directory)
      const script = known === undefined ? undefined : scriptOf(known.part, known.report)
      const shown = shownCommand(known?.part.text ?? part.text)
      return {
        content: {
          _tag: "Command",
          command: plainLine(known?.part.text ?? part.text, 400),
          key: part.key,
          aliases: script === undefined ? [] : ["npm", "pnpm", "yarn", "bun"].map((tool) => `${tool} ${script}`),
          use: useOf(part),
          kind: part.kind,
          program: part.program,
          narrowness: narrownessOf(part),
          place,
          purpose: known?.purpose ?? "",
          passes,
          failures,
          ...(sandboxes.size === 0 ? {} : { sandboxes: [...sandboxes] }),
          ...(tests === undefined ? {} : { tests }),
          isReusable: known !== undefined
        },
        text: known === undefined ? `${shown}${place}` : `${capitalised(known.purpose)}: ${shown}${place}`,
        basis: "ran",
        line: first,
        lastLine: step.outputLine
      }
    })
}

/**
 * Drafts a fact for each read-only command that computed something, such as a count with `awk`. It is published only if
 * two sessions ran it.
 */
const looks = (report: TaskReport): ReadonlyArray<Draft> =>
  looksOf(report).map(({ file, step }) => ({
    content: {
      _tag: "Command",
      command: plainLine(step.shown, 400),
      key: plainLine(step.shown, 400),
      aliases: [],
      use: plainLine(step.shown, 400),
      kind: "look",
      program: step.parts[0]?.program ?? "",
      narrowness: 0,
      place: "",
      purpose: `look into ${inCode(file, 120)}`,
      passes: 1,
      failures: 0,
      isReusable: true
    },
    text: `Look into ${inCode(file, 120)}: ${shownCommand(step.shown)}`,
    basis: "ran",
    line: step.line,
    lastLine: step.outputLine
  }))

const failures = (report: TaskReport): ReadonlyArray<Draft> =>
  fixesIn(report).map(({ failure, isFixed, text }) => {
    const acts = failure.resolution?.acts ?? []
    return {
      content: {
        _tag: "Failure",
        signature: errorSignature(failure.error ?? ""),
        errors:
          failure.error === undefined ? [] : [failure.error, ...failure.details].map((line) => plainLine(line, 400)),
        command: plainLine(failure.what, 400),
        key: failure.key,
        edits: acts
          .filter(({ command }) => command === undefined)
          .flatMap(({ files, replaced }) =>
            files.map((path) => ({
              path,
              before: replaced.get(path)?.before ?? null,
              after: replaced.get(path)?.after ?? null
            }))
          )
          .slice(0, 12),
        commands: acts.flatMap(({ command, isOutside }) =>
          command === undefined || isOutside ? [] : [plainLine(command, 400)]
        ),
        check: failure.resolution === undefined ? null : plainLine(failure.resolution.check, 400),
        isFixed
      },
      text: capitalised(text),
      basis: "ran",
      line: failure.line,
      lastLine: failure.resolution?.line ?? failure.line
    }
  })

const limits = (report: TaskReport): ReadonlyArray<Draft> =>
  limitsIn(report).map(({ failure, missing, subject, text }) => ({
    content: {
      _tag: "Limit",
      subject: plainLine(subject, 240),
      error: plainLine(failure.error ?? "", 400),
      instead: wayAround(failure) ?? null,
      key: failure.key,
      kind: failure.kind,
      ...(missing === undefined ? {} : { missing }),
      ...(failure.sandbox === undefined ? {} : { sandbox: failure.sandbox })
    },
    text: capitalised(text),
    basis: "ran",
    line: failure.line
  }))

/** Drafts a fact for each file that was there when the session began, and is gone at its end. */
const goneOf = ({ reports }: SessionReport): ReadonlyArray<Draft> => {
  const steps = reports.flatMap(({ task }) => stepsOf(task))
  const [{ undone } = { undone: { isUndone: () => false } }] = reports
  return [...goneFiles(steps, undone)].map(([path, { line, movedTo }]) => ({
    content: { _tag: "File", path: plainLine(path, 300), edits: 1, remark: "", isGone: true },
    text: `${inCode(path, 160)}: ${movedTo === undefined ? "deleted" : `renamed to ${inCode(movedTo, 160)}`}`,
    basis: "ran",
    line
  }))
}

/** The maximum number of removed tasks that the fact of a file names. */
const mostRemovedTasks = 60

/** Drafts a fact for each file that the session changed, those with the most edits first, and for each that is gone. */
const files = (session: SessionReport): ReadonlyArray<Draft> => {
  const { reports } = session
  const [definitions] = reports.map((report) => report.definitions)
  const edits = new Map<string, number>()
  for (const report of reports) {
    for (const step of stepsOf(report.task)) {
      for (const change of filesOf(step).filter((change) => !report.undone.isUndone(step.line, change))) {
        const path = report.atEnd.pathOf(changedPath(change)) ?? changedPath(change)
        edits.set(path, (edits.get(path) ?? 0) + 1)
      }
    }
  }
  const pointers = new Map(reports.flatMap(editedFiles).map((pointer) => [pointer.path, pointer]))
  const there = [...pointers.values()]
    .filter(({ note }) => note !== "deleted")
    .toSorted((one, other) => (edits.get(other.path) ?? 0) - (edits.get(one.path) ?? 0))
    .map(({ line, path, remark }): Draft => {
      const removedTasks = definitions?.removedFrom(path).slice(0, mostRemovedTasks) ?? []
      // The title of the task that added a file is in the trace; it seldom says what the file is for.
      const told = lowered(remark ?? "")
      return {
        content: {
          _tag: "File",
          path: plainLine(path, 300),
          edits: edits.get(path) ?? 1,
          remark: told,
          ...(removedTasks.length === 0 ? {} : { removedTasks })
        },
        text: told === "" ? inCode(path, 160) : `${inCode(path, 160)}: ${told}`,
        basis: remark === undefined ? "ran" : "assistant",
        line
      }
    })
  return [...there, ...goneOf(session)]
}

/** Drafts a fact for each conclusion of the assistant, as a claim. */
const findings = (report: TaskReport): ReadonlyArray<Draft> =>
  report.findings.map((finding) => ({
    content: { _tag: "Finding", claim: finding.text, files: finding.files },
    text: capitalised(findingText(finding)),
    basis: "assistant",
    line: finding.line
  }))

const openDraft = (
  text: string,
  basis: Basis,
  line: number,
  about: {
    readonly command?: string
    readonly error?: string | undefined
    readonly title?: string
    readonly tests?: NamedTests | undefined
  } = {}
): Draft => ({
  content: {
    _tag: "Open",
    signature: errorSignature(text),
    command: about.command ?? null,
    error: about.error ?? null,
    title: about.title ?? null,
    ...(about.tests === undefined ? {} : { tests: about.tests })
  },
  text,
  basis,
  line
})

const nonePassed = { passed: new Set<string>(), passedGroups: new Set<string>() }

const openFailure = (failure: Failure): Draft =>
  openDraft(failureText(failure), "ran", failure.line, {
    command: failure.key,
    error: failure.error,
    tests: failure.tests === undefined ? undefined : listedNames({ ...failure.tests, ...nonePassed })
  })

/** True if the last act of a task was not allowed. The task then ended as the user wanted. */
const endsInRefusal = ({ task }: TaskReport): boolean => stepsOf(task).slice(-1).some(isRefused)

const open = (report: TaskReport): ReadonlyArray<Draft> => {
  const { line = 0 } = report.task.items.at(-1) ?? {}
  const said = saidIn(report.task)
  const left = leftUndone(report)
  return [
    ...report.secrets.map(({ kinds, line: at }) =>
      openDraft(`A user pasted into a session what looks like ${listed(kinds)}: rotate what was pasted`, "user", at)
    ),
    ...leftOpenIn(report).map(openFailure),
    ...leftOversIn(said, report.paths).map((sentence) =>
      openDraft(`The assistant left open: ${quoted(sentence, 200)}`, "assistant", said.at(-1)?.line ?? line)
    ),
    ...(isUnfinished(report) && !endsInRefusal(report)
      ? [
          openDraft(`Unfinished: ${left.request}${left.rest}`, "ran", line, {
            title: report.title
          })
        ]
      : [])
  ]
}

const outcome = ({ outcome: result, task, title }: TaskReport): Draft => ({
  content: { _tag: "Outcome", title, outcome: result },
  text: `${quoted(title, 160)}: ${result}`,
  basis: "ran",
  line: task.items[0]?.line ?? 0,
  lastLine: task.items.at(-1)?.line ?? 0
})

/** Returns the time of each line of the session's file at which an event begins or ends. */
const timesOf = (events: ReadonlyArray<SessionEvent>): ReadonlyMap<number, number> =>
  new Map(
    events.flatMap(({ line, time, ...event }) =>
      time === undefined
        ? []
        : [[line, time] as const, ...("outputLine" in event ? [[event.outputLine, time] as const] : [])]
    )
  )

const taught = (session: SessionReport): ReadonlyArray<Draft> => {
  const { reports } = session
  return [
    ...wishes(session),
    ...reports.flatMap(decisions),
    ...commands(session),
    ...reports.flatMap(looks),
    ...reports.flatMap(failures),
    ...reports.flatMap(limits),
    ...files(session),
    ...reports.flatMap(findings),
    ...reports.flatMap(open),
    ...reports.map(outcome)
  ]
}

/**
 * Extracts the facts of a session that belong to one directory. Each fact occurs once, and the number of each kind is
 * bounded.
 */
export const extractFacts = (cwd: string, evidence: SessionEvidence): ReadonlyArray<SessionFact> => {
  const session = readSession(cwd, evidence)
  const times = timesOf(evidence.events)
  const found = new Map<string, SessionFact>()
  const counts = new Map<FactKind, number>()
  for (const { basis, content, lastLine, line, text } of session === undefined ? [] : taught(session)) {
    const id = factIdOf(content)
    const count = counts.get(content._tag) ?? 0
    if (!found.has(id) && count < mostOfKind[content._tag]) {
      counts.set(content._tag, count + 1)
      const last = Math.max(line, lastLine ?? line)
      found.set(id, { id, text, basis, line, lastLine: last, at: times.get(last) ?? times.get(line) ?? null, content })
    }
  }
  return [...found.values()]
}
