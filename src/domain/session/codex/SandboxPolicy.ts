import { isJsonObject } from "../LenientField.js"

/** Returns the name of the sandbox policy of a turn; undefined if the record does not name it. */
export const policyOf = (policy: unknown): string | undefined =>
  typeof policy === "string"
    ? policy
    : isJsonObject(policy)
      ? [policy["type"], policy["mode"]].find((name) => typeof name === "string")?.toString()
      : undefined

/** Matches the name of a mode. Lines of memory tell it, so that it must be no other text. */
const modeName = /^[A-Za-z][\w-]{0,59}$/

/**
 * Returns the sandbox mode of a turn: the policy, and whether it allows access to the network. Undefined if the record
 * does not name the policy.
 */
export const sandboxModeOf = (policy: unknown): string | undefined => {
  const name = policyOf(policy)
  const hasNetwork = isJsonObject(policy) && policy["network_access"] === true
  return name === undefined || !modeName.test(name) ? undefined : hasNetwork ? `${name} with network access` : name
}
