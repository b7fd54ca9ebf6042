import * as Effect from "effect/Effect"
import { byteLength } from "../domain/text/ByteBudget.js"
import { withoutDirectionControls } from "../domain/text/WritingDirection.js"
import {
  type ContextPiece,
  contextPieces,
  type ContextSources,
  pieceText,
  renderContext
} from "../domain/memory/ContextBlock.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { Redactor } from "../services/Redactor.js"
import { WorkingDirectories } from "../services/WorkingDirectories.js"
import { type ReadProject, readProject } from "./ReadProject.js"
import { newestCounter } from "../services/Tokenizer.js"

/** Options of the context block: the text about a project that a new session receives. */
export interface ContextOptions {
  /**
   * Maximum tokens of the block and the tags around it, as OpenAI's newest models count them (`o200k_base`). With 0 or
   * less the block is empty.
   */
  readonly maxTokens: number
}

/** Loads the reader of front matter only when there are skills, since it brings a YAML parser. */
const loadFrontMatter = Effect.promise(() => import("../domain/memory/FrontMatter.js"))

const sourcesOf = Effect.fnUntraced(function* (cwd: Directory) {
  const { memory, root, skills, summary } = yield* (yield* MemoryFs).published(cwd)
  if (memory === "" && summary === "" && skills.length === 0) {
    return undefined
  }
  // A person may have written a secret into it by hand.
  const redact = yield* (yield* Redactor).rules
  const describe = skills.length === 0 ? () => "" : (yield* loadFrontMatter).descriptionOf
  const sources: ContextSources = {
    cwd,
    memoryPath: root.memoryPath,
    memory: redact(memory),
    summary: redact(summary),
    skills: skills.map(({ path, text }) => ({ path, description: redact(describe(text)) }))
  }
  return sources
})

/**
 * Chooses the pieces of the block that fit into `maxTokens`. Takes them in order of importance; if one does not fit,
 * later and shorter ones may.
 */
const fit = Effect.fnUntraced(function* (sources: ContextSources, all: ReadonlyArray<ContextPiece>, maxTokens: number) {
  const count = yield* newestCounter
  const kept: Array<ContextPiece> = []
  let used = yield* count(renderContext(sources, all, []))
  for (const piece of all) {
    const cost = yield* count(pieceText(piece, kept.at(-1)))
    if (used + cost <= maxTokens) {
      used += cost
      kept.push(piece)
    }
  }
  // The parts were counted one by one: the whole decides.
  let block = renderContext(sources, all, kept)
  while ((yield* count(block)) > maxTokens) {
    if (kept.pop() === undefined) {
      return ""
    }
    block = renderContext(sources, all, kept)
  }
  return block
})

/** Renders the block for a place in a project; see {@link forCwd}. */
export const forPlace = Effect.fnUntraced(function* (
  { place, project }: Pick<ReadProject, "place" | "project">,
  options: ContextOptions
) {
  const sources = yield* sourcesOf(project)
  return sources === undefined ? "" : yield* blockOf({ ...sources, place }, options)
})

/** Renders the context block from the texts of a project; see {@link forCwd}. */
export const blockOf = Effect.fnUntraced(function* (sources: ContextSources, { maxTokens }: ContextOptions) {
  const all = contextPieces({ ...sources, memory: withoutDirectionControls(sources.memory) })
  if (all.length === 0) {
    return ""
  }
  const whole = renderContext(sources, all, all)
  // A text never has more tokens than bytes: the tokenizer's tables are loaded for those that may not fit.
  return byteLength(whole) <= maxTokens ? whole : yield* fit(sources, all, maxTokens)
})

/**
 * Renders the memory of a directory's project for a session that starts there: the user's wishes, what works, what fails, where
 * things are, the newest sessions, and the paths of the files. Lines that hold in another subdirectory alone come last. Never longer than `maxTokens`: the least important lines
 * are left out, always whole. Equal files give equal text. Empty when there is no memory, when `MEMORY.md` has no line of any
 * section, or when there is no room for a line. The tags around the text keep later passes from learning it again, so pass it on unchanged.
 * Reads published files only, also while passes run. Fails with `MemoryFsFailure` when the disk does; a session can
 * start without the text.
 */
export const forCwd = Effect.fn("MemoryContext.forCwd")(function* (cwd: string, options: ContextOptions) {
  const { normalise } = yield* WorkingDirectories
  return yield* forPlace(yield* readProject(yield* normalise(cwd)), options)
})
