import { lstat } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SymbolicLinks } from "../../services/SymbolicLinks.js"
import { kindOfStats } from "./PlainFile.js"

/** Tells the kind of an entry in this machine's file system, without following symbolic links. */
export const layer: Layer.Layer<SymbolicLinks> = Layer.succeed(SymbolicLinks, {
  kindOf: (path) =>
    Effect.async((resume) => {
      lstat(path, (error, stats) => resume(Effect.succeed(error === null ? kindOfStats(stats) : "Nothing")))
    })
})
