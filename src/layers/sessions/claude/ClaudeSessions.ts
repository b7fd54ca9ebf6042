/*
 * Claude Code: `projects/<directory>/<session id>.jsonl` below its home. Sub-agents' sessions have names of their own, or
 * lie in the folder of the session that started them; they are never listed.
 */
import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type ClaudeFile, claudeFile, resultsFolder } from "../../../domain/session/claude/ClaudeFile.js"
import { ClaudeHeadReader, readClaudeTail } from "../../../domain/session/claude/ClaudeEnds.js"
import { ClaudeReader } from "../../../domain/session/claude/ClaudeReader.js"
import { headBytes, tailBytes } from "../../../domain/session/codex/RolloutEnds.js"
import { type LineLimits, LineSplitter } from "../../../domain/session/LineSplitter.js"
import type { SessionLine } from "../../../domain/session/SessionLine.js"
import type { RolloutFile } from "../../../domain/thread/Thread.js"
import { joinFacts, type ThreadFacts } from "../../../domain/thread/ThreadFacts.js"
import { type AgentSessions, folderProblem } from "../AgentSessions.js"
import { attempt, fill, readWhole, sizeAndTime, unlinkedFlags, unreadable, withFile } from "../SessionFiles.js"

/** Number of bytes in the first read of a file's beginning. Most first prompts lie within them. */
const firstLookBytes = 65_536
/** Maximum size in bytes of a stored result that is read whole. Of a larger one the ends are read. */
const resultBytes = 524_288

const entriesIn = (folder: string): ReadonlyArray<Dirent> =>
  attempt(() => readdirSync(folder, { withFileTypes: true })) ?? []

/** Lists the transcripts of all projects. Links are not followed, so nothing outside of the home is listed. */
const listIn = (projects: string): ReadonlyArray<RolloutFile> =>
  entriesIn(projects)
    .filter((entry) => entry.isDirectory())
    .flatMap((project) => {
      const folder = join(projects, project.name)
      return entriesIn(folder).flatMap((entry): ReadonlyArray<RolloutFile> => {
        const path = join(folder, entry.name)
        const isSession = entry.isFile() && claudeFile(path).isSession
        const info = isSession ? attempt(() => statSync(path)) : undefined
        return info === undefined ? [] : [{ agent: "claude", path, ...sizeAndTime(info), isArchived: false }]
      })
    })

/** Reads a result that lies in a file of its own; undefined if it cannot be read now. */
const storedResult = (path: string, name: string): string | undefined => {
  const file = join(dirname(path), claudeFile(path).name, resultsFolder, name)
  const isLink =
    attempt(() => realpathSync(dirname(file))) !==
    attempt(() => join(realpathSync(dirname(path)), claudeFile(path).name, resultsFolder))
  return isLink || !/^[\w.-]{1,200}$/.test(name)
    ? undefined
    : attempt(() => withFile(file, (descriptor, size) => textOf(descriptor, size), unlinkedFlags))
}

const textOf = (descriptor: number, size: number): string => {
  const read = (position: number, length: number) =>
    fill(descriptor, position, Buffer.allocUnsafe(length)).toString("utf8")
  const half = resultBytes / 2
  return size <= resultBytes ? read(0, size) : `${read(0, half)}\n[…]\n${read(size - half, half)}`
}

/** Puts a result that lies in a file of its own into its record. */
const withStoredResult = (line: SessionLine, path: string): SessionLine => {
  const name = line._tag === "SessionRecord" && line.entry._tag === "Returned" ? line.entry.stored : undefined
  const text = name === undefined ? undefined : storedResult(path, name)
  return text === undefined || line._tag !== "SessionRecord" || line.entry._tag !== "Returned"
    ? line
    : { ...line, entry: { ...line.entry, text } }
}

const readHead = (descriptor: number, size: number, file: ClaudeFile, limits: LineLimits): ThreadFacts => {
  const splitter = new LineSplitter(limits)
  const reader = new ClaudeHeadReader(file)
  const end = Math.min(size, headBytes)
  for (let position = 0; position < end;) {
    const piece = fill(descriptor, position, Buffer.allocUnsafe(Math.min(firstLookBytes, end - position)))
    if (piece.length === 0 || !reader.push(splitter.push(piece))) {
      return reader.result()
    }
    position += piece.length
  }
  if (end === size) {
    reader.push(splitter.flush())
  }
  return reader.result()
}

const readEndsOf = (path: string, limits: LineLimits): ThreadFacts =>
  withFile(
    path,
    (descriptor, size) => {
      const start = Math.max(0, size - tailBytes)
      const tail = fill(descriptor, start, Buffer.allocUnsafe(size - start))
      return joinFacts(readHead(descriptor, size, claudeFile(path), limits), readClaudeTail(tail, start === 0))
    },
    unlinkedFlags
  )

/** Reads the sessions of a home of Claude Code. */
export const make = (home: string, limits: LineLimits): AgentSessions => {
  const projects = join(home, "projects")
  return {
    agent: "claude",
    home,
    problem: Effect.sync(() => folderProblem(projects)),
    list: Effect.sync(() => listIn(attempt(() => realpathSync(projects)) ?? projects)),
    names: Effect.succeed(new Map()),
    switchedOff: Effect.succeed(Option.some(new Set<string>())),
    readEnds: ({ path }) => Effect.try({ try: () => readEndsOf(path, limits), catch: unreadable(path) }),
    // A rewind of Claude Code stays in its file, so that no other file is checked against it.
    lineStart: () => Effect.succeed("unknown"),
    read: (file) =>
      readWhole(file, limits, () => {
        const reader = new ClaudeReader(claudeFile(file.path))
        return {
          decode: (lines) =>
            lines.flatMap((line) => reader.read(line)).map((line) => withStoredResult(line, file.path)),
          flags: unlinkedFlags
        }
      })
  }
}
