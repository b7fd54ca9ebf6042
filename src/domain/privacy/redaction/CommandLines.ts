import type { Finder, Span } from "./Span.js"
import { isNoSecret } from "./Values.js"

/* Finds passwords that programs take by a one-letter option, where no name reveals them: `docker login -p …`. */

/** Matches a program that takes passwords, with the rest of its command. At most 400 characters of it are read. */
const programs =
  /(?<![\w.-])(mysql(?:dump|admin)?|mariadb(?:-dump|-admin)?|sshpass|redis-cli|curl|login)(?![\w.-])([^\n;|&]{0,400})/g

const value = `(?:"([^"]{4,200})"|'([^']{4,200})'|([^\\s"'\\\\]{4,200}))`

const options: ReadonlyArray<readonly [program: RegExp, option: RegExp]> = [
  [/^(?:mysql|mariadb)/, new RegExp(`\\s-p${value}`, "d")],
  [/^sshpass$/, new RegExp(`\\s-p\\s{0,9}${value}`, "d")],
  [/^redis-cli$/, new RegExp(`\\s(?:-a|--pass)\\s{1,9}${value}`, "d")],
  [
    /^curl$/,
    /\s(?:-u|--user)[\s=]{0,9}(?:"[^"\s:]{1,128}:([^"]{4,200})"|'[^'\s:]{1,128}:([^']{4,200})'|[^\s:"'\\]{1,128}:([^\s"'\\]{4,200}))/d
  ],
  // `docker login` and its like; a number is a port.
  [/^login$/, new RegExp(`\\s-p[\\s=]{1,9}(?!\\d+(?:\\s|$))${value}`, "d")]
]

/** Finds the passwords on command lines. */
export const findOnCommandLines: Finder = (text) => {
  const spans: Array<Span> = []
  for (const match of text.matchAll(programs)) {
    const [whole, program = "", rest = ""] = match
    const option = options.find(([name]) => name.test(program))?.[1]
    const indices = option?.exec(rest)?.indices
    const [start, end] = indices?.[1] ?? indices?.[2] ?? indices?.[3] ?? [0, 0]
    const found = rest.slice(start, end)
    if (found !== "" && !found.startsWith("[REDACTED") && !isNoSecret(found, true, "strong")) {
      const restAt = match.index + whole.length - rest.length
      spans.push({ start: restAt + start, end: restAt + end, kind: "password" })
    }
  }
  return spans
}
