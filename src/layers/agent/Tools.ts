import * as Tool from "@effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { insertAfter, readRange, replaceOnce, searchText } from "../../domain/agent/TextEdit.js"
import { ToolRefusal } from "../../domain/agent/ToolRefusal.js"
import { isJsonObject, type JsonObject } from "../../domain/session/LenientField.js"
import type { ToolRequest } from "../../domain/model/ModelResponse.js"
import type { ToolDefinition } from "../../domain/model/wire/ModelRequest.js"
import { memoryFile } from "../../domain/memory/Publication.js"
import type { Workspace } from "./Workspace.js"

/** Maximum number of hits that one search returns to the agent. */
const hitLimit = 100

const path = Schema.String.annotations({ description: "Relative to your directory, with / between names." })
const text = Schema.String.annotations({ description: "The whole text." })
const line = Schema.Int.annotations({ description: "A line's number, counted from 1." })

const listFiles = Tool.make("list_files", {
  description: "Lists every file below a folder with its size in bytes. The path . is your directory.",
  parameters: { path }
})
const readFile = Tool.make("read_file", {
  description: "Reads lines of a file, each with its number.",
  parameters: { path, first_line: line, last_line: line }
})
const search = Tool.make("search", {
  description: "Finds the lines that hold a text, whatever its case, in a file or in every file below a folder.",
  parameters: { path, text: Schema.String.annotations({ description: "What to look for, literally." }) }
})
const createFile = Tool.make("create_file", {
  description:
    "Makes a file, or replaces all of one. Only MEMORY.md and files below skills/<skill-name>/ are yours. To change some lines of a file, use replace_string and insert_lines.",
  parameters: { path, text }
})
const replaceString = Tool.make("replace_string", {
  description: "Replaces the one place in a file where a text stands.",
  parameters: {
    path,
    old: Schema.String.annotations({ description: "The text as it stands; it must stand there once." }),
    new: Schema.String.annotations({ description: "What stands there instead." })
  }
})
const insertLines = Tool.make("insert_lines", {
  description: "Puts lines into a file after a line; 0 puts them before the first.",
  parameters: { path, after_line: Schema.Int, text }
})
const deleteFile = Tool.make("delete_file", { description: "Deletes a file of yours.", parameters: { path } })
const renameFile = Tool.make("rename_file", {
  description: "Gives a file of yours another path.",
  parameters: { from: path, to: path }
})
const finish = Tool.make("finish", {
  description: "Ends your work. Call it once MEMORY.md is as it should be; nothing counts without it.",
  parameters: { summary: Schema.String.annotations({ description: "One sentence on what you did." }) }
})

/** The names of the tools that change a file. */
const changing: ReadonlySet<string> = new Set(
  [createFile, replaceString, insertLines, deleteFile, renameFile].map(({ name }) => name)
)

/** The result of a tool call; `finished` ends the agent's work. */
export interface ToolOutcome {
  readonly output: string
  readonly finished: boolean
  /** True for a wrong call: an unknown tool, or invalid parameters. */
  readonly isMalformed: boolean
  /** True for a change of a file that was not made. */
  readonly isLost: boolean
}

const parseJson = Schema.decodeUnknownEither(Schema.parseJson())

