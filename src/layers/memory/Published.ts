import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { memoryFile, skillFolder, summaryFile } from "../../domain/memory/Publication.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import type { Files } from "./DurableFiles.js"
import { failing, type Layout } from "./HomeLayout.js"

const decoder = new TextDecoder()

/** Makes the functions that read the published memory. */
export const make = (files: Files, { bucketPath, rootOf }: Layout) => {
  const textAt = Effect.fnUntraced(function* (path: string) {
    const bytes = (yield* files.isFile(path)) ? yield* files.readIfThere(path) : Option.none()
    return Option.match(bytes, { onNone: () => "", onSome: (bytes) => decoder.decode(bytes) })
  })

  const skillsIn = Effect.fnUntraced(function* (memoryPath: string) {
    const folder = join(memoryPath, skillFolder)
    const isFolder = (name: string) => files.isFolder(join(folder, name))
    const names = (yield* isFolder("")) ? yield* files.namesIn(folder) : []
    const skills = yield* Effect.forEach(yield* Effect.filter(names, isFolder), (name) => {
      const path = `${skillFolder}/${name}/SKILL.md`
      return Effect.map(textAt(join(memoryPath, path)), (text) => ({ path, text }))
    })
    return skills.filter(({ text }) => text !== "")
  })

  const published = Effect.fn("MemoryFs.published")(function* (cwd: Directory) {
    const root = rootOf(cwd)
    const { memoryPath } = root
    return yield* Effect.gen(function* () {
      if (!(yield* files.isFolder(bucketPath(cwd))) || !(yield* files.isFolder(memoryPath))) {
        return { root, memory: "", summary: "", skills: [] }
      }
      return {
        root,
        memory: yield* textAt(join(memoryPath, memoryFile)),
        summary: yield* textAt(join(memoryPath, summaryFile)),
        skills: yield* skillsIn(memoryPath)
      }
    }).pipe(failing("reading the memory", memoryPath))
  })

  return { published }
}
