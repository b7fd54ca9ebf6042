import { readFileSync, readlinkSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type ProcessIdentity, ProcessTable } from "../../services/ProcessTable.js"

/** Reads a file of `/proc`; undefined when it does not exist, as on every system but Linux. */
const attempt = (read: () => string): string | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/**
 * The start time of a process in clock ticks since boot: the 20th field after the parenthesised name. Undefined for an
 * ended process, even before its parent has collected it.
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

/** The processes of this host, from `/proc`. Without `/proc`, no process is known to be gone. */
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
