import * as Effect from "effect/Effect"
import { knownProjects } from "../../domain/project/KnownProjects.js"
import type { Directory } from "../../domain/thread/WorkingDirectory.js"
import { warn } from "../../services/Logging.js"
import { MemoryFs } from "../../services/MemoryFs.js"
import { ProjectLocks } from "../../services/state/ProjectLocks.js"
import { Projects, type StoredRoot } from "../../services/state/Projects.js"
import { ThreadMemories } from "../../services/state/ThreadMemories.js"
import { WorkingDirectories } from "../../services/WorkingDirectories.js"
import { Settings } from "../../settings/Settings.js"
import type { Pass } from "../Pass.js"
import { resume } from "../PhaseTwo.js"
import { decideProjectOf, projectAmong } from "./ProjectOf.js"

/** Loads the code that reads people's decisions, with the first memory to join. */
const loadDecisions = Effect.promise(() => import("../facts/PersonDecisions.js"))

/** A directory whose memory belongs to a project. */
interface Moved {
  readonly from: Directory
  readonly to: Directory
  readonly place: string
}

/**
 * Orders directories so that the one that gives a project its root comes first: a main working copy before its
 * worktrees, and what is there before what is gone.
 */
const inOrder = Effect.fnUntraced(function* (roots: ReadonlyArray<StoredRoot>) {
  const { locate } = yield* WorkingDirectories
  const ranked = yield* Effect.forEach(roots, (root) =>
    Effect.map(locate(root.directory), ({ directory, found }) => ({
      root,
      rank: found._tag === "Checkout" && found.checkout.main === directory ? 0 : found._tag === "Gone" ? 2 : 1
    }))
  )
  return ranked.toSorted((one, other) => one.rank - other.rank).map(({ root }) => root)
})

/** Runs work under the locks of two directories; does nothing if another pass holds one of them. */
const underBothLocks = <A, E, R>(pass: Pass, { from, to }: Moved, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { withLock } = yield* ProjectLocks
    const { lockLease: lease } = yield* Settings
    const [first, second] = from < to ? [from, to] : [to, from]
    yield* withLock({ cwd: first, owner: pass.owner, lease }, () =>
      withLock({ cwd: second, owner: pass.owner, lease }, () => work)
    )
  })

/**
 * Moves everything that is stored for a directory to its project. What people decided comes first, while the facts are
 * still those of the directory; the files of the directory go last. A move that is killed is finished by the next pass.
 */
const move = Effect.fn("TakeOver.move")(function* (pass: Pass, moved: Moved) {
  const memoryFs = yield* MemoryFs
  const projects = yield* Projects
  const { from, place, to } = moved
  yield* underBothLocks(
    pass,
    moved,
    Effect.gen(function* () {
      yield* resume(from)
      yield* resume(to)
      const { adoptEdits } = yield* loadDecisions
      yield* adoptEdits(from)
      yield* memoryFs.takeOver(from, to)
      yield* projects.join(from, to, place)
      yield* memoryFs.leavePointer(from, to)
    })
  )
})

/**
 * Joins the memories of directories that belong to one project, such as those of a worktree or a subdirectory that were
 * learned before. Does nothing where each directory is its own project. The failure of one directory is a warning, and
 * the next pass tries it again.
 */
export const takeOver = Effect.fn("TakeOver.run")(function* (pass: Pass) {
  const { project: mode } = yield* Settings
  const projects = yield* Projects
  const memoryFs = yield* MemoryFs
  if (mode === "directory") {
    return
  }
  const tried = new Set<Directory>()
  const tryMove = (moved: Moved) =>
    Effect.catchAll(move(pass, moved), (error) =>
      warn(`the memory of ${moved.from} could not be joined with that of ${moved.to}: ${error.message}`)
    )
  const known = knownProjects(yield* projects.all)
  for (const root of yield* inOrder(yield* projects.roots)) {
    const { directory } = root
    const worked = { directory, recorded: root.recorded ?? undefined }
    // Mostly a project is its own root as before, and then nothing is written.
    const isRoot =
      known.ofDirectory(directory)?.project === directory && (yield* projectAmong(known, worked)).project === directory
    const { place, project } = isRoot ? { place: "", project: directory } : yield* decideProjectOf(worked)
    if (project !== directory) {
      tried.add(directory)
      yield* tryMove({ from: directory, to: project, place })
    }
  }
  // Files of a move that was killed after its rows had moved.
  for (const { directory, place, project } of yield* projects.all) {
    if (directory !== project && !tried.has(directory) && (yield* memoryFs.hasMemory(directory))) {
      yield* tryMove({ from: directory, to: project, place })
    }
  }
})

/** Writes the files of the memories home that tell which folder, and which directories, belong to which project. */
export const describeProjects = Effect.gen(function* () {
  const memoryFs = yield* MemoryFs
  const threadMemories = yield* ThreadMemories
  const projects = yield* Projects
  yield* memoryFs.describeProjects(yield* threadMemories.projects, yield* projects.all)
})
