import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { detectEdits, noEdits, PersonEdits } from "../../domain/memory/PersonEdits.js"
import {
  agentOutputFolder,
  editsFile,
  factsFile,
  memoryFile,
  type MemoryFile,
  skillFolder,
  skillOwnership,
  textFile
} from "../../domain/memory/Publication.js"
import { copyOfPublished } from "../../domain/agent/CopyOfPublished.js"
import type { StagedEntry } from "../../domain/memory/PublishCheck.js"
import { threadOfTrace } from "../../domain/memory/TraceMemory.js"
import { withNotes } from "../../domain/memory/UserNote.js"
import { safe, type SafeText } from "../../domain/privacy/SafeText.js"
import { type Directory, isBucket } from "../../domain/thread/WorkingDirectory.js"
import type { AgentInputs, MemoryFs } from "../../services/MemoryFs.js"
import type { Redactor } from "../../services/Redactor.js"
import type { ThreadMemory } from "../../services/state/ThreadMemories.js"
import type { Files } from "./DurableFiles.js"
import { failing, type Layout, nextFolder, nextPreviousFolder } from "./HomeLayout.js"
import { readRecord } from "./PublicationFile.js"
import { phaseOneFiles } from "./TraceFiles.js"

const decoder = new TextDecoder()

const encodeEdits = Schema.encodeSync(Schema.parseJson(PersonEdits, { space: 2 }))

