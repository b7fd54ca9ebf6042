import { readFileSync, readlinkSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type ProcessIdentity, ProcessTable } from "../../services/ProcessTable.js"

/** What a read gives, or undefined where the system has nothing there: `/proc` is Linux's alone. */
const attempt = (read: () => string): string | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/**
 * The start time of a process, in clock ticks since boot: the 20th field after the parenthesised name. One that has ended
 * has none, even while its parent has not asked how.
 */
const startTime = (pid: number): string | undefined => {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"))
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")
  return fields?.[0] === "Z" || fields?.[0] === "X" ? undefined : fields?.[19]
}

const readSelf = (): ProcessIdentity => {
  const boot = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim())
  const namespace = attempt(() => readlinkSync("/proc/self/ns/pid"))
  return {
    host: boot === undefined || namespace === undefined ? undefined : `${boot} ${namespace}`,
    pid: process.pid,
    startedAt: startTime(process.pid)
  }
}

/** The processes of this host, from `/proc`. Where there is none, nobody is ever known to be gone. */
export const layer: Layer.Layer<ProcessTable> = Layer.sync(ProcessTable, () => {
  const self = readSelf()
  return {
    self,
    isGone: (other) =>
      Effect.sync(
        () =>
          self.host !== undefined &&
          other.host === self.host &&
          other.startedAt !== undefined &&
          startTime(other.pid) !== other.startedAt
      )
  }
})
