import { answerText } from "./AnswerTexts.js"
import { changeText } from "./ChangeTexts.js"
import { answersIn } from "../reading/Answers.js"
import { checkKinds } from "../commands/CommandPrograms.js"
import { filesOf } from "../reading/EditedFiles.js"
import { announces, lastWordOf } from "../judging/Explanations.js"
import type { Failure } from "../judging/Failures.js"
import { failureLines, failureText } from "./FailureTexts.js"
import { constraintsIn } from "../wishes/TaskWishes.js"
import { withoutSecrets } from "../judging/Secrets.js"
import { inDirectory, isScript, shownCommand } from "./ShownCommand.js"
import { type CommandStep, type EditStep, isRefused } from "../reading/Steps.js"
import type { TaskReport } from "../judging/TaskReport.js"
import { followUpsOf, saidIn, stepsOf } from "../reading/Tasks.js"
import { counted, inCode, listed, plainLine, quoted, sentencesOf } from "./Wording.js"

/* Lists the key steps of a task: failures, the passes that resolved them, changes, and checks that passed. */

const mostSteps = 12
/** The maximum number of failures, and of passes, among the key steps, so that neither leaves no room for others. */
const mostOfASort = 5
/** The maximum number of demands of the user that a task shows; those of one message are one step. */
const mostDemands = 8

interface KeyStep {
  readonly line: number
  /** The importance of the step. If there are too many steps, those with the highest weights are kept. */
  readonly weight: number
  readonly text: string
}

/** True for a failed patch or tool call that succeeded on a later try. It is not mentioned. */
const isMinor = (failure: Failure): boolean =>
  failure.resolution !== undefined && (failure.kind === "patch" || failure.kind === "tool")

const heaviest = (steps: ReadonlyArray<KeyStep>, count: number): ReadonlyArray<KeyStep> => {
  const kept = new Set(
    steps.toSorted((one, other) => other.weight - one.weight || one.line - other.line).slice(0, count)
  )
  return steps.filter((step) => kept.has(step))
}

const failureWeight = (failure: Failure): number =>
  failure.kind === "look" || failure.isStep ? 4 : failure.resolution === undefined ? 9 : failure.isRepeatable ? 8 : 6

const failureSteps = (report: TaskReport): ReadonlyArray<KeyStep> =>
  report.failures
    .filter((failure) => !isMinor(failure))
    .map((failure) => ({
      line: failure.line,
      weight: failureWeight(failure),
      text: `${failureText(failure, true)} (${failureLines(failure)})`
    }))

const tests = (count: number | undefined): string => (count === undefined ? "" : `, ${counted(count, "test")}`)

const passStep = (step: CommandStep, text: string, passedTests: number | undefined, weight: number): KeyStep => {
  const hasActs = step.parts.some(({ kind }) => kind === "edit" || kind === "act")
  // A check that passed before an act failed is told alone: the whole command did not pass.
  const isWhole = hasActs && step.parts.every(({ verdict }) => verdict !== "failed")
  const shown = isWhole && !isScript(step.shown) && step.shown.length <= 200 ? step.shown : text
  return {
    line: step.outputLine,
    weight,
    text: `${shownCommand(shown)}${inDirectory(step.directory)} passed${tests(passedTests)} (L${step.outputLine})`
  }
}

/** Lists the last pass of every check, and those earlier passes that resolved a failure. */
const passSteps = (report: TaskReport): ReadonlyArray<KeyStep> => {
  const verifying = new Set(report.verifications.map(({ part }) => part))
  const resolving = new Set(
    report.resolved
      .filter((failure) => !isMinor(failure) && failure.kind !== "look" && failure.isRepeatable)
      .map(({ resolution }) => `${resolution?.line ?? 0} ${resolution?.check ?? ""}`)
  )
  const last = new Map<string, KeyStep>()
  const earlier: Array<KeyStep> = []
  for (const step of stepsOf(report.task)) {
    for (const part of step._tag === "CommandStep" ? step.parts : []) {
      const isResolving = step._tag === "CommandStep" && resolving.has(`${step.outputLine} ${part.text}`)
      const isVerifying = verifying.has(part)
      if (
        step._tag === "CommandStep" &&
        part.verdict === "passed" &&
        (isResolving || isVerifying || checkKinds.has(part.kind))
      ) {
        const known = last.get(part.key)
        if (known?.weight === 9) {
          earlier.push({ ...known, weight: 6 })
        }
        last.set(part.key, passStep(step, part.text, part.passedTests, isResolving ? 9 : isVerifying ? 8 : 6))
      }
    }
  }
  return [...earlier, ...last.values()]
}

