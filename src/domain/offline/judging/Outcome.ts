import { checkKinds } from "../commands/CommandPrograms.js"
import { changedPath, filesOf } from "../reading/EditedFiles.js"
import type { Failure } from "./Failures.js"
import { hostedPassAfter } from "./HostedChecks.js"
import { isDelivery } from "./Deliveries.js"
import { mayLeaveOut } from "./LeftOutTests.js"
import { lacksService } from "./MachineErrors.js"
import { isScript } from "../writing/ShownCommand.js"
import type { CommandStep, RanPart, Step } from "../reading/Steps.js"
import { endsTurn, followUpsOf, stepsOf, type Task } from "../reading/Tasks.js"

/** The result of a task as the session's evidence shows it; see {@link outcomeOf}. */
export type Outcome = "success" | "partial" | "fail" | "uncertain"

/** A check that passed after the last change of its task. An earlier pass does not prove the result. */
export interface Verification {
  readonly step: CommandStep
  readonly part: RanPart
}

const changes = (step: Step): boolean => filesOf(step).length > 0

/** True if a command runs a file that the task changed. Its pass then checks the change. */
const exercises = (part: RanPart, files: ReadonlySet<string>): boolean =>
  part.kind === "run" && [...files].some((file) => file.length > 2 && part.pipeline.text.includes(file))

const editedFiles = (steps: ReadonlyArray<Step>): ReadonlySet<string> =>
  new Set(steps.flatMap(filesOf).map(changedPath))

/** True if a check that passed may have left out what failed before and is not known to pass. */
const leavesOutFailure = (part: RanPart, failures: ReadonlyArray<Failure>): boolean =>
  failures.some(
    ({ aims, context, details, error = "", kind, passedBeside, program, resolution }) =>
      resolution === undefined &&
      !passedBeside &&
      mayLeaveOut(part, { kind, program, narrowing: aims }, [error, ...details, context].join("\n"))
  )

/**
 * Lists the checks that passed after the task last changed a file: tests, builds, lints, type checks, commands that had
 * failed before, and commands that run a changed file. A hosted CI counts too if it passed for what was pushed
 * afterwards, in whichever task of the session.
 */
export const verificationsOf = (
  task: Task,
  failures: ReadonlyArray<Failure>,
  session: ReadonlyArray<Step>
): ReadonlyArray<Verification> => {
  const steps = stepsOf(task)
  const files = editedFiles(steps)
  const failedBefore = new Set(failures.map(({ key }) => key))
  const resolving = new Set(failures.map(({ resolution }) => `${resolution?.line ?? 0} ${resolution?.check ?? ""}`))
  const lastChange = steps.findLastIndex(changes)
  const hosted = hostedPassAfter(session, (steps[lastChange] ?? steps[0])?.line ?? Number.POSITIVE_INFINITY)
  const isOwn = lastChange !== -1 || (hosted !== undefined && steps.includes(hosted.step))
  const local = steps.flatMap((step, index): ReadonlyArray<Verification> => {
    if (step._tag !== "CommandStep" || index < lastChange) {
      return []
    }
    const from = index === lastChange ? step.parts.findLastIndex(({ kind }) => kind === "edit") + 1 : 0
    return step.parts
      .slice(from)
      .filter(
        (part) =>
          part.verdict === "passed" &&
          !part.isOutside &&
          !leavesOutFailure(part, failures) &&
          (checkKinds.has(part.kind) ||
            (part.kind === "run" &&
              (failedBefore.has(part.key) ||
                resolving.has(`${step.outputLine} ${part.text}`) ||
                (lastChange !== -1 && exercises(part, files)))))
      )
      .map((part) => ({ step, part }))
  })
  return hosted === undefined || !isOwn ? local : [...local, hosted]
}

/**
 * True if the item at index `at` belongs to the turn that the user's last message started: no turn ended between that
 * message and the item. While the user's last message sets a goal, every turn counts.
 */
const isAskedFor = (task: Task, at: number): boolean => {
  const asked = task.items.findLastIndex((item, index) => index < at && item._tag === "Asked")
  const request = task.items[asked]
  return (
    (request?._tag === "Asked" && request.kind === "goal") ||
    task.items.slice(asked + 1, at).every(({ _tag }) => _tag !== "TurnEnd")
  )
}

/** The cause that left a task unfinished: the user or the harness stopped its last turn, or the record ends there. */
export type CutOff = "user" | "harness" | "record"

