/** The facts about a transcript that its path tells. */
export interface ClaudeFile {
  /** The name of the file without its ending, which is also the name of the folder with what belongs to the session. */
  readonly name: string
  /** The id of its session; undefined if the name of the file is none. */
  readonly sessionId: string | undefined
  /** True if the file records a session. A sub-agent's work has files of its own, named after the agent. */
  readonly isSession: boolean
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Reads the path of a file in the folder of a project. */
export const claudeFile = (path: string): ClaudeFile => {
  const fileName = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)
  const name = fileName.replace(/\.jsonl$/, "")
  return {
    name,
    sessionId: uuid.test(name) ? name.toLowerCase() : undefined,
    isSession: fileName.endsWith(".jsonl") && !name.startsWith("agent-")
  }
}

/** Name of the folder in which Claude Code keeps large results of a session, within the session's folder. */
export const resultsFolder = "tool-results"
