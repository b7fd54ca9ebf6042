/* Codex: `rollout-*.jsonl` below `sessions/` and `archived_sessions/`, plain or compressed, and what lies beside them. */
import { readdirSync, realpathSync, statSync } from "node:fs"
import { join, sep } from "node:path"
import * as Effect from "effect/Effect"
import { decodeNumberedLine } from "../../../domain/session/codex/RolloutLine.js"
import { UndoneLines } from "../../../domain/session/codex/RolloutSegments.js"
import { namesIn, type SessionNames } from "../../../domain/session/codex/SessionNames.js"
import type { LineLimits } from "../../../domain/session/LineSplitter.js"
import { safe } from "../../../domain/privacy/SafeText.js"
import type { RolloutFile } from "../../../domain/thread/Thread.js"
import { logWarning } from "../../../services/Logging.js"
import { loadPart, sqlitePart } from "../../../services/PackageMissing.js"
import { Redactor } from "../../../services/Redactor.js"
import { readFlags } from "../../node/PlainFile.js"
import { type AgentSessions, folderProblem } from "../AgentSessions.js"
import { attempt, type FileReading, readText, readWhole, sizeAndTime } from "../SessionFiles.js"
import { isCompressed, loadUnpacker } from "./Compression.js"
import * as RolloutFileEnds from "./RolloutFileEnds.js"

const folders = [
  { name: "sessions", isArchived: false },
  { name: "archived_sessions", isArchived: true }
] as const

const rolloutName = /^rollout-.*\.jsonl(?:\.zst)?$/

const stateDbName = /^state_(\d+)\.sqlite$/

/** Selects the state DBs of Codex, oldest first: the number in the name grows with the schema. */
const stateDbNames = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const numberOf = (name: string): number => Number(stateDbName.exec(name)?.[1])
  return names.filter((name) => stateDbName.test(name)).sort((left, right) => numberOf(left) - numberOf(right))
}

/** Finds every session file below a folder, by its real path; symbolic links to folders and files are followed. */
const walk = (start: string, isArchived: boolean, seen: Set<string>): ReadonlyArray<RolloutFile> => {
  const found: Array<RolloutFile> = []
  const open = [start]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const current = folder
    if (seen.has(current)) {
      continue
    }
    seen.add(current)
    for (const entry of attempt(() => readdirSync(current, { withFileTypes: true })) ?? []) {
      const isNamed = rolloutName.test(entry.name)
      const name = `${current}${sep}${entry.name}`
      // Almost all entries are regular files, for which the other checks are unnecessary.
      const isLink = !entry.isFile() && entry.isSymbolicLink()
      // The size of any other file would cost as much to read as that of a session file.
      const path = isLink ? attempt(() => realpathSync(name)) : isNamed || entry.isDirectory() ? name : undefined
      if (path === undefined || seen.has(path)) {
        continue
      }
      const info = isLink || entry.isFile() ? attempt(() => statSync(path)) : undefined
      if (info === undefined ? entry.isDirectory() : info.isDirectory()) {
        open.push(path)
      } else if (isNamed && info?.isFile() === true) {
        seen.add(path)
        found.push({ agent: "codex", path, ...sizeAndTime(info), isArchived })
      }
    }
  }
  return found
}

/** Drops compressed files that lie beside their uncompressed original. */
const withoutCopies = (files: ReadonlyArray<RolloutFile>): ReadonlyArray<RolloutFile> => {
  if (!files.some(({ path }) => path.endsWith(".zst"))) {
    return files
  }
  const paths = new Set(files.map(({ path }) => path))
  return files.filter(({ path }) => !path.endsWith(".zst") || !paths.has(path.slice(0, -".zst".length)))
}

/** Maximum size in bytes up to which the file with the names of sessions is read. */
const namesBytes = 33_554_432

/** Reads the sessions of a Codex home. */
export const make = Effect.fnUntraced(function* (codexHome: string, limits: LineLimits) {
  const redactor = yield* Redactor

  const list = Effect.sync(() => {
    const seen = new Set<string>()
    const found = folders.flatMap(({ isArchived, name }) => {
      const start = attempt(() => realpathSync(join(codexHome, name)))
      return start === undefined ? [] : walk(start, isArchived, seen)
    })
    return withoutCopies([...found].sort((left, right) => (left.path < right.path ? -1 : 1)))
  })

  let named: { readonly size: number; readonly modifiedAt: number; readonly names: SessionNames } | undefined
  const names = Effect.sync(() => {
    const path = join(codexHome, "session_index.jsonl")
    const info = attempt(() => statSync(path))
    if (info === undefined || !info.isFile() || info.size > namesBytes) {
      return new Map()
    }
    const { modifiedAt, size } = sizeAndTime(info)
    if (named?.size !== size || named.modifiedAt !== modifiedAt) {
      named = { size, modifiedAt, names: namesIn(attempt(() => readText(path)) ?? "") }
    }
    return named.names
  }).pipe(Effect.withSpan("SessionStore.names"))

  /**
   * Reads from Codex's state DBs for which threads memory is switched off. SQLite is loaded only if there is such a DB,
   * since a host may use another database.
   */
  const switchedOff = Effect.gen(function* () {
    const names = attempt(() => readdirSync(codexHome)) ?? []
    const paths = stateDbNames(names).map((name) => join(codexHome, name))
    if (paths.length === 0) {
      return new Set<string>()
    }
    const { readSwitchedOff } = yield* loadPart(() => import("./CodexStateDb.js"), sqlitePart)
    return yield* readSwitchedOff(paths)
  }).pipe(
    Effect.tapError((error) =>
      Effect.flatMap(redactor.safeMessage(error), (message) =>
        logWarning(
          safe`Codex's state DB cannot be read now, so the sessions with memory switched off are those known before: ${message}`
        )
      )
    ),
    Effect.option,
    Effect.withSpan("SessionStore.switchedOff")
  )

  const ends = RolloutFileEnds.make(limits)

  const reading = (endOrdinal: number | undefined): FileReading => {
    const undone = new UndoneLines(endOrdinal)
    return {
      decode: (lines) => undone.keep(lines.flatMap(decodeNumberedLine)),
      flags: readFlags,
      unpacker: (piece) =>
        isCompressed(piece) ? Effect.map(loadUnpacker, (Unpacker) => new Unpacker()) : Effect.succeed(undefined)
    }
  }

  const sessions: AgentSessions = {
    agent: "codex",
    home: codexHome,
    problem: Effect.sync(() => folderProblem(codexHome)),
    list,
    names,
    switchedOff,
    readEnds: (file, endOrdinal) => ends.read(file.path, endOrdinal),
    lineStart: (file, offset) => ends.lineStart(file.path, offset),
    read: (file, endOrdinal) => readWhole(file, limits, () => reading(endOrdinal))
  }
  return sessions
})
