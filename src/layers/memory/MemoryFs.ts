import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { projectIndexFile, renderProjectIndex } from "../../domain/memory/ProjectIndex.js"
import { projectsFile, readProjects, renderProjects } from "../../domain/project/ProjectsFile.js"
import { isBucket } from "../../domain/thread/WorkingDirectory.js"
import { MemoriesHomeUnavailable, MemoryFs } from "../../services/MemoryFs.js"
import { ProcessTable } from "../../services/ProcessTable.js"
import { Redactor } from "../../services/Redactor.js"
import { SymbolicLinks } from "../../services/SymbolicLinks.js"
import { Settings } from "../../settings/Settings.js"
import { make as makeFiles } from "./DurableFiles.js"
import { failing, makeLayout } from "./HomeLayout.js"
import * as Moving from "./Moving.js"
import * as Published from "./Published.js"
import * as Publishing from "./Publishing.js"
import * as Revision from "./Revision.js"
import * as Staging from "./Staging.js"
import * as TraceFiles from "./TraceFiles.js"

/** File in which a person names the sessions to ignore. */
const ignoreFile = "ignore"

const decoder = new TextDecoder()

/** Entries that only Codex's own memories feature creates. A folder with one of them is refused as memories home. */
const codexMarks = [".git", "raw_memories.md"]

const make = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const { memoriesHome, publishedFileBytes } = yield* Settings
  const files = makeFiles(fileSystem, yield* SymbolicLinks, yield* ProcessTable, memoriesHome)
  const layout = makeLayout(memoriesHome)
  const redactor = yield* Redactor

  const prepare = Effect.gen(function* () {
    for (const mark of codexMarks) {
      if (yield* fileSystem.exists(join(memoriesHome, mark))) {
        return yield* new MemoriesHomeUnavailable({
          path: memoriesHome,
          reason: `is managed by Codex's own memories feature (there is a ${mark} in it) and was left untouched`
        })
      }
    }
    yield* files.makeFolder(memoriesHome)
    yield* fileSystem.access(memoriesHome, { readable: true, writable: true })
  }).pipe(
    Effect.catchTags({
      SystemError: (cause) =>
        new MemoriesHomeUnavailable({ path: memoriesHome, reason: `cannot be used (${cause.reason})`, cause }),
      BadArgument: (cause) =>
        new MemoriesHomeUnavailable({ path: memoriesHome, reason: `cannot be used (${cause.message})`, cause })
    }),
    Effect.withSpan("MemoryFs.prepare")
  )

  const ignoreText = Effect.suspend(() => {
    const path = join(memoriesHome, ignoreFile)
    return Effect.map(
      files.readIfThere(path),
      Option.match({ onNone: () => "", onSome: (text) => decoder.decode(text) })
    ).pipe(failing("reading the ignore file", path))
  })

  const describeProjects: MemoryFs["Type"]["describeProjects"] = Effect.fn("MemoryFs.describeProjects")(
    function* (projects, directories) {
      const path = join(memoriesHome, projectIndexFile)
      const known = join(memoriesHome, projectsFile)
      const isNew = !(yield* failing("reading", path)(files.exists(path)))
      if (projects.length > 0 || !isNew) {
        yield* files
          .keepAs(path, renderProjectIndex(projects))
          .pipe(Effect.zipLeft(files.sweep(memoriesHome)), failing("writing", path))
      }
      if (directories.length > 0 || (yield* failing("reading", known)(files.exists(known)))) {
        yield* failing("writing", known)(files.keepAs(known, renderProjects(directories)))
      }
    }
  )

  const knownDirectories = Effect.suspend(() => {
    const path = join(memoriesHome, projectsFile)
    return Effect.map(
      files.readIfThere(path),
      Option.match({ onNone: () => [], onSome: (text) => readProjects(decoder.decode(text)) })
    ).pipe(failing("reading the known projects", path))
  })

  const isMemoriesHome = (path: string) =>
    fileSystem.readDirectory(path).pipe(
      Effect.map((names) => names.some((name) => name === "state.sqlite" || isBucket(name))),
      Effect.orElseSucceed(() => false)
    )

  return MemoryFs.of({
    isMemoriesHome,
    prepare,
    ignoreText,
    knownDirectories,
    rootOf: layout.rootOf,
    describeProjects,
    ...Published.make(files, layout),
    ...TraceFiles.make(files, layout),
    ...Staging.make(files, layout, redactor),
    ...Publishing.make(files, layout, publishedFileBytes, redactor),
    ...Revision.make(files, layout),
    ...Moving.make(files, layout)
  })
})

/**
 * Stores memory as folders in any file system that `FileSystem` provides. The port describes its errors, and which
 * caller may use which operation.
 */
export const layer: Layer.Layer<
  MemoryFs,
  never,
  FileSystem.FileSystem | ProcessTable | Redactor | Settings | SymbolicLinks
> = Layer.effect(MemoryFs, make)