/** Returns the cause that left a task unfinished; undefined if it ended. */
export const cutOffOf = (task: Task, finished: boolean | undefined): CutOff | undefined => {
  const last = task.items.at(-1)
  const isSettled = last?._tag === "Asked" && (last.word.stance === "approves" || last.word.stance === "drops")
  if (isSettled && followUpsOf(task).includes(last)) {
    return undefined
  }
  const lastEnd = task.items.findLastIndex(endsTurn)
  const end = task.items[lastEnd]
  if (end?._tag === "Interruption" && !task.items.slice(lastEnd).some(({ _tag }) => _tag === "Asked")) {
    return isAskedFor(task, lastEnd) ? (end.provenance === "user" ? "user" : "harness") : undefined
  }
  if (!task.isLast || last === undefined || !isAskedFor(task, task.items.length - 1)) {
    return undefined
  }
  // Without recorded ends, work without a request may be a fragment of a session that continues in another rollout.
  const isFragment = finished === undefined && task.requests.length === 0
  const isUnderWay = last._tag === "Asked" || ("isUnderWay" in last && last.isUnderWay)
  return finished === false || (finished === undefined && !isFragment && isUnderWay) ? "record" : undefined
}

/** Matches a request to run checks, in several languages. */
const asksForChecks =
  /\b(?:run|test|tests|build|compile|lint|type-?check|verify|check|validate|benchmark)\b|(?<!\p{L})(?:führe?|prüfe?|teste|starte|ejecut[ae]|comprueba|prueba|lance[sz]?|exécute[sz]?|vérifie[sz]?|rod[ae]|execute|verifique|запусти(?:те)?|проверь(?:те)?|прогони|uruchom|sprawdź|çalıştır|dene|kontrol et|chạy|kiểm tra)(?!\p{L})|(?:运行|跑|测试|检查|执行|验证|実行|テスト|確認|検証|실행|테스트|확인|돌려)/iu

/** Returns the user's last judgement of the work in a task. `isFinal` is true if no work follows it. */
const lastWord = (task: Task): { readonly stance: string; readonly isFinal: boolean } => {
  const closing = task.closing?.word.stance
  if (closing === "approves" || closing === "rejects") {
    return { stance: closing, isFinal: true }
  }
  const said = new Set<unknown>(followUpsOf(task).filter(({ word }) => word.stance !== "neither"))
  const at = task.items.findLastIndex((item) => said.has(item))
  const asked = task.items[at]
  const isFinal = task.items.slice(at + 1).every((item) => endsTurn(item) || item._tag === "AssistantText")
  return { stance: asked?._tag === "Asked" ? asked.word.stance : "neither", isFinal }
}

const notInstalled =
  /(?:^|: )([\w.+-]{1,60}): (?:command )?not found$|\bcommand not found: ([\w.+-]{1,60})$|^'?([\w.+-]{1,60})'? ?: .{0,40}is not recognized\b/i
const notInstalledWithin =
  /(?:^|[\s:])['"`]?([\w.+-]{1,60})['"`]? is not installed\b|\bno such (?:sub)?command: ['"`]([\w.+-]{1,60})['"`]|(?:^|: )([\w.+-]{1,60}): command not found$|\bcommand not found: ([\w.+-]{1,60})$|\bexec: "([\w.+-]{1,60})": executable file not found|\bsh: (?:line )?\d{1,6}: ([\w.+-]{1,60}): not found$/i

/**
 * Returns the missing program that made a command fail: the command's own, or one that it runs; undefined if none is
 * missing.
 */
export const missingProgramOf = ({ error, program }: Failure): string | undefined => {
  const text = error?.slice(0, 400) ?? ""
  const own = notInstalled.exec(text)?.slice(1) ?? []
  return own.some((name) => name?.toLowerCase() === program)
    ? program
    : notInstalledWithin
        .exec(text)
        ?.slice(1)
        .find((name) => name !== undefined)
}