/** Makes the staged copy that an agent works in, and the checks of everything around it. */
export const make = (files: Files, { bucketPath, memoriesHome, rootOf }: Layout, { redact }: Redactor["Type"]) => {
  const discardStaging = Effect.fn("MemoryFs.discardStaging")(function* (cwd: Directory) {
    const bucket = bucketPath(cwd)
    const leftovers = [rootOf(cwd).stagingPath, join(bucket, nextFolder), join(bucket, nextPreviousFolder)]
    yield* files
      .requireFolder(bucket)
      .pipe(
        Effect.zipRight(Effect.forEach(leftovers, files.remove, { discard: true })),
        failing("removing the staged copy", bucket)
      )
  })

  /**
   * Lists the entries around the published files, except those that this program may create meanwhile. An entry that is
   * new after an agent's work means that the agent wrote outside its directory. Entries in the memory itself are listed
   * when they are neither files nor folders.
   */
  const namesAround = Effect.fnUntraced(function* (cwd: Directory, memory: ReadonlyArray<StagedEntry>) {
    const { memoryPath } = rootOf(cwd)
    const home = yield* files.namesIn(memoriesHome)
    const bucket = yield* files.namesIn(bucketPath(cwd))
    const isOurs = (name: string) =>
      isBucket(name) ||
      name === agentOutputFolder ||
      name.startsWith("state.sqlite") ||
      /^\.?(?:README\.md|projects\.json)/.test(name)
    return [
      ...home.filter((name) => !isOurs(name)).map((name) => join(memoriesHome, name)),
      ...bucket.map((name) => join(bucketPath(cwd), name)).filter((path) => path !== memoryPath),
      ...memory.flatMap(({ _tag, path }) => (_tag === "File" ? [] : [join(memoryPath, path)]))
    ]
  })

  const newEdits = Effect.fn("MemoryFs.newEdits")(function* (cwd: Directory) {
    const { memoryPath } = rootOf(cwd)
    const record = Option.getOrUndefined(yield* failing("reading", memoryPath)(readRecord(files, bucketPath(cwd))))
    const current = yield* failing("reading", memoryPath)(files.readIfThere(join(memoryPath, memoryFile)))
    if (record === undefined || Option.isNone(current)) {
      return noEdits
    }
    const { added, removed } = detectEdits(record.memoryText, decoder.decode(current.value), record.edits)
    const known = new Set([...record.edits.added.map(({ line }) => line), ...record.edits.removed])
    return {
      added: added.filter(({ line }) => !known.has(line)),
      removed: removed.filter((line) => !known.has(line))
    }
  })

  const typedSecrets = Effect.fn("MemoryFs.typedSecrets")(function* (cwd: Directory) {
    const path = join(rootOf(cwd).memoryPath, memoryFile)
    const record = Option.getOrUndefined(yield* failing("reading", path)(readRecord(files, bucketPath(cwd))))
    const current = yield* failing("reading", path)(files.readIfThere(path))
    if (Option.isNone(current)) {
      return []
    }
    const text = decoder.decode(current.value)
    const { added } = detectEdits(record?.memoryText ?? "", text, record?.edits ?? noEdits)
    const typed = new Set(added.map(({ line }) => line))
    return (yield* Effect.forEach(text.split("\n"), (line, index) =>
      !typed.has(line.trimEnd())
        ? Effect.succeed([])
        : Effect.map(redact(line), (shown) =>
            shown === line ? [] : [`${path} holds a secret in line ${index + 1}; take it out, and run a pass again`]
          )
    )).flat()
  })

  /** Renders the edits of people for an agent. The lines are redacted, since a person may have typed a secret. */
  const shownEdits = Effect.fnUntraced(function* ({ added, removed }: PersonEdits) {
    const shown = {
      added: yield* Effect.forEach(added, ({ heading, line }) =>
        Effect.map(redact(line), (line) => ({ heading, line }))
      ),
      removed: yield* Effect.forEach(removed, redact)
    }
    return yield* redact(encodeEdits(shown))
  })

  const stage = Effect.fn("MemoryFs.stage")(function* (
    cwd: Directory,
    memories: ReadonlyArray<ThreadMemory>,
    notes: ReadonlyArray<SafeText>,
    { facts, isPublishedShown, isTakenBack = () => false, isToldAgain = () => false, threadIds }: AgentInputs = {
      facts: safe``,
      isPublishedShown: false
    }
  ) {
    const root = rootOf(cwd)
    yield* discardStaging(cwd)
    return yield* Effect.gen(function* () {
      const record = Option.getOrUndefined(yield* readRecord(files, bucketPath(cwd)))
      yield* files.requireFolder(root.memoryPath)
      const entries = yield* files.listTree(root.memoryPath)
      const outside = yield* files.readFiles(root.memoryPath, entries)
      const current = outside.find(({ path }) => path === memoryFile)
      const { added, removed } = record?.edits ?? noEdits
      const standing = { added: added.filter(({ line }) => !isTakenBack(line)), removed }
      const detected =
        current === undefined
          ? standing
          : detectEdits(record?.memoryText ?? "", decoder.decode(current.bytes), standing)
      const edits = withNotes({ ...detected, removed: detected.removed.filter((line) => !isToldAgain(line)) }, notes)
      const skills = outside.filter(({ path }) => path.startsWith(`${skillFolder}/`))
      const ownership = skillOwnership(record, skills)
      const personal = new Set(ownership.personalFiles)
      const hasEdits = edits.added.length + edits.removed.length > 0
      const texts = new Map(outside.map(({ bytes, path }) => [path, decoder.decode(bytes)]))
      const copied = isPublishedShown ? copyOfPublished({ texts, record, personal, isTakenBack, threadIds }) : []
      // A person may have written a secret into it.
      const editable = yield* Effect.forEach(copied, ({ path, text }) =>
        Effect.map(redact(text), (redacted) => textFile(path, redacted))
      )
      // From the rows, not from disk: another pass may be writing a trace whose row does not have it yet.
      const untouchable = [
        ...phaseOneFiles(memories),
        ...outside.filter(({ path }) => personal.has(path)),
        ...(hasEdits ? [textFile(editsFile, yield* shownEdits(edits))] : []),
        ...(facts === "" ? [] : [textFile(factsFile, facts)])
      ]
      yield* files.writeTree(root.stagingPath, [...untouchable, ...editable])
      const outsideNames = yield* namesAround(cwd, entries)
      return { root, edits, editable, untouchable, outside, outsideNames, ...ownership }
    }).pipe(failing("staging", root.stagingPath))
  })

  const putBack = Effect.fnUntraced(function* (root: string, file: MemoryFile, isGone: boolean) {
    const path = join(root, file.path)
    yield* files.makeFoldersFor(root, [file.path])
    if (isGone) {
      yield* files.remove(path)
    }
    yield* files.replaceFile(path, file.bytes)
  })

  const restoreOutside: MemoryFs["Type"]["restoreOutside"] = Effect.fn("MemoryFs.restoreOutside")(
    function* (staging, isBusy) {
      const { cwd, memoryPath } = staging.root
      const attempt = failing("checking the memory", memoryPath)
      const entries = yield* attempt(files.listTree(memoryPath))
      const names = yield* attempt(namesAround(cwd, entries))
      const changes = names.filter((name) => !staging.outsideNames.includes(name))
      const strange = changes.filter((path) => path === memoryPath || path.startsWith(join(memoryPath, "/")))
      yield* attempt(Effect.forEach(strange, files.remove, { discard: true }))
      const before = new Map(staging.outside.map((file) => [file.path, file]))
      const now = new Map((yield* attempt(files.readFiles(memoryPath, entries))).map((file) => [file.path, file]))
      // Added files are removed first: one may have taken the place of a folder.
      for (const path of new Set([...now.keys(), ...before.keys()])) {
        const was = before.get(path)
        const is = now.get(path)
        if (was !== undefined && is !== undefined && Buffer.compare(was.bytes, is.bytes) === 0) {
          continue
        }
        const threadId = threadOfTrace(path)
        if (threadId !== undefined && (was === undefined || (yield* isBusy(threadId)))) {
          continue
        }
        yield* attempt(
          was === undefined ? files.remove(join(memoryPath, path)) : putBack(memoryPath, was, is === undefined)
        )
        changes.push(join(memoryPath, path))
      }
      return changes
    }
  )

  return { newEdits, typedSecrets, stage, restoreOutside, discardStaging }
}
