import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { inject } from "vitest"

/** Names each module in a file at once: what a hook prints is lost where its thread ends before the text is out. */
const hook = (file: string) => `import { appendFileSync } from "node:fs"
export const load = (url, context, next) => {
  appendFileSync(${JSON.stringify(file)}, url + "\\n")
  return next(url, context)
}`

const asModule = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`

/** The URLs of all modules that Node loads for a program, which is the text of an ES module, in a folder. */
export const loadedBy = (program: string, folder: string): ReadonlyArray<string> => {
  const file = join(mkdtempSync(join(inject("scratch"), "loaded-modules-")), "urls")
  const register = `import { register } from "node:module"; register(${JSON.stringify(asModule(hook(file)))})`
  execFileSync(process.execPath, ["--import", asModule(register), "--input-type=module"], {
    cwd: folder,
    input: program,
    stdio: ["pipe", "ignore", "inherit"]
  })
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
}
