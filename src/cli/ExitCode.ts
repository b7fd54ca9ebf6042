import { stripVTControlCharacters } from "node:util"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** A pass ended, and its printed report lists failures. Sets the exit code 1. */
export class PassHadFailures extends Schema.TaggedError<PassHadFailures>("rollout-memories/PassHadFailures")(
  "PassHadFailures",
  {}
) {}

/** A command ended, and its output names something that a person has to act on. Sets the exit code 1. */
export class NeedsPerson extends Schema.TaggedError<NeedsPerson>("rollout-memories/NeedsPerson")("NeedsPerson", {}) {}

const usageErrors = ["UsageError", "SettingInvalid"]

/** Returns the exit code: 0 success, 1 failure, 2 wrong usage, 130 interrupted. */
export const exitCodeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) {
    return 0
  }
  if (Cause.isInterruptedOnly(exit.cause)) {
    return 130
  }
  const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
  const isUsage = ValidationError.isValidationError(error) || usageErrors.some((tag) => Predicate.isTagged(error, tag))
  return isUsage ? 2 : 1
}

/**
 * Returns the one line that says why the program failed; undefined if its output said so already, or a person stopped
 * it.
 */
export const explain = (cause: Cause.Cause<unknown>): string | undefined => {
  const error = Option.getOrUndefined(Cause.failureOption(cause))
  if (
    Cause.isInterruptedOnly(cause) ||
    Predicate.isTagged(error, "PassHadFailures") ||
    Predicate.isTagged(error, "NeedsPerson")
  ) {
    return undefined
  }
  const told = error ?? Cause.squash(cause)
  const text = ValidationError.isValidationError(told)
    ? `${stripVTControlCharacters(HelpDoc.toAnsiText(told.error)).trim()}; see \`rollout-memories --help\``
    : told instanceof Error
      ? told.message
      : String(told)
  const line = text.replace(/\s+/g, " ").trim()
  return error === undefined ? `a fault of this program: ${line}` : line
}