const work = (workspace: Workspace) => {
  const edit = Effect.fnUntraced(function* (
    path: string,
    change: (text: string) => Either.Either<string, ToolRefusal>,
    said: string
  ) {
    yield* workspace.write(path, yield* change(yield* workspace.read(path)), false)
    return said
  })

  const searchBelow = Effect.fnUntraced(function* (given: { readonly path: string; readonly text: string }) {
    if (given.text === "") {
      return yield* new ToolRefusal({ reason: "text is empty; say what to look for" })
    }
    const paths = yield* workspace.list(given.path).pipe(
      Effect.map(({ files }) => files.map(({ path }) => path)),
      Effect.orElseSucceed(() => [given.path])
    )
    const hits: Array<string> = []
    for (const path of paths) {
      hits.push(...searchText(path, yield* workspace.read(path), given.text, hitLimit - hits.length))
      if (hits.length >= hitLimit) {
        return `${hits.join("\n")}\n(there may be more; look for something narrower)`
      }
    }
    return hits.length === 0 ? "nothing found" : hits.join("\n")
  })

  return [
    handled(listFiles, listFiles.parametersSchema, ({ path }) =>
      Effect.map(workspace.list(path), ({ files, isWhole }) =>
        [
          ...files.map(({ bytes, path }) => `${path} (${bytes} bytes)`),
          ...(files.length === 0 ? ["no files"] : []),
          ...(isWhole ? [] : ["(there are more; list a folder below)"])
        ].join("\n")
      )
    ),
    handled(readFile, readFile.parametersSchema, ({ first_line, last_line, path }) =>
      Effect.flatMap(workspace.read(path), (text) => readRange(text, first_line, last_line))
    ),
    handled(search, search.parametersSchema, searchBelow),
    handled(createFile, createFile.parametersSchema, ({ path, text }) =>
      Effect.flatMap(workspace.isThere(path), (isThere) =>
        Effect.as(workspace.write(path, text, !isThere), `${path} is written`)
      )
    ),
    handled(replaceString, replaceString.parametersSchema, ({ new: replacement, old, path }) =>
      edit(path, (text) => replaceOnce(text, old, replacement), `${path} is changed`)
    ),
    handled(insertLines, insertLines.parametersSchema, ({ after_line, path, text: added }) =>
      edit(path, (text) => insertAfter(text, after_line, added), `${path} is changed`)
    ),
    handled(deleteFile, deleteFile.parametersSchema, ({ path }) =>
      Effect.as(workspace.remove(path), `${path} is deleted`)
    ),
    handled(renameFile, renameFile.parametersSchema, ({ from, to }) =>
      Effect.as(workspace.rename(from, to), `${from} is ${to} now`)
    ),
    handled(finish, finish.parametersSchema, () =>
      Effect.flatMap(workspace.hasMemory, (hasMemory) =>
        hasMemory
          ? Effect.succeed("done")
          : new ToolRefusal({ reason: `${memoryFile} is missing or empty; write it before you finish` })
      )
    )
  ]
}

interface Handled {
  readonly name: string
  readonly definition: ToolDefinition
  readonly run: (parameters: unknown) => Effect.Effect<Either.Either<string, ToolRefusal>, ToolRefusal>
}

/**
 * Joins a tool's definition and its implementation. A failure of `run` means that the parameters were invalid; a `Left`
 * means that the tool refused the call.
 */
const handled = <A, I>(
  tool: { readonly name: string; readonly description?: string | undefined },
  schema: Schema.Schema<A, I>,
  does: (parameters: A) => Effect.Effect<string, ToolRefusal>
): Handled => {
  const decode = Schema.decodeUnknownEither(schema)
  return {
    name: tool.name,
    definition: {
      name: tool.name,
      description: tool.description ?? "",
      parameters: definitionOf(Tool.getJsonSchemaFromSchemaAst(schema.ast))
    },
    run: (parameters) =>
      Either.match(decode(parameters), {
        onLeft: ({ message }) =>
          new ToolRefusal({ reason: `the parameters of ${tool.name} are wrong: ${message.slice(0, 500)}` }),
        onRight: (decoded) => Effect.either(does(decoded))
      })
  }
}

const definitionOf = (schema: unknown): JsonObject =>
  isJsonObject(schema) ? Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema")) : {}

/**
 * The tools of an agent for one directory: their definitions for a request, and a function that runs a call. A call
 * never fails; its errors are output for the model.
 */
export const makeTools = (workspace: Workspace) => {
  const tools = work(workspace)
  const names = tools.map(({ name }) => name).join(", ")
  const failed = (name: string, output: string, isMalformed: boolean): ToolOutcome => ({
    output: `error: ${output}`,
    finished: false,
    isMalformed,
    isLost: changing.has(name)
  })
  return {
    definitions: tools.map(({ definition }) => definition),
    isFinish: ({ name }: ToolRequest): boolean => name === finish.name,
    call: Effect.fn("AgentControl.callTool")(function* ({ name, parameters }: ToolRequest) {
      yield* Effect.annotateCurrentSpan({ tool: name.slice(0, 40) })
      const tool = tools.find((tool) => tool.name === name)
      if (tool === undefined) {
        return failed(name, `there is no tool ${name.slice(0, 100)}; there are ${names}`, true)
      }
      const json = parseJson(parameters)
      if (Either.isLeft(json)) {
        return failed(name, `the parameters of ${name} are no JSON; send one object`, true)
      }
      const outcome = yield* Effect.either(tool.run(json.right))
      return Either.match(outcome, {
        onLeft: ({ reason }) => failed(name, reason, true),
        onRight: Either.match({
          onLeft: ({ reason }) => failed(name, reason, false),
          onRight: (output): ToolOutcome => ({
            output,
            finished: name === finish.name,
            isMalformed: false,
            isLost: false
          })
        })
      })
    })
  }
}
