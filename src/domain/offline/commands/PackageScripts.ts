import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { SessionEvent } from "../../session/SessionEvent.js"

/** The scripts of the project's `package.json` by name, if the session printed them. */
export type PackageScripts = ReadonlyMap<string, string>

const decodeScripts = Schema.decodeUnknownEither(
  Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.String }))
)

const ownPackage = /(?:^|\s|["'])(?:\.\/)?package\.json(?=$|[\s"'|;&)])/

/** Returns the object after `"scripts":`. Its values are strings, so the first brace outside quotes ends it. */
const scriptsObject = (output: string): string | undefined => {
  const name = output.indexOf('"scripts"')
  const start = name === -1 ? -1 : output.indexOf("{", name)
  if (start === -1 || output.slice(name + 9, start).trim() !== ":") {
    return undefined
  }
  let inString = false
  for (let at = start; at < output.length; at++) {
    const character = output[at]
    if (inString && character === "\\") {
      at++
    } else if (character === '"') {
      inString = !inString
    } else if (character === "}" && !inString) {
      return output.slice(start, at + 1)
    }
  }
  return undefined
}

/**
 * Collects the project's scripts from the outputs of a session, so that `npm test` and the command behind it count as
 * the same. A later output replaces an earlier one.
 */
export const packageScripts = (events: ReadonlyArray<SessionEvent>): PackageScripts => {
  let scripts: PackageScripts = new Map()
  for (const event of events) {
    if (event._tag === "CommandRun" && ownPackage.test(event.command.slice(0, 1_000))) {
      const text = scriptsObject(event.output?.text ?? "")
      const decoded = text === undefined ? undefined : decodeScripts(text)
      if (decoded !== undefined && Either.isRight(decoded)) {
        scripts = new Map(Object.entries(decoded.right))
      }
    }
  }
  return scripts
}