/**
 * The maximum number of patches that are listed as steps of their own. If there are more, they become one step with all
 * of their files.
 */
const separatePatches = 3

/** True if a command writes a file from a here-document. It is then listed as a patch. */
const isWriting = (step: CommandStep): boolean =>
  step.parts.some(({ kind, pipeline }) => kind === "edit" && isScript(pipeline.text))

const editSteps = (report: TaskReport): ReadonlyArray<KeyStep> => {
  const edits = stepsOf(report.task).filter(
    (step): step is EditStep | CommandStep =>
      (step._tag === "EditStep" || (step._tag === "CommandStep" && isWriting(step))) && filesOf(step).length > 0
  )
  const byText = new Map<string, Array<number>>()
  for (const edit of edits) {
    const text = changeText(filesOf(edit))
    byText.set(text, [...(byText.get(text) ?? []), edit.line])
  }
  const isInterwoven = report.failures.length > 0 && edits.length <= separatePatches
  const first = edits[0]
  const last = edits.at(-1)
  if (byText.size > separatePatches && first !== undefined && last !== undefined) {
    const text = `${changeText(edits.flatMap(filesOf))}, in ${edits.length} patches (L${first.line} to L${last.line})`
    return [{ line: first.line, weight: 9, text }]
  }
  return isInterwoven
    ? edits.map((edit) => ({ line: edit.line, weight: 7, text: `${changeText(filesOf(edit))} (L${edit.line})` }))
    : [...byText].map(([text, lines]) => ({
        line: lines[0] ?? 0,
        weight: 7,
        text: `${text} (${lines
          .slice(0, 4)
          .map((line) => `L${line}`)
          .join(", ")})`
      }))
}

const notAllowed = "which was not allowed"

/** Lists the edits that were not allowed. */
const refusedEdits = (report: TaskReport): ReadonlyArray<KeyStep> =>
  stepsOf(report.task).flatMap((step) =>
    step._tag === "EditStep" && isRefused(step) && step.changes.length > 0
      ? [
          {
            line: step.line,
            weight: 7,
            text: `an edit of ${listed([...new Set(step.changes.map(({ path }) => inCode(path, 160)))].slice(0, 4))}, ${notAllowed} (L${step.line})`
          }
        ]
      : []
  )

/** Quotes the output of a command if it is short and no other command can have printed it; otherwise empty. */
const printed = (step: CommandStep): string => {
  if (step.isLook && step.exitCode === 1 && step.output.trim() === "") {
    return ", found nothing"
  }
  // What version control prints repeats the command.
  if (!step.isOutputOwn || step.output.length > 400 || step.parts.every(({ program }) => program === "git")) {
    return ""
  }
  const lines = step.output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
  const text = lines.join(" / ")
  return lines.length === 0 || lines.length > 4 || text.length > 160
    ? ""
    : `, printed ${lines.map((line) => inCode(withoutSecrets(line), 160)).join(" / ")}`
}

const commandStep = (step: CommandStep, weight: number): KeyStep => {
  const end = isRefused(step) ? `, ${notAllowed}` : step.hasEnded ? printed(step) : ", without a recorded end"
  return {
    line: step.outputLine,
    weight,
    text: `${shownCommand(step.shown)}${inDirectory(step.directory)}${end} (L${step.outputLine})`
  }
}

/** Matches commands that only prepare for another one. */
const preparing = /^(?:mkdir|chmod|touch)\b/

const otherCommands = (report: TaskReport, told: ReadonlySet<number>): ReadonlyArray<KeyStep> => {
  const resolved = new Set(report.resolved.map(({ key }) => key))
  const all = stepsOf(report.task).flatMap((step) => {
    if (step._tag !== "CommandStep" || step.isLook || told.has(step.outputLine) || step.verdict === "failed") {
      return []
    }
    const isTold = isWriting(step) && step.parts.every(({ kind }) => kind === "edit")
    const isPassed = step.parts.every(
      ({ key, kind, verdict }) => verdict === "passed" && (checkKinds.has(kind) || resolved.has(key))
    )
    if (isTold || isPassed) {
      return []
    }
    const isAct = step.parts.some(({ key, kind }) => kind === "act" || (kind === "edit" && !preparing.test(key)))
    const isPreparing = step.parts.every(({ key }) => preparing.test(key))
    return [commandStep(step, isAct ? 5 : isPreparing ? 1 : isScript(step.shown) ? 3 : 4)]
  })
  const main = all.filter(({ weight }) => weight > 1)
  return main.length > 0 ? main : all
}

const latest = (steps: ReadonlyArray<KeyStep>, count: number): ReadonlyArray<KeyStep> =>
  steps.toSorted((one, other) => other.weight - one.weight || other.line - one.line).slice(0, count)

