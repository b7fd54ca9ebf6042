import { execFileSync } from "node:child_process"

const hook = `export const load = (url, context, next) => { process.stderr.write(url + "\\n"); return next(url, context) }`

const asModule = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`

/** The URLs of all modules that Node loads for a program, which is the text of an ES module, in a folder. */
export const loadedBy = (program: string, folder: string): ReadonlyArray<string> => {
  const register = `import { register } from "node:module"; register(${JSON.stringify(asModule(hook))})`
  const listed = execFileSync(
    "/bin/sh",
    ["-c", 'exec "$@" 2>&1 >/dev/null', "sh", process.execPath, "--import", asModule(register), "--input-type=module"],
    { cwd: folder, input: program, encoding: "utf8" }
  )
  return listed.split("\n").filter((line) => line !== "")
}
