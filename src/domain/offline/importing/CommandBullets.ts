import { holdsMarker } from "../../privacy/redaction/Marker.js"
import { invocationOf } from "../commands/CommandKinds.js"
import { nameCommand } from "../commands/CommandNames.js"
import type { CommandKind } from "../commands/CommandPrograms.js"
import { actsOutside } from "../commands/OutsideActs.js"

/** A command that worked, as a bullet of a trace memory lists it. */
export interface CommandBullet {
  readonly key: string
  /** Keys of commands that run the same package script with another package tool. */
  readonly aliases: ReadonlyArray<string>
  readonly kind: CommandKind
  readonly program: string
  /**
   * The program with its first argument and its directory. Commands that differ only in their options have the same
   * use.
   */
  readonly use: string
  readonly command: string
  /** The directory of the command, as words after it; empty for the project's own. */
  readonly place: string
  /** The purpose that the bullet names, such as `run the tests`; empty if it names none. */
  readonly purpose: string
  /** The text of the bullet, which is published if it names no purpose. */
  readonly text: string
}

const span = /(`{1,3})(?!`) ?([^\n]*?[^`\n]) ?\1(?!`)/

/** Returns the first code span of a bullet. */
export const codeIn = (text: string): string | undefined => span.exec(text.slice(0, 1_000))?.[2]

/** Returns the key of a command. Spellings that differ only in options for verbosity have the same key. */
export const commandKey = (command: string): string => {
  const { telling } = nameCommand(command, new Map(), () => false)
  return telling.map(({ key }) => key).join(" && ")
}

const notACommand =
  /^(?:\S{1,60}:|[A-Z][A-Z0-9_]{3,}$|[A-Z]\w{1,40}(?:Error|Exception)\b|\/?[\w.-]{1,60}(?:\/[\w.*-]{1,60}){1,12}$|[\w-]{1,60}\.\w{1,6}$)/

const runner =
  /^(?:[A-Z_][A-Z0-9_]{0,40}=\S{1,100} ){0,4}(?:python[\d.]{0,5}|node|deno|bun|ruby|php|java|dotnet|go|cargo|make|just|npm|npx|pnpm|yarn|bash|sh|curl|awk|jq|sqlite3|docker|\.{1,2}\/[\w./-]{1,80}) \S/

const isCommand = (code: string): boolean => {
  if (notACommand.test(code) || holdsMarker(code)) {
    return false
  }
  const { kind, words } = invocationOf(code)
  return kind === "run" || kind === "look" || kind === "scene" ? runner.test(code) : words.length > 1 || kind !== "edit"
}

const spans = /(`{1,3})(?!`) ?([^\n]*?[^`\n]) ?\1(?!`)/g
const verified = /; verified by (`{1,3})(?!`) ?([^\n]*?[^`\n]) ?\1(?!`)(?: in `[^`]{1,120}`)?/

/**
 * Removes a `verified by` note whose command acts outside the working copy, since memory must not recommend that
 * command.
 */
const withoutShowing = (item: string): string =>
  item.replace(verified, (whole, _, code: string) => (actsOutside(code) ? "" : whole))

/**
 * Returns a bullet without such notes ({@link withoutShowing}); undefined if the bullet itself is about an act outside
 * the working copy. A single word in a code span counts as a command only in bullets that this program wrote about
 * commands; elsewhere it is mostly a name.
 */
export const withoutOutsideActs = (item: string): string | undefined => {
  const text = withoutShowing(item)
  const codes = [...text.slice(0, 1_200).matchAll(spans)].map((match) => match[2] ?? "")
  const isOwn = ownBullet.test(text)
  return codes.some((code) => (isOwn || /\s/.test(code)) && actsOutside(code)) ? undefined : text
}

/** Returns the directory that a bullet names after a command; empty if it names none. */
export const placeAfter = (item: string, code: string): string => {
  const end = item.indexOf(code) + code.length
  return /^`{1,3}( in `[^`]{1,120}\/`)/.exec(item.slice(end, end + 140))?.[1] ?? ""
}

/** Adds the directory of a command to its key. */
export const keyIn = (key: string, place: string): string => `${key}${place.replace(/^ in `(.*?)\/?`$/, " @$1")}`

const ownLabel = /^(?:run |build:|lint:|check[ :]|format:|install:|worked here:|dry run:|look into `|try )/
/**
 * Matches a bullet about a command in the form in which `reusableKnowledge` writes it. The code span may have any
 * content.
 */
const ownBullet =
  /^(?:run (?:the|these) (?:tests|program)|build|check(?: the (?:types|syntax|formatting))?|lint|format|install|worked here|dry run|(?:try|look into) `[^`]{1,160}`): `/
const label = /^((?:try|look into) `[^`]{1,160}`|[^:`]{1,60}):/
const scriptNote = /\(the `([\w:.-]{1,60})` script of package\.json is the same\)/

/** Reads the command from a bullet of reusable knowledge; undefined if the bullet is about something else. */
export const commandBullet = (item: string): CommandBullet | undefined => {
  const code = codeIn(item.replace(/^(?:try|look into) `[^`]{1,160}`:/, "")) ?? ""
  if (code === "" || holdsMarker(code) || (!isCommand(code) && !ownBullet.test(item))) {
    return undefined
  }
  const { telling } = nameCommand(code, new Map(), () => false)
  const place = placeAfter(item, code)
  const script = scriptNote.exec(item)?.[1]
  return {
    // A script is shown by its first line and a description; only both together identify it.
    key: code.endsWith("…") ? item : keyIn(telling.map(({ key }) => key).join(" && "), place),
    aliases: script === undefined ? [] : ["npm", "pnpm", "yarn", "bun"].map((tool) => `${tool} ${script}`),
    kind: telling[0]?.kind ?? "run",
    program: telling[0]?.program ?? "",
    use: keyIn(`${telling[0]?.program ?? ""} ${telling[0]?.narrowing[0] ?? ""}`, place),
    command: code,
    place,
    purpose: ownLabel.test(item) ? (label.exec(item)?.[1] ?? "") : "",
    text: item
  }
}

/** Lists the commands in key steps that report a pass, in the order of their last passes. */
export const passedOf = (items: ReadonlyArray<string>): ReadonlyArray<CommandBullet> => {
  const last = new Map<string, CommandBullet>()
  for (const item of items) {
    const code = codeIn(item) ?? ""
    const place = placeAfter(item, code)
    const { telling } = nameCommand(code, new Map(), () => false)
    for (const part of telling) {
      if (
        !part.isOutside &&
        isCommand(part.text) &&
        !part.text.endsWith("…") &&
        part.kind !== "edit" &&
        part.kind !== "look"
      ) {
        const key = keyIn(part.key, place)
        last.delete(key)
        last.set(key, {
          key,
          aliases: [],
          kind: part.kind,
          program: part.program,
          use: key,
          command: part.text,
          place,
          purpose: "",
          text: item
        })
      }
    }
  }
  return [...last.values()]
}
