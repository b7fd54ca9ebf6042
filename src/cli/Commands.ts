import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import type { CommandServices } from "./CommandServices.js"
import { described } from "./Described.js"
import { passOptions } from "./Options.js"

/**
 * The commands beside the pass: what each is called and takes. What they do is loaded when they are run, so that a pass,
 * and each of them, pays for itself alone.
 */

const thread = Options.text("thread").pipe(
  Options.withPseudoName("ID"),
  Options.withDescription("A thread, by its id or the first eight characters of it or more.")
)

const cwd = (description: string) =>
  Options.text("cwd").pipe(Options.withPseudoName("DIR"), Options.withDescription(description))

const words = (name: string, description: string) =>
  Args.text({ name }).pipe(Args.withDescription(description), Args.repeated)

const yes = Options.boolean("yes").pipe(Options.withDescription("Do it without asking: for scripts."))

/** Every command, over the services that it is to run on. */
export const makeCommands = <E extends { readonly message: string }>(services: CommandServices<E>) =>
  [
    Command.make("status", passOptions, (given) =>
      Effect.flatMap(
        Effect.promise(() => import("./commands/read/Status.js")),
        ({ run }) => run(given, services)
      )
    ).pipe(
      Command.withDescription(
        described(
          "Where every thread and project stands, who is at work, and what it takes. Exits 1 when something needs a person.",
          ["status", "status --json"]
        )
      )
    ),
    Command.make(
      "list",
      { ...passOptions, cwd: cwd("This project's memories alone.").pipe(Options.optional) },
      (given) =>
        Effect.flatMap(
          Effect.promise(() => import("./commands/read/List.js")),
          ({ run }) => run(given, services)
        )
    ).pipe(
      Command.withDescription(
        described("Projects and their memories: thread, title, when, outcome, size.", ["list", "list --cwd ."])
      )
    ),
    Command.make(
      "show",
      { ...passOptions, thread: Options.optional(thread), cwd: cwd("A project's MEMORY.md.").pipe(Options.optional) },
      (given) =>
        Effect.flatMap(
          Effect.promise(() => import("./commands/read/Show.js")),
          ({ run }) => run(given, services)
        )
    ).pipe(
      Command.withDescription(
        described("One trace memory, or a project's MEMORY.md, with what it was made from.", [
          "show --thread 01a206f5",
          "show --cwd ~/projects/ferry"
        ])
      )
    ),
    Command.make(
      "context",
      {
        ...passOptions,
        cwd: cwd("The directory that the session starts in."),
        maxTokens: Options.text("max-tokens").pipe(
          Options.withPseudoName("N"),
          Options.withDescription("Tokens that it may have, 0 to 1000000. Default: 2000."),
          Options.optional
        )
      },
      (given) =>
        Effect.flatMap(
          Effect.promise(() => import("./commands/read/Context.js")),
          ({ run }) => run(given, services)
        )
    ).pipe(
      Command.withDescription(
        described(
          "What a session that starts in a directory should be given of its memory, ready to be put into its context. Prints nothing when there is none.",
          ["context --cwd .", "context --cwd ~/projects/ferry --max-tokens 800"]
        )
      )
    ),
    Command.make("why", { ...passOptions, thread }, (given) =>
      Effect.flatMap(
        Effect.promise(() => import("./commands/read/Why.js")),
        ({ run }) => run(given, services)
      )
    ).pipe(
      Command.withDescription(
        described(
          "Every rule that decided about a thread, in order, with the values it compared, and what happened at each try.",
          ["why --thread 01a206f5", "why --thread 01a206f5 --source all"]
        )
      )
    ),
    Command.make(
      "search",
      {
        ...passOptions,
        cwd: cwd("This project's memories alone.").pipe(Options.optional),
        words: words("WORDS", "Words that all have to be found; quote a phrase.")
      },
      (given) =>
        Effect.flatMap(
          Effect.promise(() => import("./commands/read/Search.js")),
          ({ run }) => run(given, services)
        )
    ).pipe(
      Command.withDescription(
        described("Finds words in traces, summaries and MEMORY.md, the best hits first.", [
          "search ERR_MODULE_NOT_FOUND",
          'search "node --test" --cwd .'
        ])
      )
    ),
    Command.make(
      "forget",
      {
        ...passOptions,
        thread: Options.optional(thread),
        cwd: cwd("Everything that was learned in a project.").pipe(Options.optional),
        match: Options.text("match").pipe(
          Options.withPseudoName("TEXT"),
          Options.withDescription("Every thread, line and note that holds this text."),
          Options.optional
        ),
        all: Options.boolean("all").pipe(Options.withDescription("Everything that was learned, in every project.")),
        yes
      },
      (given) =>
        Effect.flatMap(
          Effect.promise(() => import("./commands/change/Forget.js")),
          ({ run }) => run(given, services)
        )
    ).pipe(
      Command.withDescription(
        described(
          "Takes what was learned away for good, from every byte on disk, after saying what would go; it does not come back. With --all, everything.",
          ["forget --thread 01a206f5", "forget --match hunter2 --yes", "forget --cwd ~/projects/ferry", "forget --all"]
        )
      )
    ),
    Command.make("retry", { ...passOptions, thread }, (given) =>
      Effect.flatMap(
        Effect.promise(() => import("./commands/change/Retry.js")),
        ({ run }) => run(given, services)
      )
    ).pipe(
      Command.withDescription(
        described("Lets the next pass try a thread again that failed and waits, or was set aside.", [
          "retry --thread 01a206f5"
        ])
      )
    ),
    Command.make("restore", { ...passOptions, cwd: cwd("The project.") }, (given) =>
      Effect.flatMap(
        Effect.promise(() => import("./commands/change/Restore.js")),
        ({ run }) => run(given, services)
      )
    ).pipe(
      Command.withDescription(
        described(
          "Brings the MEMORY.md and the skills of the generation before back; again, and they change places again.",
          ["restore --cwd ~/projects/ferry"]
        )
      )
    ),
    Command.make(
      "remember",
      { ...passOptions, cwd: cwd("The project."), words: words("TEXT", "What to remember, in one sentence or two.") },
      (given) =>
        Effect.flatMap(
          Effect.promise(() => import("./commands/change/Remember.js")),
          ({ run }) => run(given, services)
        )
    ).pipe(
      Command.withDescription(
        described(
          "Leaves a note for a project. It outranks everything that was learned, and every consolidation keeps it.",
          ['remember --cwd . "deploy from main only, never on a Friday"']
        )
      )
    ),
    Command.make("verify", passOptions, (given) =>
      Effect.flatMap(
        Effect.promise(() => import("./commands/read/Verify.js")),
        ({ run }) => run(given, services)
      )
    ).pipe(
      Command.withDescription(
        described(
          "Reads the rollouts again and checks every citation, command, path and quotation in the memories against them. Exits 1 when something does not hold.",
          ["verify", "verify --json"]
        )
      )
    ),
    Command.make("doctor", passOptions, (given) =>
      Effect.flatMap(
        Effect.promise(() => import("./commands/read/Doctor.js")),
        ({ run }) => run(given, services)
      )
    ).pipe(
      Command.withDescription(
        described(
          "Checks homes, permissions, the state DB, the index against the disk, leftovers and the model, each with what to do. Exits 1 when something is wrong.",
          ["doctor", "doctor --json"]
        )
      )
    )
  ] as const
