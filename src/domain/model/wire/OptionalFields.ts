import type { ModelError } from "../ModelError.js"
import type { OptionalField } from "./ModelRequest.js"

/** The words by which servers name each field when they reject it. The first match counts. */
const wordsOf: ReadonlyArray<readonly [OptionalField, RegExp]> = [
  ["usage", /stream_options|include_usage/i],
  ["cache", /prompt_cache|cache_control/i],
  ["service tier", /service_tier|service tier/i],
  ["strict output", /response_format|json_schema|output_config\.format|text\.format|structured output|\bstrict\b/i],
  ["reasoning", /encrypted_content|thinking.{0,20}block|block.{0,20}thinking|\bsignature\b/i],
  ["effort", /\beffort\b|reasoning_effort|output_config|\breasoning\b/i]
]

/** Statuses with which servers reject a field. */
const statuses: ReadonlySet<number | undefined> = new Set([400, 415, 422, 501])

/**
 * The optional field that a server rejected a request for; undefined when it was rejected for something else. The
 * request may be made again without that field.
 */
export const rejectedField = (error: ModelError): OptionalField | undefined =>
  error._tag === "RequestRejected" && statuses.has(error.status)
    ? wordsOf.find(([, words]) => words.test(error.detail))?.[0]
    : undefined
