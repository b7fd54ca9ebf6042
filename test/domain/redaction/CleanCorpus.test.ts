import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { redactText } from "../../../src/domain/privacy/Redaction.js"

/** Text of other people that holds no secret of anyone: the packages that this project is installed with. */
const corpus = readdirSync(join(import.meta.dirname, "../../../node_modules/effect"), {
  recursive: true,
  withFileTypes: true
})
  .concat(
    readdirSync(join(import.meta.dirname, "../../../node_modules/@effect"), { recursive: true, withFileTypes: true })
  )
  .filter((entry) => entry.isFile() && /\.(?:js|ts|md)$|lock\.json$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .sort()
  // Every third file is more than five megabytes, and takes a third of the time.
  .filter((_, index) => index % 3 === 0)

/** What is taken for a secret there, wrongly or as an example of one, and has been looked at. */
const bound = 1 / 10_000

it("fewer than one line of 10,000 is taken for a secret in at least 5 MB of clean text", () => {
  const lockFile = join(import.meta.dirname, "../../../package-lock.json")
  let bytes = 0
  let lines = 0
  let hits = 0
  for (const path of [lockFile, ...corpus]) {
    const text = readFileSync(path, "utf8")
    bytes += text.length
    lines += text.split("\n").length
    hits += [...redactText(text).counts.values()].reduce((sum, count) => sum + count, 0)
  }
  assert.isAtLeast(bytes, 5_000_000)
  assert.isBelow(hits / lines, bound, `${hits} hits in ${lines} lines`)
})
