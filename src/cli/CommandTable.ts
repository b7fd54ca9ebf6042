import { flag, type OptionTable, optional, required } from "./CommandOption.js"

/** A command: its help text, its own options, and its arguments. */
export interface CommandText {
  /** One line for the list of commands, without a full stop. */
  readonly summary: string
  /** Sentences that follow the summary in the command's own help. */
  readonly details: string
  readonly examples: ReadonlyArray<string>
  readonly options: OptionTable
  readonly words?: { readonly name: string; readonly help: string }
}

const thread = ["thread", "ID", "A session, by its id or at least the first eight characters of it."] as const

/** The options of commands that have none of their own. */
const noOptions = {}

/** The text of the pass, which runs when no command is given. */
export const passText = {
  summary: "turns finished coding sessions into memory that the next session can read",
  details: "",
  examples: ["--all", "--source all --min-idle 1h --json"],
  options: noOptions
} satisfies CommandText

/** The other commands, in the order of the help. */
export const commandTable = {
  plan: {
    summary: "show what a pass would send to the model, and what it may cost, without any call",
    details: "",
    examples: ["plan --model openai:gpt-5-mini", "plan --model openai:gpt-5-mini --all --json"],
    options: noOptions
  },
  status: {
    summary: "show the state of all sessions and projects, who is at work, and the disk space",
    details: "Exits with 1 when something needs a person.",
    examples: ["status", "status --json"],
    options: noOptions
  },
  list: {
    summary: "list projects and their memories: thread, title, time, outcome, size",
    details: "",
    examples: ["list", "list --cwd ."],
    options: { cwd: optional("cwd", "DIR", "List the memories of this project alone.") }
  },
  show: {
    summary: "show one trace memory, or a project's MEMORY.md, with its sources",
    details: "",
    examples: ["show --thread 01a206f5", "show --cwd ~/projects/ferry"],
    options: { thread: optional(...thread), cwd: optional("cwd", "DIR", "The project whose MEMORY.md to show.") }
  },
  context: {
    summary: "print the memory that a session in a directory should start with",
    details: "Prints nothing when there is none.",
    examples: ["context --cwd .", "context --cwd ~/projects/ferry --max-tokens 800"],
    options: {
      cwd: required("cwd", "DIR", "The directory that the session starts in."),
      maxTokens: optional("max-tokens", "N", "The largest size of the text in tokens, 0 to 1000000. Default: 2000.")
    }
  },
  why: {
    summary: "show the rules that decided about a session, and how each attempt ended",
    details: "Each rule stands with the values that it compared.",
    examples: ["why --thread 01a206f5", "why --thread 01a206f5 --source all"],
    options: { thread: required(...thread) }
  },
  search: {
    summary: "find words in traces, summaries and MEMORY.md, the best hits first",
    details: "",
    examples: ["search ERR_MODULE_NOT_FOUND", 'search "node --test" --cwd .'],
    options: { cwd: optional("cwd", "DIR", "Search the memories of this project alone.") },
    words: { name: "WORDS", help: "Words that must all be found. Quote a phrase." }
  },
  forget: {
    summary: "delete what was learned, from every file and row, for good",
    details:
      "First shows what goes, and asks. It is never learned again. Name one of --thread, --cwd, --match and --all.",
    examples: [
      "forget --thread 01a206f5",
      "forget --match hunter2 --yes",
      "forget --cwd ~/projects/ferry",
      "forget --all"
    ],
    options: {
      thread: optional(...thread),
      cwd: optional("cwd", "DIR", "Forget everything that was learned in this project."),
      match: optional("match", "TEXT", "Forget every session, line and note that holds this text."),
      all: flag("all", "Forget everything that was learned, in every project."),
      yes: flag("yes", "Forget without asking, for scripts.")
    }
  },
  retry: {
    summary: "let the next pass try a session again that failed and waits, or was set aside",
    details: "",
    examples: ["retry --thread 01a206f5"],
    options: { thread: required(...thread) }
  },
  restore: {
    summary: "bring back the previous generation of a project's MEMORY.md and skills",
    details: "A second restore swaps the two generations again.",
    examples: ["restore --cwd ~/projects/ferry"],
    options: { cwd: required("cwd", "DIR", "The project.") }
  },
  remember: {
    summary: "leave a note for a project, which outranks everything that was learned",
    details: "Every consolidation keeps it.",
    examples: ['remember --cwd . "deploy from main only, never on a Friday"'],
    options: { cwd: required("cwd", "DIR", "The project.") },
    words: { name: "TEXT", help: "The note, in one sentence or two." }
  },
  verify: {
    summary: "check every citation, command, path and quotation in the memories against the sessions",
    details: "Exits with 1 when something does not hold.",
    examples: ["verify", "verify --json"],
    options: noOptions
  },
  doctor: {
    summary: "check homes, permissions, the state DB, the index, leftovers and the model",
    details: "Says what to do about each problem, and exits with 1 when there is one.",
    examples: ["doctor", "doctor --json"],
    options: noOptions
  }
} satisfies { readonly [command: string]: CommandText }

/** The name of a command. */
export type CommandName = keyof typeof commandTable

/** Tells whether a word is the name of a command. */
export const isCommandName = (word: string): word is CommandName => Object.hasOwn(commandTable, word)

/** Returns the text of a command, or of the pass. */
export const textOf = (command: CommandName | undefined): CommandText =>
  command === undefined ? passText : commandTable[command]
