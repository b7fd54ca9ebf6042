import { join } from "node:path"
import * as Effect from "effect/Effect"
import { nearestProject } from "../domain/project/NearestProject.js"
import type { Directory } from "../domain/thread/WorkingDirectory.js"
import { MemoryFs } from "../services/MemoryFs.js"
import { Settings } from "../settings/Settings.js"
import type { ReadProject } from "./ReadProject.js"

/** Finds the project with memory that is nearest to a directory. */
const nearestWithMemory = Effect.fnUntraced(function* (cwd: Directory) {
  const memoryFs = yield* MemoryFs
  const projects = new Set((yield* memoryFs.knownDirectories).map(({ project }) => project))
  const withMemory = yield* Effect.filter([...projects], memoryFs.hasMemory)
  return nearestProject(cwd, withMemory)
})

/**
 * Says where memory is, for a directory that has none: the project of the same origin, which a person may
 * agree to share; else the nearest project with memory; else the memories home. Empty if the directory's project has
 * memory.
 */
export const whereMemoryIs = Effect.fn("NothingFound.where")(function* (cwd: Directory, read: ReadProject) {
  const memoryFs = yield* MemoryFs
  const { codexHome, memoriesHome } = yield* Settings
  const { offered, project, top } = read
  if (yield* memoryFs.hasMemory(project)) {
    return ""
  }
  if (offered !== undefined && (yield* memoryFs.hasMemory(offered))) {
    return `its repository names the same origin as ${offered}, which has memory: \`rollout-memories consent --cwd ${top}\` lets its sessions read that`
  }
  const nearest = yield* nearestWithMemory(cwd)
  if (nearest !== undefined) {
    return `the nearest project with memory is ${nearest}`
  }
  const usual = join(codexHome, "memories")
  const elsewhere = usual !== memoriesHome && (yield* memoryFs.isMemoriesHome(usual))
  return `the memories home ${memoriesHome} knows no project${elsewhere ? `, but there are memories in ${usual}; --memories-home names another one` : ""}`
})