/** Matches refusals that only a sandbox or a machine without a network gives. No change of the project can fix them. */
const refusedByPlace =
  /\bOperation not permitted\b|\bEPERM\b|\bRead-only file system\b|\bEROFS\b|\bbwrap: |\bsandbox-exec\b|\b(?:Could not|Couldn't) resolve host\b|\bfailed to lookup address\b|\bTemporary failure in name resolution\b|\bNetwork is unreachable\b|\b(?:ENOTFOUND|EAI_AGAIN)\b/i

/**
 * True if a failure is a fact about the machine and not about the work: a program is not installed, a service is
 * missing, or the sandbox refuses an action.
 */
export const isLimit = (failure: Failure): boolean =>
  missingProgramOf(failure) !== undefined ||
  lacksService(failure.error ?? "") ||
  (failure.isSandboxed && refusedByPlace.test(failure.error ?? ""))

/** True if a failure counts when a task is judged. A mistyped command or a one-off script that failed does not. */
const counts = (failure: Failure): boolean =>
  checkKinds.has(failure.kind === "patch" || failure.kind === "tool" ? "look" : failure.kind) ||
  failure.kind === "patch" ||
  ((failure.kind === "act" || failure.kind === "edit" || failure.kind === "run") && failure.isRepeatable)

/**
 * Judges a task by its own failures, and by those that it resolved. `success` needs the user's approval or a check that
 * passed after the last change; the assistant's own claim is never enough.
 */
export const outcomeOf = (
  task: Task,
  failures: ReadonlyArray<Failure>,
  resolved: ReadonlyArray<Failure>,
  finished: boolean | undefined,
  session: ReadonlyArray<Step>
): Outcome => {
  const steps = stepsOf(task)
  const hasWork = steps.some(
    (step) =>
      changes(step) ||
      (step._tag === "CommandStep" && step.parts.some(({ kind, verdict }) => kind === "act" && verdict === "passed"))
  )
  const isChanged = steps.some(changes)
  const verified = verificationsOf(task, [...failures, ...resolved], session)
  const lastPass = steps.findLast((step) => step._tag === "CommandStep" && !step.isLook && step.verdict === "passed")
  const wasDoneOtherwise = (failure: Failure): boolean => isLimit(failure) && (lastPass?.line ?? 0) > failure.callLine
  const open = failures.filter(
    (failure) =>
      failure.resolution === undefined &&
      failure.retriedLine === undefined &&
      !failure.passedBeside &&
      counts(failure) &&
      !wasDoneOtherwise(failure)
  )
  const openChecks = open.filter(({ kind }) => kind !== "patch" && kind !== "run" && kind !== "edit" && kind !== "act")
  const word = lastWord(task)
  if (word.isFinal && word.stance === "approves") {
    return isChanged && openChecks.length > 0 ? "uncertain" : "success"
  }
  if (cutOffOf(task, finished) !== undefined) {
    return hasWork || verified.length > 0 ? "partial" : "uncertain"
  }
  if (word.isFinal && (word.stance === "rejects" || word.stance === "drops")) {
    return hasWork ? "partial" : "uncertain"
  }
  if (openChecks.length > 0) {
    return verified.length > 0 ? "partial" : isChanged ? "fail" : "uncertain"
  }
  const lastChange = steps.findLast(changes)?.line ?? 0
  if (verified.length > 0) {
    if (open.some(({ callLine, key, kind }) => (kind === "run" && callLine > lastChange) || isDelivery(key))) {
      return "partial"
    }
    const isAsked = task.requests.some(({ text }) => asksForChecks.test(text.slice(0, 2_000)))
    const isResolving = ({ part, step }: Verification): boolean =>
      failures.some(({ key }) => key === part.key) ||
      resolved.some(({ resolution }) => resolution?.line === step.outputLine && resolution.check === part.text)
    return isChanged || isAsked || verified.some(isResolving) ? "success" : "uncertain"
  }
  if (open.length > 0) {
    return isChanged ? "partial" : "fail"
  }
  return "uncertain"
}

/**
 * True if a failure still has to be fixed. A repeatable command failed with an error that a later session can
 * recognise, no later pass contradicts that, and the machine is not the cause.
 */
export const isOpenFailure = (failure: Failure): boolean =>
  failure.resolution === undefined &&
  failure.isRepeatable &&
  !failure.passedBeside &&
  !failure.isDropped &&
  !isLimit(failure) &&
  failure.kind !== "look" &&
  failure.kind !== "edit" &&
  failure.kind !== "patch" &&
  failure.kind !== "tool" &&
  // Without an error nobody can tell what to mend, or whether a later failure is the same one; a check still says what is wrong.
  (failure.error !== undefined || checkKinds.has(failure.kind)) &&
  !isScript(failure.what)
