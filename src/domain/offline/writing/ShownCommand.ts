import { cutText, inCode, oneLine } from "./Wording.js"

/* Writes a command into a line: verbatim if it fits, described if it is a script. */

const commandCharacters = 300

const imported =
  /^\s{0,8}(?:import|from|const|use|require)\s+(?:\{[^}]{0,80}\} from |\* as \w{1,40} from )?["']?([\w@/.-]{1,60})/
const literal = /(["'])([^"'\n]{2,60})\1/g
const called = /\.(\w{6,30})\(/g
const ordinaryCalls: ReadonlySet<string> = new Set([
  "append",
  "format",
  "replace",
  "splitlines",
  "startswith",
  "endswith",
  "forEach",
  "filter",
  "toString",
  "indexOf",
  "values",
  "extend",
  "execute"
])

const unique = (items: Iterable<string>, limit: number): ReadonlyArray<string> => [...new Set(items)].slice(0, limit)

const looksConcrete = (text: string): boolean =>
  /^[\w@.:~/\\*-]{2,60}$/.test(text) && /[./:\\]/.test(text) && !/^(?:utf-8|[.:/]+)$/i.test(text)

/**
 * Describes a script in a few words: the modules it imports, the files and names it mentions, and the functions it
 * calls.
 */
const aboutScript = (body: string): string => {
  const text = body.slice(0, 4_000)
  const modules = unique(
    text.split("\n").flatMap((line) => imported.exec(line.slice(0, 200))?.[1] ?? []),
    4
  )
  const names = unique([...text.matchAll(literal)].map((match) => match[2] ?? "").filter(looksConcrete), 4)
  const calls = unique(
    [...text.matchAll(called)].map((match) => match[1] ?? "").filter((name) => !ordinaryCalls.has(name)),
    3
  )
  return [modules.join(", "), names.join(", "), calls.join(", ")].filter((part) => part !== "").join("; ")
}

/** Writes the directory of a command in words that follow the command; empty for the project's own directory. */
export const inDirectory = (directory: string | undefined): string =>
  directory === undefined ? "" : ` in ${inCode(`${directory.replace(/[/\\]$/, "")}/`, 120)}`

/** True if a command is a script of several lines. Such a command is described, and not shown in full. */
export const isScript = (command: string): boolean => command.trim().includes("\n")

/** Writes a command as a code span. Of a script it shows the first line, with a description in brackets. */
export const shownCommand = (command: string): string => {
  const trimmed = command.trim()
  if (!isScript(trimmed)) {
    return inCode(trimmed, commandCharacters)
  }
  const lines = trimmed.slice(0, 20_000).split("\n")
  const first = lines[0] ?? ""
  const isWritten = /(?:^|\s)(?:cat|tee)\b.{0,200}<<|>\s{0,3}\S{1,200}\s{0,3}<</.test(first)
  const about = isWritten ? `${lines.length - 2} lines` : cutText(oneLine(aboutScript(lines.slice(1).join("\n"))), 160)
  return `${inCode(`${first} …`, commandCharacters)}${about === "" ? "" : ` (${about})`}`
}
