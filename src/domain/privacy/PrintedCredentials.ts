import { readOutput } from "../session/codex/calls/CallOutput.js"
import { isJsonObject, type JsonObject } from "../session/LenientField.js"
import type { RolloutLine } from "../session/codex/RolloutLine.js"
import { mapTexts, type RecordEntry } from "../session/records/SessionRecord.js"
import { completedItem } from "../session/codex/SessionText.js"
import { redactionMarker } from "./redaction/Marker.js"
import { isWords } from "./redaction/Values.js"

/**
 * Matches commands that decode or print a credential. A bare password may be all that such a command prints, so only
 * the command shows that it is a secret.
 */
const printsCredential =
  /\bbase64\s+(?:-d|-D|--decode)\b|\bopenssl\s+(?:base64|enc)\b[^|;&\n]*\s-d\b|\.pgpass\b|(?:^|[\s/"'])[._]netrc\b|(?:^|[\s"'/])\.env(?:\.\w+)?\b|\b(?:go)?pass\s+(?:show\s+)?(?:-\w+\s+)*[\w./@-]+\/[\w./@-]+|\b(?:go)?pass\s+show\s|\bsecurity\s+find-(?:generic|internet)-password\b[^|;&\n]*\s-\w*w|\bop\s+(?:read|item\s+get)\s|\bsecret-tool\s+lookup\s|\b(?:bw|lpass)\s+(?:get|show)\s/

/**
 * The minimum length of an output that counts as a credential. `leastElsewhere` is the minimum length of one that is
 * also replaced in later lines.
 */
const least = 6
const leastElsewhere = 8
const most = 512
/** The maximum number of credentials that are remembered, so that they are found in later lines. */
const mostKnown = 200

const outputFields = ["stdout", "aggregated_output", "formatted_output", "output"]

/**
 * Returns the credentials in the output of a command that {@link printsCredential} matches: a lone word, and the
 * passwords of `.pgpass` and `.netrc`.
 */
const credentialsIn = (printed: string): ReadonlyArray<string> => {
  const text = printed.trim()
  const inFiles = text
    .split("\n")
    .flatMap((line) => [
      ...[...line.matchAll(/\bpassword\s+(\S+)/g)].flatMap(([, word = ""]) => word),
      ...(/^[^\s:]+:(?:\d+|\*):[^\s:]+:[^\s:]+:(\S+)$/.exec(line.trim())?.slice(1) ?? [])
    ])
  const isAssignment = /^(?:export\s+)?[A-Za-z_]\w*=/.test(text)
  return [...inFiles, ...(inFiles.length === 0 && /^\S+$/.test(text) && !isAssignment ? [text] : [])].filter(
    (value) => value.length >= least && value.length <= most && !value.includes(redactionMarker)
  )
}

const textIn = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""))

const replaceAll = (text: string, secrets: ReadonlyArray<string>): string =>
  secrets.reduce((rest, secret) => rest.replaceAll(secret, redactionMarker), text)

const replaceIn = (value: unknown, secrets: ReadonlyArray<string>): unknown => {
  if (typeof value === "string") {
    return replaceAll(value, secrets)
  }
  if (Array.isArray(value)) {
    const list: ReadonlyArray<unknown> = value
    return list.map((element) => replaceIn(element, secrets))
  }
  return isJsonObject(value) ? replaceInObject(value, secrets) : value
}

const replaceInObject = (object: JsonObject, secrets: ReadonlyArray<string>): JsonObject =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, name === "call_id" ? value : replaceIn(value, secrets)])
  )

/**
 * Replaces credentials that only their command reveals: the output of `base64 -d`, `cat ~/.pgpass`, `pass show` and
 * similar commands. A value is replaced in the output, and in all later lines unless it is an ordinary word. An
 * instance serves one rollout, and takes its lines in order, after the other secrets were replaced.
 */
export class PrintedCredentials {
  private readonly calls = new Set<string>()
  private readonly known = new Set<string>()

  /** Returns a line without credentials that a command printed in it or before it. */
  without(line: RolloutLine): RolloutLine {
    switch (line._tag) {
      case "ResponseItem":
        return { ...line, item: this.replaced(line.item, this.ofItem(line.kind, line.item)) }
      case "Event":
        return { ...line, payload: this.replaced(line.payload, this.ofEvent(completedItem(line) ?? line.payload)) }
      case "Compacted": {
        return { ...line, message: replaceAll(line.message, [...this.known]) }
      }
      default:
        return line
    }
  }

  /** Returns an entry of a record without credentials that a command printed in it or before it. */
  withoutIn(entry: RecordEntry): RecordEntry {
    if (entry._tag === "Called" && entry.action._tag === "Command" && printsCredential.test(entry.action.command)) {
      this.calls.add(entry.callId)
    }
    const isTheirs = entry._tag === "Returned" && this.calls.has(entry.callId)
    const all = this.knownWith(isTheirs ? credentialsIn(entry.text) : [])
    return all.length === 0 ? entry : mapTexts(entry, (text) => replaceAll(text, all))
  }

  private ofItem(kind: string, item: JsonObject): ReadonlyArray<string> {
    const callId = textIn(item["call_id"])
    if (kind === "function_call_output" || kind === "custom_tool_call_output") {
      return this.calls.has(callId) ? credentialsIn(readOutput(item["output"]).output.text) : []
    }
    const isCall = kind === "function_call" || kind === "custom_tool_call" || kind === "local_shell_call"
    if (isCall && printsCredential.test(textIn(item["arguments"] ?? item["input"] ?? item["action"]))) {
      this.calls.add(callId)
    }
    return []
  }

  private ofEvent(payload: JsonObject): ReadonlyArray<string> {
    const isTheirs =
      this.calls.has(textIn(payload["call_id"])) ||
      (payload["command"] !== undefined && printsCredential.test(commandText(payload["command"])))
    return isTheirs ? outputFields.flatMap((name) => credentialsIn(readOutput(payload[name]).output.text)) : []
  }

  private replaced(object: JsonObject, secrets: ReadonlyArray<string>): JsonObject {
    const all = this.knownWith(secrets)
    return all.length === 0 ? object : replaceInObject(object, all)
  }

  /** Remembers credentials, and returns them with those that are known from before. */
  private knownWith(secrets: ReadonlyArray<string>): ReadonlyArray<string> {
    for (const secret of secrets) {
      if (secret.length >= leastElsewhere && !isWords(secret) && this.known.size < mostKnown) {
        this.known.add(secret)
      }
    }
    return [...new Set([...secrets, ...this.known])]
  }
}

const commandText = (command: unknown): string => (Array.isArray(command) ? command.join(" ") : textIn(command))
