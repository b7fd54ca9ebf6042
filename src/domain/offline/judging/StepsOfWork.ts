import { filesOf } from "../reading/EditedFiles.js"
import type { Step } from "../reading/Steps.js"
import { names } from "./ErrorPlaces.js"
import type { Failure } from "./Failures.js"
import { isOfSetup } from "./MachineErrors.js"

/*
 * Tells the steps of work from failures: a test that the session wrote and that had to fail first, and an error in lines
 * that the session wrote. Both end with the work, so no later session meets them.
 */

/** The lines that a session wrote to a file before a failure. */
interface Written {
  readonly path: string
  readonly isNew: boolean
  readonly text: string
}

/** Lists what the steps before a line of the rollout wrote to files. Lines that stood there before are left out. */
const writtenBefore = (steps: ReadonlyArray<Step>, line: number): ReadonlyArray<Written> =>
  steps
    .filter((step) => step.line < line)
    .flatMap(filesOf)
    .filter(({ action }) => action !== "delete")
    .map(({ action, after = "", before = "", movedTo, path }) => {
      const old = new Set(before.split("\n").map((text) => text.trim()))
      return {
        path: movedTo ?? path,
        isNew: action === "add",
        text: after
          .split("\n")
          .filter((text) => !old.has(text.trim()))
          .join("\n")
      }
    })

/** Returns the names by which code calls a test that an output names, the most precise one first. */
const namesOfTest = (name: string): ReadonlyArray<string> => {
  const parts = name
    .replace(/\[[^\]]{0,200}\]$/, "")
    .split(/::| > |\//)
    .map((part) => part.trim())
    .filter((part) => part !== "")
  return [...new Set([...parts.slice(-1), ...parts.slice(0, 1)])].filter(
    (part) => part.length > 3 && !/\.\w{1,5}$/.test(part)
  )
}

/** Matches the names of tests in an error line: that of Go, and that of a thread of Rust. */
const testInError = /^--- FAIL: (\S{1,300})|^thread '([^'\n]{3,300})'/

const failedTests = ({ error = "", tests }: Failure): ReadonlyArray<string> => {
  const [, go, rust] = testInError.exec(error) ?? []
  const named = go ?? rust
  const failed = [...(tests?.failed ?? [])]
  return failed.length > 0 ? failed : named === undefined ? [] : [named]
}

/** True if the session itself wrote all of the tests that failed. */
const failsOwnTests = (failure: Failure, written: ReadonlyArray<Written>): boolean => {
  const tests = failedTests(failure)
  const isWritten = (test: string): boolean =>
    namesOfTest(test).some((name) => written.some(({ text }) => text.includes(name))) ||
    written.some(({ isNew, path }) => isNew && names(test, path))
  return tests.length > 0
    ? tests.every(isWritten)
    : written.some(({ isNew, path }) => isNew && failure.aims.some((aim) => aim === path || aim.endsWith(`/${path}`)))
}

/** Matches the code that a compiler or a linter prints beside an error, and names that its message quotes. */
const shownCode = /^[^|\n]{0,40}\|[ \t](.{8,200})$/gm
const quotedName = /[`'"‘]([A-Za-z_$][\w$.:]{3,80})[`'"’]|\bundefined: ([\w.]{4,80})/g

/** True if an error is in lines that the session wrote: in a new file, or in code or a name that its edits brought in. */
const isInOwnLines = ({ context, error = "" }: Failure, written: ReadonlyArray<Written>): boolean => {
  const text = `${error}\n${context}`
  const code = [...text.matchAll(shownCode)].map(([, line = ""]) => line.trim()).filter((line) => /\w{3}/.test(line))
  const quoted = [...error.matchAll(quotedName)].map(([, name, other]) => name ?? other ?? "")
  const shown = code.length > 0 ? code : quoted
  return written
    .filter(({ path }) => names(text, path))
    .some((file) => file.isNew || shown.some((part) => file.text.includes(part)))
}

/** Matches an error about something that is not there, such as a function that is not written yet, or a library's. */
const ofMissing =
  /\bundefined\b|\bNoMethodError\b|\b(?:Import|ModuleNotFound|Attribute|Name|Reference|Load)Error\b|\b(?:cannot|could not|couldn['’]t|can't) (?:find|resolve|load)\b|\bnot found\b|\bno such\b|\bdoes not exist\b|\bhas no (?:attribute|member)\b|\bunresolved\b/i

/** True if the edits that mended an error about something missing wrote what was missing: it was not there yet. */
const wroteMissing = ({ error = "", resolution }: Failure): boolean => {
  const missing = [...error.matchAll(quotedName)].map(
    ([, name, other]) => (name ?? other ?? "").split(".").at(-1) ?? ""
  )
  const changes = resolution?.acts.flatMap((act) => act.changes) ?? []
  return missing.some((name) =>
    changes.some(({ after = "", before = "" }) => after.includes(name) && !before.includes(name))
  )
}

const ofCode: ReadonlySet<string> = new Set(["lint", "type-check", "build", "format", "test", "run"])

/**
 * True if a failure was a step of the work of its task: it was in tests or lines that the session wrote, and the task
 * mended it by edits and by tools that repair code. `steps` are those of the session. An error about the machine or the
 * configuration of a tool is none: it comes again. The caller sees to it that the failure ended in its own task, and that
 * no other task met it.
 */
export const isStepOfWork = (failure: Failure, steps: ReadonlyArray<Step>): boolean => {
  const { error, kind, resolution } = failure
  if (resolution === undefined || error === undefined || !ofCode.has(kind) || isOfSetup(error)) {
    return false
  }
  const isByWork = resolution.acts.every(
    ({ command, files, isRepair, isTidying }) => command === undefined || isTidying || isRepair || files.length > 0
  )
  const isDone = resolution.acts.length > 0 || resolution.check !== failure.what
  const isWritten = !ofMissing.test(error) || wroteMissing(failure)
  if (!isByWork || !isDone || !isWritten || resolution.isByEscalation) {
    return false
  }
  const written = writtenBefore(steps, failure.callLine)
  return failsOwnTests(failure, written) || isInOwnLines(failure, written)
}
