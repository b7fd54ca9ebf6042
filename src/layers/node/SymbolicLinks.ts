import { lstat } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SymbolicLinks } from "../../services/SymbolicLinks.js"

/** Symbolic links of this machine's file system. */
export const layer: Layer.Layer<SymbolicLinks> = Layer.succeed(SymbolicLinks, {
  isLink: (path) =>
    Effect.async((resume) => {
      lstat(path, (error, info) => resume(Effect.succeed(error === null && info.isSymbolicLink())))
    })
})
