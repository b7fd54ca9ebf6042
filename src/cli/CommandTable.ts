import { flag, type OptionTable, optional, type Parsed, repeated, required } from "./CommandOption.js"
import type { Given } from "./Options.js"

/** A command: its help text, its own options, and its arguments. */
export interface CommandText {
  /** One line for the list of commands, without a full stop. */
  readonly summary: string
  /** Sentences that follow the summary in the command's own help. */
  readonly details: string
  readonly examples: ReadonlyArray<string>
  readonly options: OptionTable
  readonly words?: { readonly name: string; readonly help: string; readonly isOptional?: boolean }
}

const thread = ["thread", "ID", "A session, by its id or at least the first eight characters of it."] as const

const fact = ["fact", "ID", "A fact, by its id of twelve digits; `search` shows the ids."] as const

const factsDirectory = optional("cwd", "DIR", "Decide for this project alone, where several have the fact.")

/** The options of commands that have no options of their own. */
const noOptions = {}

/** The help of the pass, which runs when no command is given. */
export const passText = {
  summary: "turns finished coding sessions into memory that the next session can read",
  details: "",
  examples: ["--all --min-idle 1h --json"],
  options: noOptions
} satisfies CommandText

/** The commands other than the pass, in the order of the help. */
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
    examples: ["status", "status --cwd .", "status --json", "status --costs"],
    options: {
      cwd: optional("cwd", "DIR", "Show the state of this project alone, beside that of the sessions."),
      costs: flag("costs", "Show what requests to models cost instead, by day, project and model.")
    }
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
    examples: [
      "context --cwd .",
      "context --cwd ~/projects/ferry --max-tokens 800",
      "context --cwd . --as-of 2026-03-02"
    ],
    options: {
      cwd: required("cwd", "DIR", "The directory that the session starts in."),
      maxTokens: optional("max-tokens", "N", "The largest size of the text in tokens, 0 to 1000000. Default: 2000."),
      asOf: optional("as-of", "DATE", "Render the facts that were known at the end of a date (UTC), or at a time.")
    }
  },
  why: {
    summary: "show what decided about a session, or what a fact rests on",
    details:
      "Of a session it shows each rule with the values that it compared, and how each attempt ended. Name one of --thread and --fact.",
    examples: ["why --thread 01a206f5", "why --thread 01a206f5 --source all", "why --fact 19f8bb946006"],
    options: {
      thread: optional(...thread),
      fact: optional(...fact),
      cwd: optional("cwd", "DIR", "The project of the fact, where several have it.")
    }
  },
  search: {
    summary: "find facts, and words in traces, summaries and MEMORY.md, the best hits first",
    details: "Facts are found by words in any form and in near spellings.",
    examples: ["search ERR_MODULE_NOT_FOUND", "search how do I run the tests", 'search "node --test" --cwd .'],
    options: { cwd: optional("cwd", "DIR", "Search the memories of this project alone.") },
    words: { name: "WORDS", help: "The words to find. In a trace or a file all must stand. Quote a phrase." }
  },
  history: {
    summary: "show what was learned, replaced, withdrawn, pinned, corrected and forgotten, and when",
    details: "The newest entries come first. Of a forgotten fact only the id and the date are kept.",
    examples: ["history --cwd .", "history --fact 19f8bb946006 --json"],
    options: {
      cwd: optional("cwd", "DIR", "Show the history of this project alone."),
      fact: optional(...fact)
    }
  },
  pin: {
    summary: "keep the line of a fact in MEMORY.md, whatever else there is to tell",
    details: "A line that was taken out of the file by hand stands there again.",
    examples: ["pin --fact 19f8bb946006"],
    options: { fact: required(...fact), cwd: factsDirectory }
  },
  unpin: {
    summary: "take a pin back",
    details: "",
    examples: ["unpin --fact 19f8bb946006"],
    options: { fact: required(...fact), cwd: factsDirectory }
  },
  correct: {
    summary: "replace the line of a fact by your own",
    details: "The correction stands until it is taken back.",
    examples: ['correct --fact e7daef95294f "Run the tests: `npm run fast`"', "correct --fact e7daef95294f --undo"],
    options: {
      fact: required(...fact),
      cwd: factsDirectory,
      undo: flag("undo", "Take the correction back.")
    },
    words: { name: "TEXT", help: "The right line, in a sentence or two.", isOptional: true }
  },
  forget: {
    summary: "delete what was learned, from every file and row, for good",
    details:
      "First shows what goes, and asks. It is never learned again. Name one of --thread, --fact, --cwd, --match and --all; --fact takes --cwd too.",
    examples: [
      "forget --thread 01a206f5",
      "forget --fact 19f8bb946006",
      "forget --match hunter2 --yes",
      "forget --cwd ~/projects/ferry",
      "forget --all"
    ],
    options: {
      thread: optional(...thread),
      fact: repeated("fact", "ID", "Forget a fact, and those that its line merges. May be repeated."),
      cwd: optional("cwd", "DIR", "Forget everything that was learned in this project; with --fact the fact alone."),
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
  consent: {
    summary: "let sessions in a clone read the memory of the project that has the same origin",
    details:
      "`context` names the project. An origin alone proves nothing, so no directory reads a memory by it unasked.",
    examples: ["consent --cwd ~/projects/ferry-clone", "consent --cwd . --no"],
    options: {
      cwd: required("cwd", "DIR", "The clone."),
      no: flag("no", "Keep the clone a project of its own, and ask no more.")
    }
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
    examples: ["doctor", "doctor --json", "doctor --model chat:qwen3 --probe"],
    options: { probe: flag("probe", "Ask each model by the smallest request, which may cost a few tokens.") }
  }
} satisfies { readonly [command: string]: CommandText }

/** The name of a command. */
export type CommandName = keyof typeof commandTable

/** The parsed values of the options of a command, its own and those of a pass. */
export type GivenTo<Name extends CommandName> = Given & Parsed<(typeof commandTable)[Name]["options"]>

/** Tells whether a word is the name of a command. */
export const isCommandName = (word: string): word is CommandName => Object.hasOwn(commandTable, word)

/** Returns the help of a command; undefined stands for the pass. */
export const textOf = (command: CommandName | undefined): CommandText =>
  command === undefined ? passText : commandTable[command]