/** Lists the last two commands of a task that only showed something. Its answer is most probably based on them. */
const lookSteps = (report: TaskReport): ReadonlyArray<KeyStep> =>
  stepsOf(report.task)
    .filter((step) => step._tag === "CommandStep" && step.isLook && step.verdict !== "failed" && step.hasEnded)
    .slice(-2)
    .flatMap((step) => (step._tag === "CommandStep" ? [commandStep(step, 2)] : []))

const toolSteps = (report: TaskReport): ReadonlyArray<KeyStep> => {
  const uses = stepsOf(report.task).flatMap((step) =>
    step._tag === "ToolStep" && step.error === undefined ? [step] : []
  )
  const names = [...new Set(uses.map(({ tool }) => tool))]
  const [first] = uses
  return first === undefined
    ? []
    : [
        {
          line: first.line,
          weight: 1,
          text: `used ${listed(names.slice(0, 4).map((name) => inCode(name, 60)))}, ${counted(uses.length, "call")} (L${first.line})`
        }
      ]
}

const wordStep = (report: TaskReport): ReadonlyArray<KeyStep> => {
  const said = saidIn(report.task)
  const word = lastWordOf(said, report.paths, 240)
  const last = said.at(-1)
  if (last === undefined || word === undefined || report.outcome === "success") {
    return []
  }
  const claim = announces(word)
    ? "the assistant only announced"
    : report.cutOff !== undefined
      ? "the assistant's last word"
      : "the assistant's answer, not confirmed"
  return [
    { line: last.line, weight: 7, text: `${claim}: "${plainLine(word, 240).replaceAll('"', "'")}" (L${last.line})` }
  ]
}

/** Lists the user's approval of the task as a step; empty if there is none. */
const approvalStep = (report: TaskReport): ReadonlyArray<KeyStep> => {
  const { closing } = report.task
  const word =
    closing?.word.stance === "approves"
      ? closing
      : followUpsOf(report.task).findLast(({ word }) => word.stance === "approves")
  return word === undefined || report.outcome !== "success"
    ? []
    : [
        {
          line: word.line,
          weight: 9,
          text: `the user approved: ${quoted(sentencesOf(withoutSecrets(word.text))[0] ?? "", 80)} (L${word.line})`
        }
      ]
}

/** The weight of what the user decided or demanded, which is above that of all work. */
const saidWeight = 10

/** Lists as steps the user's answers to the assistant's questions, and the user's limits for this task alone. */
const userSteps = (report: TaskReport): ReadonlyArray<KeyStep> => {
  const { requests } = report.task
  const answers = answersIn(requests).map((answer) => {
    const { line, question } = answer.asked
    const about = question === undefined ? "" : ` to the question ${quoted(question, 120)}`
    return { line, weight: saidWeight, text: `${answerText(answer)}${about} (L${line})` }
  })
  const titles = new Set(report.title.split(" → "))
  const demands = constraintsIn(requests)
    .filter(({ text }) => !titles.has(text))
    .slice(0, mostDemands)
  const lines = [...new Set(demands.map(({ line }) => line))]
  const quotedAt = (line: number): string =>
    demands.flatMap((demand) => (demand.line === line ? [quoted(withoutSecrets(demand.text), 160)] : [])).join("; ")
  return [
    ...answers.slice(0, mostOfASort),
    ...lines.map((line) => ({
      line,
      weight: saidWeight,
      text: `the user demanded for this task: ${quotedAt(line)} (L${line})`
    }))
  ]
}

/** Lists the key steps of a task in order; never empty. `isShort` lists half as many, for a task that matters less. */
export const keySteps = (report: TaskReport, isShort = false): ReadonlyArray<string> => {
  const failures = heaviest(failureSteps(report), mostOfASort)
  const passes = heaviest(passSteps(report), mostOfASort)
  const edits = editSteps(report)
  const told = new Set([...failures, ...passes].map(({ line }) => line))
  report.failures.forEach(({ line }) => told.add(line))
  const commands = latest(otherCommands(report, told), 4)
  const work = [...failures, ...passes, ...edits, ...refusedEdits(report), ...commands]
  const isOnlyLooking = work.every(({ weight }) => weight < 5)
  const looks = isOnlyLooking ? [...lookSteps(report), ...toolSteps(report)] : []
  const words = [...userSteps(report), ...wordStep(report), ...approvalStep(report)]
  const shown = heaviest([...work, ...looks, ...words], isShort ? mostSteps / 2 : mostSteps).toSorted(
    (one, other) => one.line - other.line
  )
  const texts = [...new Set(shown.map(({ text }) => text))]
  return texts.length === 0 ? ["none recorded"] : texts
}
