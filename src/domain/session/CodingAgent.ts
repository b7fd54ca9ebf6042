import * as Schema from "effect/Schema"

/** The coding agents whose sessions are read. A new one is added here, and gets a folder in `layers/sessions`. */
export const codingAgents = ["codex", "claude"] as const

/** Schema of the name of an agent, as settings, rows and reports have it. */
export const CodingAgent = Schema.Literal(...codingAgents)

/** The name of an agent, as settings, rows and reports have it. */
export type CodingAgent = typeof CodingAgent.Type

/** The names of the agents for people. */
export const agentTitles = { codex: "Codex", claude: "Claude Code" } as const

/** The environment variables that name the agents' homes. They are the agents' own. */
export const homeVariables = { codex: "CODEX_HOME", claude: "CLAUDE_CONFIG_DIR" } as const
