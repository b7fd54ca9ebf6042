import { rewrite, safe, type SafeText } from "../privacy/SafeText.js"
import { type Directory, bucketOf } from "../thread/WorkingDirectory.js"

/** File of the memories home that lists which folder belongs to which project. */
export const projectIndexFile = "README.md"

/** Formats a path as one Markdown code span, whatever characters it contains. */
const inCode = (path: string): string => {
  const text = path.replace(/\s+/g, " ")
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))
  const fence = "`".repeat(longest + 1)
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`
}

/**
 * Renders the memories home's `README.md`, which lists the folder of each project in the order of the projects' paths.
 */
export const renderProjectIndex = (
  projects: ReadonlyArray<{ readonly cwd: Directory; readonly memories: number }>
): SafeText =>
  rewrite(safe`# What is kept here`, (title) =>
    [
      title,
      "",
      "Memories of past coding sessions, one folder for each directory that sessions worked in. Written by rollout-memories;",
      "`MEMORY.md` and `skills/` may be edited by hand, and what is edited stays. `state.sqlite` is the index.",
      "",
      ...(projects.length === 0 ? ["Nothing was learned yet."] : []),
      ...[...projects]
        .sort((left, right) => (left.cwd < right.cwd ? -1 : 1))
        .map(
          ({ cwd, memories }) =>
            `- ${inCode(cwd)}: \`${bucketOf(cwd)}/memory/MEMORY.md\` (${memories} ${memories === 1 ? "session" : "sessions"})`
        ),
      ""
    ].join("\n")
  )
