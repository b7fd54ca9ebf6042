import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * An optional package is not installed. Install the packages that the message names, or give `Layers.layer` a port of
 * your own in place of the part that needs them.
 */
export class PackageMissing extends Schema.TaggedError<PackageMissing>("rollout-memories/PackageMissing")(
  "PackageMissing",
  {
    /** The part of this package that cannot be loaded. */
    part: Schema.String,
    missing: Schema.String,
    /** All packages that the part needs. */
    install: Schema.Array(Schema.String)
  }
) {
  override get message(): string {
    return `${this.part} needs the package ${this.missing}, which is not installed; run npm install ${this.install.join(" ")}`
  }
}

/** A part of this package, and the optional packages that it needs. */
export interface OptionalPart {
  readonly part: string
  readonly packages: ReadonlyArray<string>
}

/** The part that needs `@effect/platform-node`: access to files, processes and commands. */
export const nodePart: OptionalPart = {
  part: "access to this machine's files",
  packages: ["@effect/platform-node"]
}

/** The part that needs `@effect/sql` and a SQLite driver: the state DB. */
export const sqlitePart: OptionalPart = {
  part: "the state DB in SQLite",
  packages: ["@effect/sql", "@effect/sql-sqlite-node"]
}

/** The part that needs `@effect/ai` and its OpenAI client: a model behind the Responses API or Chat Completions. */
export const openAiPart: OptionalPart = {
  part: "a model of openai: or chat:",
  packages: ["@effect/ai", "@effect/ai-openai", "eventsource-parser"]
}

/** The part that needs `@effect/ai` and its Anthropic client: a model behind the Messages API. */
export const anthropicPart: OptionalPart = {
  part: "a model of anthropic:",
  packages: ["@effect/ai", "@effect/ai-anthropic", "@effect/experimental", "eventsource-parser"]
}

/**
 * Returns the package that an error of Node's module loader names. Undefined for a module that the error names by its
 * path, since that module belongs to this package.
 */
const missingPackage = (error: unknown): string | undefined =>
  error instanceof Error
    ? /^Cannot find (?:package|module) '((?:@[^/']+\/)?[^./'@][^/']*)/.exec(error.message)?.[1]
    : undefined

/**
 * Loads an optional part. Fails with `PackageMissing` when a package is not installed; any other failure means a broken
 * installation, and is a defect.
 */
export const loadPart = <A>(
  load: () => Promise<A>,
  { packages, part }: OptionalPart
): Effect.Effect<A, PackageMissing> =>
  Effect.flatten(
    Effect.promise(() =>
      load().then(Effect.succeed, (error: unknown) => {
        const missing = missingPackage(error)
        return missing === undefined
          ? Effect.die(error)
          : Effect.fail(
              new PackageMissing({ part, missing, install: packages.includes(missing) ? packages : [missing] })
            )
      })
    )
  )
