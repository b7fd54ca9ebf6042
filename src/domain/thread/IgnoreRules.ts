import ignore from "ignore"
import type { Thread } from "./Thread.js"

/** Which sessions a person does not want to be remembered, by where they took place or where they are recorded. */
export interface IgnoreRules {
  /** What the rules were made from: other text may ignore other sessions. */
  readonly text: string
  /** Whether a thread's working directory, or its rollout's path, matches. */
  readonly isIgnored: (thread: Pick<Thread, "cwd" | "rolloutPath">) => boolean
}

/** An absolute path as the rules see it: relative to `/`, a Windows drive as its first folder, `.` and `..` resolved. */
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

/** The rules of an ignore file: gitignore's syntax, relative to `/`. */
export const makeIgnoreRules = (text: string): IgnoreRules => {
  const rules = ignore({ allowRelativePaths: true, ignoreCase: false }).add(text)
  const matches = (path: string): boolean => path !== "" && path !== "/" && rules.ignores(path)
  return {
    text,
    isIgnored: ({ cwd, rolloutPath }) =>
      matches(relative(rolloutPath)) || (cwd !== null && matches(`${relative(cwd)}/`))
  }
}
