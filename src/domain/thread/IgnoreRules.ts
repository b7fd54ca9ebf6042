import ignore from "ignore"

/** The rules of an ignore file: sessions that a person excludes by working directory or by the rollout's path. */
export interface IgnoreRules {
  /** The text of the ignore file. A change of the text means that the rules must be applied again. */
  readonly text: string
  /** True if the thread's working directory, given or canonical, or its rollout's path matches a rule. */
  readonly isIgnored: (thread: { readonly cwd: string | null; readonly rolloutPath: string }) => boolean
}

/** Makes an absolute path relative to `/`, with a Windows drive as the first folder, and resolves `.` and `..`. */
const relative = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.replaceAll("\\", "/").split("/")) {
    if (part === "..") {
      parts.pop()
    } else if (part !== "" && part !== ".") {
      parts.push(part)
    }
  }
  return parts.join("/")
}

/** Parses an ignore file: the syntax of gitignore, relative to `/`. */
export const makeIgnoreRules = (text: string): IgnoreRules => {
  const rules = ignore({ allowRelativePaths: true, ignoreCase: false }).add(text)
  const matches = (path: string): boolean => path !== "" && path !== "/" && rules.ignores(path)
  return {
    text,
    isIgnored: ({ cwd, rolloutPath }) =>
      matches(relative(rolloutPath)) || (cwd !== null && matches(`${relative(cwd)}/`))
  }
}
